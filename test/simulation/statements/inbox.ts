import type { Handlers } from '../store/connection.ts';
import type { Row, StoreTransaction } from '../store/store.ts';

/** The statements of the provider's events. */

const eventOf = (tx: StoreTransaction, id: string) => tx.get('provider_events', id);

function isDue(row: Row | undefined, tx: StoreTransaction): row is Row {
  if (row === undefined || row.nextAttemptAtMs === null) return false;
  return row.nextAttemptAtMs <= tx.startedAtMs;
}

function finish(tx: StoreTransaction, id: string, change: Row): void {
  tx.lockRow('provider_events', id);
  tx.patch('provider_events', id, { nextAttemptAtMs: null, ...change });
}

export const inboxStatements: Handlers = {
  'payments.insert_provider_events': (tx, rows: string) =>
    (JSON.parse(rows) as Row[]).flatMap((row) => {
      const name = `${row.provider} ${row.event_id}`;
      tx.lock(`provider_events ${name}`);
      const isKnown = tx
        .rows('provider_events')
        .some((one) => `${one.provider} ${one.eventId}` === name);
      if (isKnown) return [];
      tx.put('provider_events', row.id, {
        id: row.id,
        provider: row.provider,
        eventId: row.event_id,
        type: row.type,
        event: row.payload ?? null,
        cause: row.cause ?? null,
        status: row.status,
        outcome: row.outcome ?? null,
        attempts: 0,
        nextAttemptAtMs: row.status === 'RECEIVED' ? tx.startedAtMs : null,
      });
      return [{ id: row.id }];
    }),
  'payments.lock_due_events': (tx, limit: number) =>
    tx
      .rows('provider_events')
      .filter((row) => isDue(row, tx))
      .sort((one, other) => one.nextAttemptAtMs - other.nextAttemptAtMs)
      .filter(({ id }) => tx.tryLockRow('provider_events', id))
      .slice(0, limit),
  'payments.lock_event': (tx, id: string) => {
    if (!isDue(eventOf(tx, id), tx) || !tx.tryLockRow('provider_events', id)) return [];
    return [eventOf(tx, id)!];
  },
  'payments.finish_event': (tx, id: string, status: string, outcome: string) => {
    finish(tx, id, { status, outcome });
    return [];
  },
  'payments.finish_matched_events': (tx, ids: string[]) => {
    for (const id of ids) {
      finish(tx, id, { status: 'APPLIED', outcome: 'matched', event: null, cause: null });
    }
    return [];
  },
  'payments.fail_event': (
    tx,
    id: string,
    attempts: number,
    waitMs: number | null,
    lastError: string,
  ) => {
    const row = tx.lockRow('provider_events', id);
    if (row?.status !== 'RECEIVED' || row.attempts !== attempts) return [];
    const status = waitMs === null ? 'DEAD' : 'RECEIVED';
    const nextAttemptAtMs = waitMs === null ? null : tx.startedAtMs + waitMs;
    const change = { status, attempts: attempts + 1, nextAttemptAtMs, lastError };
    return [tx.patch('provider_events', id, change)];
  },
};
