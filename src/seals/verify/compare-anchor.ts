import type { Seal } from '../seal.ts';
import type { Findings } from './finding.ts';
import type { VerifySignature } from './restore-seal.ts';

export interface AnchorResult {
  /** How many seals the anchor has. */
  readonly seals: number;
  /** The newest of them that is stored as the anchor has it; null: none is. */
  readonly newest: Pick<Seal, 'number' | 'at'> | null;
}

export interface StoredSeals {
  /** The last stored number, 0 if there is none. */
  readonly last: number;
  /** Returns the hashes of stored seals by their numbers. */
  findHashes(numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

/**
 * Compares the seals of an anchor with those that are stored, and adds what was cut off or sealed anew to the findings.
 * Each seal contains the hash of the one before, so the newest that is equal proves all before it. One that is missing between others
 * is not named here: the chain shows it without an anchor.
 */
export async function compareAnchor(
  anchor: AsyncIterable<readonly Seal[]>,
  stored: StoredSeals,
  verify: VerifySignature,
  findings: Findings,
): Promise<AnchorResult> {
  let seals = 0;
  let newest: Seal | null = null;
  let cutOff: Seal | null = null;
  let anew: Seal | null = null;
  for await (const batch of anchor) {
    seals += batch.length;
    const hashes = await stored.findHashes(batch.map(({ number }) => number));
    for (const seal of batch) {
      const hash = hashes.get(seal.number);
      if (hash === seal.hash) {
        if (newest === null || seal.number > newest.number) newest = seal;
      } else if (hash !== undefined) {
        if (anew === null || seal.number < anew.number) anew = seal;
      } else if (seal.number > stored.last) {
        if (cutOff === null || seal.number > cutOff.number) cutOff = seal;
      }
    }
  }
  if (anew !== null) {
    const known = verify(anew.hash, anew.signature);
    findings.add({ kind: 'sealed_anew', seal: anew.number, at: anew.at, known });
  }
  if (cutOff !== null) {
    const { number, at } = cutOff;
    findings.add({ kind: 'cut_off', seal: number, at, end: stored.last });
  }
  return { seals, newest: newest && { number: newest.number, at: newest.at } };
}
