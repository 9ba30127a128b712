import { nextTryInMs } from '../shared/background/retry-policy.ts';
import { GiveUp, type JobDefinition } from './job.ts';
import type { JobRegistry } from './jobs.ts';
import { buryJob, type ClaimedRow, returnJob } from './queries.ts';
import type { TryOutcome } from './run-try.ts';

export type Settled = 'done' | 'retried' | 'later' | 'dead' | 'lost';

/** Each of them: it does not compile while one is missing. */
const knownEnds: Readonly<Record<Settled, true>> = {
  done: true,
  retried: true,
  later: true,
  dead: true,
  lost: true,
};

/** How a try may end. */
export const tryEnds = Object.keys(knownEnds) as readonly Settled[];

const ERROR_LENGTH_MAX = 1_000;

/** Writes down how a try ended that did not do the job. What another worker has taken over meanwhile stays as it is. */
export async function settleTry(
  registry: JobRegistry,
  definition: JobDefinition,
  row: ClaimedRow,
  leaseToken: string,
  outcome: Exclude<TryOutcome, { kind: 'done' }>,
): Promise<{ settled: Settled; error: string | null }> {
  if (outcome.kind === 'lost') return { settled: 'lost', error: null };
  if (outcome.kind === 'later') {
    return { settled: await giveBack(outcome.delayMs, false, null), error: null };
  }
  const error = errorText(outcome.error);
  const delayMs = outcome.error instanceof GiveUp ? null : nextTryInMs(definition, row.attempts);
  if (delayMs === null) {
    const buried = await moveToDeadLetters(registry, definition, row, leaseToken, error);
    return { settled: buried ? 'dead' : 'lost', error };
  }
  return { settled: await giveBack(delayMs, true, error), error };

  async function giveBack(delayMs: number, isTry: boolean, error: string | null): Promise<Settled> {
    const rows = await returnJob(registry.database, row.id, leaseToken, delayMs, isTry, error);
    await registry.sendRows(rows);
    if (rows.length === 0) return 'lost';
    return isTry ? 'retried' : 'later';
  }
}

/** With what the job's room writes about it. False when another worker has taken the job over. */
export async function moveToDeadLetters(
  registry: JobRegistry,
  definition: JobDefinition,
  { id }: ClaimedRow,
  leaseToken: string,
  error: string,
): Promise<boolean> {
  const following = await registry.database.transaction(async (tx) => {
    const [buried] = await buryJob(tx, id, leaseToken, definition.attemptsMax, error);
    if (buried === undefined) return null;
    const jobs = (await definition.onDead?.(tx, buried, error)) ?? [];
    await registry.add(tx, jobs);
    return jobs;
  });
  if (following === null) return false;
  await registry.send(following);
  return true;
}

/** What an operator reads beside a failed job. Messages of ours bear no secrets; a long one is cut. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, ERROR_LENGTH_MAX);
}
