import type { Database, Transaction } from '../../../database/database.ts';
import {
  findNextAttemptDelayMs,
  type RetryPolicy,
} from '../../../shared/background/retry-policy.ts';
import { mapConcurrently } from '../../../shared/map-concurrently.ts';
import { applyEvent, type EventOutcome } from '../ledger/apply-event.ts';
import { findMatches, writeMatches } from '../ledger/apply-matched-captures.ts';
import { shortMessage } from '../short-message.ts';
import {
  failEvent,
  finishEvent,
  finishMatchedEvents,
  type InboxRow,
  lockDueEvents,
  lockEvent,
} from './queries.ts';

/** Maximum events in one batch. */
const BATCH_SIZE_MAX = 200;
/** Events that one server applies individually at the same time. They wait for the database, so a few are enough. */
const ALONE_MAX = 4;

/** How long a refund waits each time for what precedes it: until reconciliation has asked the provider once more. */
const EARLY_WAIT_MS = 5 * 60_000;

export type InboxOutcome = EventOutcome | 'retried' | 'dead';

export interface InboxDependencies {
  readonly database: Database;
  readonly retries: RetryPolicy;
  readonly onOutcome: (outcome: InboxOutcome) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Applies every due event and returns their number. Safe on several servers at once. Events that arrive while a batch
 * is being applied are applied together in the next one.
 */
export async function applyDueEvents(deps: InboxDependencies): Promise<number> {
  let total = 0;
  for (;;) {
    const { count, more } = await applyNextBatch(deps);
    total += count;
    if (!more) return total;
  }
}

/** Applies matching charges together, and individually the events that need more work or whose batch failed. */
async function applyNextBatch(deps: InboxDependencies): Promise<{ count: number; more: boolean }> {
  const { locked, applied } = await applyMatchedCaptures(deps);
  for (const _ of applied) deps.onOutcome('matched');
  const done = new Set(applied);
  const rest = locked.filter((row) => !done.has(row));
  const wereDue = await mapConcurrently(rest, ALONE_MAX, ({ id }) => applyOneByOne(deps, id));
  const count = applied.length + wereDue.filter(Boolean).length;
  // A batch that is not full contained everything that was due.
  return { count, more: locked.length === BATCH_SIZE_MAX };
}

/**
 * Applies the matching charges of a batch. If the batch fails, none is applied and each event is tried individually, so
 * that one event cannot affect the others.
 */
async function applyMatchedCaptures({
  database,
}: InboxDependencies): Promise<{ locked: readonly InboxRow[]; applied: readonly InboxRow[] }> {
  let locked: readonly InboxRow[] = [];
  try {
    const applied = await database.transaction(async (tx) => {
      locked = await lockDueEvents(tx, BATCH_SIZE_MAX);
      const found = await findMatches(tx, locked);
      const matched = found.matches.map(({ report }) => report);
      const ids = matched.map(({ id }) => id);
      await tx.pipelineCommit(
        Promise.all([writeMatches(tx, found), ids.length > 0 ? finishMatchedEvents(tx, ids) : []]),
      );
      return matched;
    });
    return { locked, applied };
  } catch (error) {
    if (locked.length === 0) throw error;
    return { locked, applied: [] };
  }
}

/**
 * Applies one event and marks it in the same transaction, so that it is applied once or, if the server dies, not at
 * all. A failed event is retried later, and is finally left DEAD. Returns false if it is no longer due or another
 * server is applying it.
 */
async function applyOneByOne(deps: InboxDependencies, id: string): Promise<boolean> {
  const { database, onOutcome } = deps;
  let locked: InboxRow | undefined;
  try {
    const outcome = await database.transaction(async (tx) => {
      [locked] = await lockEvent(tx, id);
      if (locked === undefined) return null;
      const result = await applyEvent(tx, locked.provider, locked.event, locked.cause);
      if (await postponeEarly(tx, deps, locked, result)) return 'retried';
      if (result === 'matched') await finishMatchedEvents(tx, [locked.id]);
      else await finishEvent(tx, locked.id, hasNoEffect(result) ? 'IGNORED' : 'APPLIED', result);
      return result;
    });
    if (outcome === null) return false;
    onOutcome(outcome);
    return true;
  } catch (error) {
    if (locked === undefined) throw error;
    await retryLater(deps, locked, error);
    return true;
  }
}

/** Why a refund that was made at the provider cannot be recorded, if it is reported before what precedes it. */
const earlyReasons: Readonly<Partial<Record<EventOutcome, string>>> = {
  unknown: 'its charge is not known yet',
  // Or a refund of ours has failed there and is still expected to succeed.
  mismatch: 'it is more than is left of its charge',
};

/**
 * Puts off a refund that may be early. If it never fits, its charge is not ours, or an admin has to look. Returns false for
 * other events, and after all attempts.
 */
async function postponeEarly(
  tx: Transaction,
  { retries }: InboxDependencies,
  { id, event, attempts }: InboxRow,
  outcome: EventOutcome,
): Promise<boolean> {
  const reason = earlyReasons[outcome];
  if (event.kind !== 'refund' || reason === undefined) return false;
  const waitMs = findNextAttemptDelayMs(retries, attempts + 1);
  if (waitMs === null) return false;
  await failEvent(tx, id, attempts, Math.max(waitMs, EARLY_WAIT_MS), reason);
  return true;
}

async function retryLater(deps: InboxDependencies, row: InboxRow, error: unknown): Promise<void> {
  const waitMs = findNextAttemptDelayMs(deps.retries, row.attempts + 1);
  const message = shortMessage(error);
  const [failed] = await failEvent(deps.database, row.id, row.attempts, waitMs, message);
  if (failed === undefined) return;
  deps.onOutcome(failed.status === 'DEAD' ? 'dead' : 'retried');
  deps.onError(error);
}

function hasNoEffect(outcome: EventOutcome): boolean {
  return outcome === 'ignored' || outcome === 'unknown' || outcome === 'mismatch';
}
