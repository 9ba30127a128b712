import { readFileSync } from 'node:fs';

export interface Measured {
  readonly name: string;
  readonly durationMs: number;
}

const LISTED_MAX = 8;
/** Faster files and tests are not listed. */
const LISTED_FROM_MS = 1_000;
/** Source: proc_pid_stat(5). Every Linux that Node runs on counts a hundred ticks per second. */
const MS_PER_TICK = 10;

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

/**
 * Returns the processor time of this process and of the children that it has waited for, in milliseconds, or null if
 * the system does not report it. On a busy machine it is more meaningful than elapsed time.
 */
export function processorTimeMs(): number | null {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // The name of the program, in parentheses, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
    return (user! + system! + childUser! + childSystem!) * MS_PER_TICK;
  } catch {
    return null;
  }
}
