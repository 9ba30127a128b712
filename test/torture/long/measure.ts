import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../../src/database/database.ts';
import { postgresProcesses } from '../../support/postgres-processes.ts';
import type { Tally } from './tally.ts';

/** A row of the measurements. Empty: it could not be measured, as while the database is away. */
export interface Sample {
  readonly at: string;
  readonly stretch: number;
  /** Since the stretch began. */
  readonly ok: number;
  readonly refused: number;
  readonly unknown: number;
  readonly faults: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly serversMib: number;
  readonly workersMib: number;
  readonly databaseMib: number;
  readonly diskMib: number;
  /** Events that the relay has not read. */
  readonly logBacklog: number | '';
  readonly jobs: number | '';
}

export interface Measured {
  readonly stretch: number;
  readonly tally: Tally;
  readonly faults: () => number;
  readonly serverPids: () => readonly number[];
  readonly workerPids: () => readonly number[];
  readonly dataDirectory: string;
  readonly database: Database;
}

const MIB = 1024 * 1024;

export async function takeSample(measured: Measured): Promise<Sample> {
  const { stretch, tally, faults, dataDirectory, database } = measured;
  const [backlog] = await database
    .run<{ log: number; jobs: number }>(
      'torture.backlog',
      `select (select count(*)::int
                 from events
                where position > (select position from log_readers where name = 'relay')) as log,
              (select count(*)::int from jobs) as jobs`,
      [],
    )
    .catch(() => []);
  const databasePids = await postgresProcesses(dataDirectory).catch(() => []);
  return {
    at: new Date().toISOString(),
    stretch,
    ...tally.total,
    faults: faults(),
    ...tally.takeLatency(),
    serversMib: await sumMemory(measured.serverPids()),
    workersMib: await sumMemory(measured.workerPids()),
    databaseMib: await sumMemory(databasePids),
    diskMib: Math.round((await sizeOf(dataDirectory)) / MIB),
    logBacklog: backlog?.log ?? '',
    jobs: backlog?.jobs ?? '',
  };
}

/**
 * Returns the memory of processes in MiB, in which what several share counts once: their proportional set sizes. 0 where
 * there is no /proc. Source: proc(5).
 */
async function sumMemory(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      return Number(/^Pss: +(\d+)/m.exec(text)?.[1] ?? 0);
    }),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

/** Returns the bytes on disk below a folder. Files may disappear meanwhile. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    bytes += (found?.blocks ?? 0) * 512;
  }
  return bytes;
}
