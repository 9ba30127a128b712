import { readdir, readFile } from 'node:fs/promises';

/** Processor time, user and system, in microseconds. */
export interface CostMicros {
  readonly server: number;
  readonly database: number;
}

/** Source: proc(5): the kernel reports times in ticks of 1/100 s on every system that Node supports. */
const TICK_MICROS = 10_000;

/** Positions after the command in parentheses, from proc(5), `/proc/pid/stat`. */
const PARENT = 1;
const OWN_TIMES = [11, 12];
const TIMES_OF_ENDED_CHILDREN = [13, 14];

/**
 * Reads the processor time used so far by the server and by all processes of PostgreSQL. Returns null where there is no
 * /proc.
 */
export async function readProcessorTime(of: {
  readonly serverPid: number;
  readonly postmasterPid: number;
}): Promise<CostMicros | null> {
  const server = await readStat(of.serverPid);
  const postmaster = await readStat(of.postmasterPid);
  if (server === null || postmaster === null) return null;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = await Promise.all(pids.map(readStat));
  const backends = stats.filter((stat) => stat !== null && stat[PARENT] === of.postmasterPid);
  const ticks =
    sum(postmaster, [...OWN_TIMES, ...TIMES_OF_ENDED_CHILDREN]) +
    backends.reduce((total, stat) => total + sum(stat!, OWN_TIMES), 0);
  return { server: sum(server, OWN_TIMES) * TICK_MICROS, database: ticks * TICK_MICROS };
}

/** Returns the cost of one of `count` operations between two measurements. */
export function costOfOne(
  before: CostMicros | null,
  after: CostMicros | null,
  count: number,
): CostMicros | null {
  if (before === null || after === null || count === 0) return null;
  return {
    server: (after.server - before.server) / count,
    database: (after.database - before.database) / count,
  };
}

async function readStat(pid: number): Promise<number[] | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // A command may contain spaces and parentheses.
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

function sum(stat: readonly number[], positions: readonly number[]): number {
  return positions.reduce((total, position) => total + (stat[position] ?? 0), 0);
}
