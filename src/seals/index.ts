/**
 * Seals over the rows of the log and the audit, by which their alteration is found. Owns `log_seals` and `newest_seal`, and
 * reads the tables of both. It is independent of the modules.
 */
export { createSealing, type Sealing } from './create-sealing.ts';
export {
  countRows,
  type LeafList,
  type ListedRow,
  unpackRows,
} from './leaf-list.ts';
export { computeRoot } from './merkle-root.ts';
export {
  findSealedRows,
  listNewestSeals,
  listSeals,
  readRows,
} from './read-seals.ts';
export { hashSeal, type LogName, logNames, NO_SEAL, type Seal, type SealContent } from './seal.ts';
export { createSealKeys, type SealKeys } from './seal-keys.ts';
export { type SealListener, sealLogs } from './seal-log.ts';
export type { Finding, FindingKind } from './verify/finding.ts';
export { UnknownFormatError } from './verify/judge-chain.ts';
export { AnchorError, parseAnchor } from './verify/parse-anchor.ts';
export { type Verification, verifyLog } from './verify/verify-log.ts';
