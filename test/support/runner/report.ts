export interface Measured {
  readonly name: string;
  readonly durationMs: number;
}

const LISTED_MAX = 8;
/** Faster files and tests are not listed. */
const LISTED_FROM_MS = 1_000;

/** Lists the slowest of a run; empty if all were fast. */
export function describeSlowest(title: string, measured: readonly Measured[]): string {
  const slowest = measured
    .filter(({ durationMs }) => durationMs >= LISTED_FROM_MS)
    .sort((one, other) => other.durationMs - one.durationMs)
    .slice(0, LISTED_MAX);
  if (slowest.length === 0) return '';
  const lines = slowest.map(
    ({ name, durationMs }) => `${(durationMs / 1_000).toFixed(1).padStart(7)} s  ${name}\n`,
  );
  return `\n${title}:\n${lines.join('')}`;
}
