import { findNextAttemptDelayMs } from '../shared/background/retry-policy.ts';
import { GiveUp } from './job.ts';
import type { JobRegistry } from './jobs.ts';
import type { LeasedJob } from './local-work.ts';
import { moveJobToDeadLetters, rescheduleJob } from './queries.ts';
import type { AttemptOutcome } from './run-attempt.ts';

export type AttemptResult = 'done' | 'retried' | 'later' | 'dead' | 'lost';

/** All results: the type requires every one. */
const knownOutcomes: Readonly<Record<AttemptResult, true>> = {
  done: true,
  retried: true,
  later: true,
  dead: true,
  lost: true,
};

/** How an attempt may end. */
export const attemptOutcomes = Object.keys(knownOutcomes) as readonly AttemptResult[];

const ERROR_LENGTH_MAX = 1_000;

/**
 * Stores the result of an attempt that did not do the job. A job that another worker has taken over stays unchanged.
 */
export async function settleAttempt(
  registry: JobRegistry,
  job: LeasedJob,
  outcome: Exclude<AttemptOutcome, { kind: 'done' }>,
): Promise<{ settled: AttemptResult; error: string | null }> {
  const { definition, row, leaseToken } = job;
  if (outcome.kind === 'lost') return { settled: 'lost', error: null };
  if (outcome.kind === 'later') {
    return { settled: await reschedule(outcome.delayMs, false, null), error: null };
  }
  const error = errorText(outcome.error);
  const delayMs =
    outcome.error instanceof GiveUp ? null : findNextAttemptDelayMs(definition, row.attempts);
  if (delayMs === null) {
    const buried = await moveToDeadLetters(registry, job, error);
    return { settled: buried ? 'dead' : 'lost', error };
  }
  return { settled: await reschedule(delayMs, true, error), error };

  async function reschedule(
    delayMs: number,
    countsAsAttempt: boolean,
    error: string | null,
  ): Promise<AttemptResult> {
    const rows = await rescheduleJob(
      registry.database,
      row.id,
      leaseToken,
      delayMs,
      countsAsAttempt,
      error,
    );
    await registry.sendRows(rows);
    if (rows.length === 0) return 'lost';
    return countsAsAttempt ? 'retried' : 'later';
  }
}

/** Moves a job to the dead letters and runs its `onDead`. Returns false if another worker has taken over the job. */
export async function moveToDeadLetters(
  registry: JobRegistry,
  { definition, row, leaseToken }: LeasedJob,
  error: string,
): Promise<boolean> {
  const following = await registry.database.transaction(async (tx) => {
    const [buried] = await moveJobToDeadLetters(
      tx,
      row.id,
      leaseToken,
      definition.attemptsMax,
      error,
    );
    if (buried === undefined) return null;
    const jobs = (await definition.onDead?.(tx, buried, error)) ?? [];
    await registry.add(tx, jobs);
    return jobs;
  });
  if (following === null) return false;
  await registry.send(following);
  return true;
}

/** Returns the error that is shown to the operator. Our messages contain no secrets; long ones are truncated. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, ERROR_LENGTH_MAX);
}
