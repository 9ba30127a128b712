import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Source: proc_pid_stat(5). Every Linux that Node runs on counts a hundred ticks per second. */
const MS_PER_TICK = 10;

interface ProcessTime {
  readonly parentId: number;
  /** Its own, and that of the children that it has waited for. */
  readonly ms: number;
}

/** Returns null if the process has ended, or if the system does not report its time. */
function readProcessTime(id: number): ProcessTime | null {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    // The name of the program, in parentheses, may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).map(Number);
    return {
      parentId: Number(fields[1]),
      ms: ticks.reduce((sum, one) => sum + one, 0) * MS_PER_TICK,
    };
  } catch {
    return null;
  }
}

/**
 * Returns the processor time of a process and of its descendants in milliseconds, or null if the system does not report
 * it. On a busy machine it is more meaningful than elapsed time. The descendants count while they run, because a
 * browser's processes are waited for by nobody.
 */
export function processorTimeMs(id: number = process.pid): number | null {
  const own = readProcessTime(id);
  if (own === null) return null;
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const running = ids.map((name) => ({ id: Number(name), time: readProcessTime(Number(name)) }));
  const sumBelow = (parentId: number): number =>
    running
      .filter(({ time }) => time?.parentId === parentId)
      .reduce((sum, child) => sum + child.time!.ms + sumBelow(child.id), 0);
  return own.ms + sumBelow(id);
}

let recordedMs = 0;

/** Reports what this process and those that it started have used since the last call to the runner, for a test file. */
export function recordProcessorTime(root: string, path: string): void {
  const { TEST_PROCESSOR_TIME_FILE: report } = process.env;
  const ms = processorTimeMs();
  if (report === undefined || ms === null) return;
  // Less than before if a browser has ended.
  const sinceMs = Math.max(0, ms - recordedMs);
  appendFileSync(report, `${JSON.stringify([relative(root, path), sinceMs])}\n`);
  recordedMs = ms;
}

/** Returns the processor time of each file that was reported, in milliseconds. */
export function readProcessorTimes(report: string): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  if (!existsSync(report)) return times;
  for (const line of readFileSync(report, 'utf8').trimEnd().split('\n')) {
    const [file, ms] = JSON.parse(line) as [string, number];
    times.set(file, (times.get(file) ?? 0) + ms);
  }
  return times;
}
