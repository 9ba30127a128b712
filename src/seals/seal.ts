import { hash as hashText } from 'node:crypto';
import { canonicalJson } from '../shared/canonical-json.ts';

export const logNames = ['events', 'audit'] as const;
/** A table whose rows are sealed. */
export type LogName = (typeof logNames)[number];

/** One link of the chain, as it is published. Hashes are in hexadecimal. */
export interface Seal {
  /** 1…n over both logs. */
  readonly number: number;
  /** Names the columns that the leaves are made of, see `formats`. */
  readonly format: number;
  readonly log: LogName;
  /** The hash of the seal before; zeros for the first. */
  readonly previous: string;
  readonly rows: number;
  /** The positions of the first and the last row. */
  readonly first: number;
  readonly last: number;
  /** Of the Merkle tree over the leaves. */
  readonly root: string;
  /** SHA-256 of the canonical JSON (RFC 8785) of the members above and `at`. */
  readonly hash: string;
  /** Ed25519 over the 32 bytes of `hash`, in base64. */
  readonly signature: string;
  /** In UTC with milliseconds. */
  readonly at: string;
}

/** What `hash` covers. */
export type SealContent = Omit<Seal, 'hash' | 'signature'>;

/** What the first seal names as the one before it. */
export const NO_SEAL = '0'.repeat(64);

/** Returns the hash that a seal should have. */
export function hashSeal({
  number,
  format,
  log,
  previous,
  rows,
  first,
  last,
  root,
  at,
}: SealContent): string {
  const content = { number, format, log, previous, rows, first, last, root, at };
  return hashText('sha256', canonicalJson(content), 'hex');
}
