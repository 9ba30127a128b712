import type { LeafList } from '../leaf-list.ts';
import { hashSeal, NO_SEAL, type Seal } from '../seal.ts';
import type { Findings } from './finding.ts';
import {
  type CoveredRows,
  describeRows,
  isKnownFormat,
  isSound,
  restoreSeal,
  type VerifySignature,
} from './restore-seal.ts';

/** A seal by a known key that only a later version can read. */
export class UnknownFormatError extends Error {
  override name = 'UnknownFormatError';
}

/** What is read of the stored seals. */
export interface SealReader {
  /** Returns seals after a number, in the order of numbers. */
  readSeals(after: number, limit: number): Promise<readonly Seal[]>;
  readLeaves(number: number): Promise<LeafList>;
  /** Returns the number under which a seal with a hash is stored, or null. */
  findNumber(hash: string): Promise<number | null>;
}

/** A seal that cannot be taken as it is stored. */
export interface Exception {
  /** The number under which it is stored. */
  readonly stored: number;
  /** What was signed. Null: nothing says for which rows it was made. */
  readonly seal: Seal | null;
}

export interface JudgedChain {
  /** How many seals are stored, and for how many rows. */
  readonly seals: number;
  readonly rows: number;
  /** The last stored number, 0 if there is none. */
  readonly last: number;
  readonly newest: Pick<Seal, 'number' | 'at'> | null;
  readonly exceptions: readonly Exception[];
  /** Stored numbers of altered seals whose hash may not be the one that was signed. */
  readonly doubtful: ReadonlySet<number>;
}

const SLICE_MAX = 500;
/** So many altered seals are looked at closely: what they were before costs reads of others. */
const JUDGED_MAX = 1_000;

/** Judges each seal by itself, without looking at rows, and adds to the findings what is not as it was signed. */
export async function judgeChain(
  reader: SealReader,
  verify: VerifySignature,
  findings: Findings,
  onProgress: (seals: number) => void,
): Promise<JudgedChain> {
  const exceptions: Exception[] = [];
  const doubtful = new Set<number>();
  let [seals, rows, last] = [0, 0, 0];
  /** The number and the hash of the seal before, as they were signed. */
  let before: Pick<Seal, 'number' | 'hash' | 'at'> = { number: 0, hash: NO_SEAL, at: '' };
  let judged = 0;

  /** Returns the seal as it was signed, as far as that can be found out. */
  async function judge(seal: Seal): Promise<Seal> {
    if (hashSeal(seal) === seal.hash) {
      findings.add({ kind: 'seal_foreign', seal: seal.number });
      if (!isKnownFormat(seal.format)) exceptions.push({ stored: seal.number, seal: null });
      return seal;
    }
    judged += 1;
    if (judged > JUDGED_MAX) return takeAsAltered(seal, false);
    const covered = describeRows(await reader.readLeaves(seal.number));
    const predecessor = await reader.findNumber(seal.previous);
    const restored = restoreSeal(seal, verify, {
      numbers: [before.number + 1, ...(predecessor === null ? [] : [predecessor + 1])],
      previous: [before.hash],
      covered,
    });
    return restored === null
      ? takeAsAltered(seal, covered !== null && isFor(seal, covered))
      : takeAsRestored(seal, restored);
  }

  function takeAsAltered(seal: Seal, isUsable: boolean): Seal {
    findings.add({ kind: 'seal_altered', seal: seal.number, fields: [] });
    doubtful.add(seal.number);
    if (!isUsable) exceptions.push({ stored: seal.number, seal: null });
    return seal;
  }

  function takeAsRestored({ number: stored, ...seal }: Seal, restored: Seal): Seal {
    const fields = (Object.keys(seal) as (keyof typeof seal)[]).filter(
      (name) => restored[name] !== seal[name],
    );
    if (restored.number !== stored) {
      findings.add({ kind: 'seal_renumbered', seal: stored, was: restored.number });
    }
    if (fields.length > 0) findings.add({ kind: 'seal_altered', seal: stored, fields });
    exceptions.push({ stored, seal: restored });
    return restored;
  }

  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const slice = await reader.readSeals(after, SLICE_MAX);
    for (const seal of slice) {
      before = isSound(seal, verify) ? requireKnown(seal) : await judge(seal);
      rows += seal.rows;
    }
    seals += slice.length;
    after = slice.at(-1)?.number ?? after;
    last = Math.max(last, after);
    onProgress(seals);
    if (slice.length < SLICE_MAX) {
      const newest = seals === 0 ? null : { number: before.number, at: before.at };
      return { seals, rows, last, newest, exceptions, doubtful };
    }
  }
}

function isFor(seal: Seal, covered: CoveredRows): boolean {
  const { rows, first, last, root } = covered;
  return (
    isKnownFormat(seal.format) &&
    seal.rows === rows &&
    seal.first === first &&
    seal.last === last &&
    seal.root === root
  );
}

function requireKnown(seal: Seal): Seal {
  if (isKnownFormat(seal.format)) return seal;
  throw new UnknownFormatError(
    `Seal ${seal.number} has the format ${seal.format}, which this version does not know. Use the version that made it, or a later one.`,
  );
}
