/** What became of one round. */
export interface RoundResult {
  readonly fault: string;
  readonly seed: number;
  /** From the loss, or the word of the operator, to the first answer to an order that was sent later; null if there was none. */
  readonly backMs: number | null;
  readonly wrong: readonly string[];
}

/** Returns the lines of a table with one row per kind of fault, and one for all of them. */
export function formatTable(results: readonly RoundResult[]): string[] {
  const byFault = [...Map.groupBy(results, ({ fault }) => fault)].toSorted(([a], [b]) =>
    a.localeCompare(b),
  );
  const all: [string, readonly RoundResult[]] = ['all', results];
  const rows = [...byFault, all].map(([fault, rounds]) => {
    const times = rounds.flatMap(({ backMs }) => backMs ?? []).toSorted((a, b) => a - b);
    const found = rounds.reduce((sum, { wrong }) => sum + wrong.length, 0);
    return [
      fault,
      String(rounds.length),
      formatSeconds(times.length === 0 ? null : findMedian(times)),
      formatSeconds(times.length < rounds.length ? null : times.at(-1)!),
      String(found),
    ];
  });
  const table = [['fault', 'rounds', 'writes back, median', 'worst', 'found'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
      )
      .join('  '),
  );
}

export function formatSeconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1_000).toFixed(1)} s`;
}

/** `sorted` is not empty. */
function findMedian(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
