import { spawnSync } from 'node:child_process';
import { runAutocannon } from './autocannon.ts';
import type { Environment } from './environment.ts';
import type { LoadJob, LoadResult } from './load-job.ts';
import { type CostMicros, costOfOne } from './processor-time.ts';
import type { BenchServer } from './server.ts';
import { runWrk } from './wrk.ts';

/**
 * Runs a load in another process. Uses wrk if it is installed: where generator and server share a machine, it needs
 * about a fifth of autocannon's processor time, as pgbench does for the reference. wrk has no steady rate, so a load
 * with one uses autocannon.
 */
export function runLoad(job: LoadJob): Promise<LoadResult> {
  const byWrk = job.perSecond === undefined && spawnSync('wrk', ['--version']).error === undefined;
  return byWrk ? runWrk(job) : runAutocannon(job);
}

export interface CostedLoad extends LoadResult {
  /** The cost of one reply. */
  readonly cost: CostMicros | null;
}

/** Runs a load on a server of the environment, and measures the cost of its replies. */
export async function runCosted(
  environment: Environment,
  server: BenchServer,
  job: Omit<LoadJob, 'url'>,
): Promise<CostedLoad> {
  const before = await environment.processorTime(server);
  const result = await runLoad({ ...job, url: server.url });
  const after = await environment.processorTime(server);
  return { ...result, cost: costOfOne(before, after, result.succeeded + result.failed) };
}

export function getRate({ succeeded, durationSeconds }: LoadResult): number {
  return succeeded / durationSeconds;
}
