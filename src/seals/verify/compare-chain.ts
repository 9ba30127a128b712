import { type LogName, NO_SEAL, type Seal } from '../seal.ts';
import type { LogComparison, SealWithLeaves } from './compare-log.ts';
import type { Findings } from './finding.ts';
import type { JudgedChain } from './judge-chain.ts';

export interface ChainReader {
  /**
   * Returns seals after a number, up to another one, in the order of numbers: as many as have so many rows, and none if there is
   * none.
   */
  readSealsWithLeaves(
    after: number,
    upTo: number,
    rows: number,
  ): Promise<readonly SealWithLeaves[]>;
  readLeaves(number: number): Promise<SealWithLeaves['leaves']>;
}

/** A stored seal at its place in the chain. */
interface Link {
  /** The number under which it is stored, and the one under which it was signed. */
  readonly stored: number;
  readonly number: number;
  /** Null: it cannot be used. */
  readonly seal: SealWithLeaves | null;
}

/** How many rows the seals have that are read at once. */
const ROWS_AT_ONCE = 8_192;

/**
 * Walks along the chain in the order in which the seals were made. Adds what does not fit together to the findings, and compares
 * the rows of each log.
 */
export async function compareChain(
  chain: JudgedChain,
  reader: ChainReader,
  logs: Readonly<Record<LogName, LogComparison>>,
  findings: Findings,
  onSeal: (seal: Seal) => void,
): Promise<void> {
  let number = 0;
  /** What the next seal names as the one before it; null: unknown. */
  let previous: string | null = NO_SEAL;
  /** The last number whose seal is missing or cannot be used. */
  let lastOpen = 0;
  const lastOf: Record<LogName, number> = { events: 0, audit: 0 };

  for await (const link of walk(chain, reader)) {
    // Only an altered seal has such a number, and it is named already.
    if (link.number < 1) continue;
    if (link.number <= number) {
      findings.add({ kind: 'seal_copied', seal: link.stored, of: link.number });
      continue;
    }
    if (link.number > number + 1) {
      findings.add({ kind: 'seal_missing', first: number + 1, last: link.number - 1 });
      lastOpen = link.number - 1;
    } else if (link.seal !== null && previous !== null && link.seal.previous !== previous) {
      findings.add({ kind: 'chain_broken', seal: link.stored });
    }
    number = link.number;
    previous = link.seal === null || chain.doubtful.has(link.stored) ? null : link.seal.hash;
    if (link.seal === null) {
      lastOpen = number;
      continue;
    }
    const { log } = link.seal;
    await logs[log].compare(link.seal, lastOpen > lastOf[log]);
    lastOf[log] = number;
    onSeal(link.seal);
  }
}

/** Yields the stored seals in the order of the numbers under which they were signed. */
async function* walk(chain: JudgedChain, reader: ChainReader): AsyncGenerator<Link> {
  const exceptions = new Map(chain.exceptions.map((exception) => [exception.stored, exception]));
  const restored = chain.exceptions
    .flatMap(({ stored, seal }) => (seal === null ? [] : [{ stored, seal }]))
    .sort((one, other) => one.seal.number - other.seal.number);

  async function* takeRestoredBefore(number: number): AsyncGenerator<Link> {
    while (restored.length > 0 && restored[0]!.seal.number < number) {
      const { stored, seal } = restored.shift()!;
      const leaves = await reader.readLeaves(stored);
      yield { stored, number: seal.number, seal: { ...seal, leaves } };
    }
  }

  for await (const seal of readAll(chain, reader)) {
    const { number } = seal;
    yield* takeRestoredBefore(number);
    const exception = exceptions.get(number);
    if (exception === undefined) yield { stored: number, number, seal };
    else if (exception.seal === null) yield { stored: number, number, seal: null };
  }
  yield* takeRestoredBefore(Number.POSITIVE_INFINITY);
}

/** Reads the next seals while those before are compared. */
async function* readAll(
  { last }: JudgedChain,
  reader: ChainReader,
): AsyncGenerator<SealWithLeaves> {
  for (let next = reader.readSealsWithLeaves(Number.MIN_SAFE_INTEGER, last, ROWS_AT_ONCE); ; ) {
    const slice = await next;
    if (slice.length === 0) return;
    next = reader.readSealsWithLeaves(slice.at(-1)!.number, last, ROWS_AT_ONCE);
    // Its error is thrown where it is awaited, which may be never.
    next.catch(() => {});
    yield* slice;
  }
}
