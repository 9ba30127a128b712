import type { Database } from '../../../database/database.ts';
import { nextTryInMs, type RetryPolicy } from '../../../shared/background/retry-policy.ts';
import { mapConcurrently } from '../../../shared/map-concurrently.ts';
import { applyEvent, type EventOutcome } from '../ledger/apply-event.ts';
import { findMatches, writeMatches } from '../ledger/apply-matched-captures.ts';
import { shortMessage } from '../short-message.ts';
import { failEvent, finishEvents, type InboxRow, lockDueEvents, lockEvent } from './queries.ts';

/** Events that go together at most. */
const BATCH_SIZE_MAX = 200;
/** Events that one server applies alone at a time. They wait for the database, so a few are enough. */
const ALONE_MAX = 4;

export type InboxOutcome = EventOutcome | 'retried' | 'dead';

export interface InboxDependencies {
  readonly database: Database;
  readonly retries: RetryPolicy;
  readonly onOutcome: (outcome: InboxOutcome) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Applies every event that is due. Safe on several servers at once. Gives how many it worked on. While one batch is
 * being applied the events that come in wait and go together in the next one.
 */
export async function applyDueEvents(deps: InboxDependencies): Promise<number> {
  let total = 0;
  for (;;) {
    const { count, more } = await applyNextBatch(deps);
    total += count;
    if (!more) return total;
  }
}

/** The charges that just pay their orders together; what needs a closer look, or spoilt the batch, alone. */
async function applyNextBatch(deps: InboxDependencies): Promise<{ count: number; more: boolean }> {
  const { taken, applied } = await applyMatchedCaptures(deps);
  for (const _ of applied) deps.onOutcome('matched');
  const done = new Set(applied);
  const rest = taken.filter((row) => !done.has(row));
  const wereDue = await mapConcurrently(rest, ALONE_MAX, ({ id }) => applyOneByOne(deps, id));
  const count = applied.length + wereDue.filter(Boolean).length;
  // A batch that is not full was all that was due.
  return { count, more: taken.length === BATCH_SIZE_MAX };
}

/** One event cannot hurt its neighbours: when the batch fails, none is applied and each is tried alone. */
async function applyMatchedCaptures({
  database,
}: InboxDependencies): Promise<{ taken: readonly InboxRow[]; applied: readonly InboxRow[] }> {
  let taken: readonly InboxRow[] = [];
  try {
    const applied = await database.transaction(async (tx) => {
      taken = await lockDueEvents(tx, BATCH_SIZE_MAX);
      const found = await findMatches(tx, taken);
      const matched = found.matches.map(({ report: told }) => told);
      const ids = matched.map(({ id }) => id);
      await tx.commitBehind(
        Promise.all([
          writeMatches(tx, found),
          ids.length > 0 ? finishEvents(tx, ids, 'APPLIED', 'matched') : [],
        ]),
      );
      return matched;
    });
    return { taken, applied };
  } catch (error) {
    if (taken.length === 0) throw error;
    return { taken, applied: [] };
  }
}

/**
 * Applies one event together with its mark, so that it is done once or, when the server dies, not at all. One that fails
 * comes again later, and in the end is left DEAD. False when it is not due any more, or somebody else is at it.
 */
async function applyOneByOne(deps: InboxDependencies, id: string): Promise<boolean> {
  const { database, onOutcome } = deps;
  let taken: InboxRow | undefined;
  try {
    const outcome = await database.transaction(async (tx) => {
      [taken] = await lockEvent(tx, id);
      if (taken === undefined) return null;
      const result = await applyEvent(tx, taken.provider, taken.event, taken.cause);
      const status = hasNoEffect(result) ? 'IGNORED' : 'APPLIED';
      await finishEvents(tx, [taken.id], status, result);
      return result;
    });
    if (outcome === null) return false;
    onOutcome(outcome);
    return true;
  } catch (error) {
    if (taken === undefined) throw error;
    await retryLater(deps, taken, error);
    return true;
  }
}

async function retryLater(deps: InboxDependencies, row: InboxRow, error: unknown): Promise<void> {
  const waitMs = nextTryInMs(deps.retries, row.attempts + 1);
  const message = shortMessage(error);
  const [failed] = await failEvent(deps.database, row.id, row.attempts, waitMs, message);
  if (failed === undefined) return;
  deps.onOutcome(failed.status === 'DEAD' ? 'dead' : 'retried');
  deps.onError(error);
}

function hasNoEffect(outcome: EventOutcome): boolean {
  return outcome === 'ignored' || outcome === 'unknown' || outcome === 'mismatch';
}
