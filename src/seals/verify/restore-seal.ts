import { formats } from '../canonical-row.ts';
import { countRows, getPosition, type LeafList } from '../leaf-list.ts';
import { computeRoot } from '../merkle-root.ts';
import { hashSeal, type LogName, logNames, type Seal } from '../seal.ts';

const knownFormats = Object.keys(formats).map(Number);

export function isKnownFormat(format: number): boolean {
  return knownFormats.includes(format);
}

/** Returns whether a signature over the hash of a seal is by one of the known keys. */
export type VerifySignature = (hash: string, signature: string) => boolean;

/** Returns whether a seal is as it was signed. */
export function isSound(seal: Seal, verify: VerifySignature): boolean {
  return hashSeal(seal) === seal.hash && verify(seal.hash, seal.signature);
}

/** For which rows a seal is. */
export type CoveredRows = Pick<Seal, 'rows' | 'first' | 'last' | 'root'>;

/** Returns the rows that leaves are for, or null if there are none. */
export function describeRows(leaves: LeafList): CoveredRows | null {
  const rows = countRows(leaves);
  if (rows === 0) return null;
  const [first, last] = [getPosition(leaves, 0), getPosition(leaves, rows - 1)];
  return { rows, first, last, root: computeRoot(leaves) };
}

/** What the fields of an altered seal may have been, by what surrounds it. */
export interface SealHints {
  readonly numbers: readonly number[];
  readonly previous: readonly string[];
  /** By its kept leaves. */
  readonly covered: CoveredRows | null;
}

/**
 * Returns an altered seal as it was signed, or null if that is unknown. Nobody without the key can make a hash and a signature
 * that fit, so of the values that its fields may have had, those that do are the ones that were signed.
 */
export function restoreSeal(seal: Seal, verify: VerifySignature, hints: SealHints): Seal | null {
  const isHashSigned = verify(seal.hash, seal.signature);
  for (const candidate of listCandidates(seal, hints)) {
    const hash = hashSeal(candidate);
    if (isHashSigned ? hash === seal.hash : verify(hash, seal.signature)) {
      return { ...candidate, hash };
    }
  }
  return null;
}

function* listCandidates(seal: Seal, { numbers, previous, covered }: SealHints): Generator<Seal> {
  for (const number of new Set([seal.number, ...numbers])) {
    for (const hash of new Set([seal.previous, ...previous])) {
      for (const format of new Set([seal.format, ...knownFormats])) {
        for (const log of new Set<LogName>([seal.log, ...logNames])) {
          const candidate = { ...seal, number, previous: hash, format, log };
          yield candidate;
          yield { ...candidate, ...covered };
        }
      }
    }
  }
}
