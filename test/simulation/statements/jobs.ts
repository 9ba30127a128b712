import type { Handlers } from '../store/connection.ts';
import type { Row, StoreTransaction } from '../store/store.ts';

/** The statements of jobs and schedules. */

/** Returns a job as it is passed to the queue driver. */
function toSendable(tx: StoreTransaction, row: Row): Row {
  const { id, name, queue, lane, sendings } = row;
  return { id, name, queue, lane, sendings, delayMs: Math.max(row.dueAtMs - tx.startedAtMs, 0) };
}

function sendAgain(tx: StoreTransaction, row: Row, change: Row = {}): Row {
  const sent = { sendings: row.sendings + 1, sentAtMs: tx.startedAtMs };
  return toSendable(tx, tx.patch('jobs', row.id, { ...sent, ...change }));
}

const unleased = { state: 'waiting', leaseToken: null, leasedUntilMs: null };

/** Locks those jobs of pairs of ids and tokens that are leased under the token. */
function lockLeased(
  tx: StoreTransaction,
  ids: readonly string[],
  tokens: readonly string[],
): Row[] {
  tx.lockRows('jobs', ids);
  return ids.flatMap((id, index) => {
    const row = tx.get('jobs', id);
    return row?.leaseToken === tokens[index] ? [row!] : [];
  });
}

const byId = (one: Row, other: Row) => (one.id < other.id ? -1 : 1);

export const jobStatements: Handlers = {
  'jobs.insert': (tx, rows: string, token: string) =>
    (JSON.parse(rows) as Row[]).sort(byId).flatMap((row) => {
      tx.lock(`jobs ${row.id}`);
      if (tx.get('jobs', row.id) !== undefined) return [];
      const isLeased = row.lease_ms !== null;
      tx.put('jobs', row.id, {
        id: row.id,
        name: row.name,
        queue: row.queue,
        lane: row.lane,
        data: row.data,
        eventId: row.event_id,
        traceparent: row.traceparent,
        state: isLeased ? 'running' : 'waiting',
        attempts: isLeased ? 1 : 0,
        dueAtMs: Math.floor(tx.startedAtMs + row.delay_ms),
        sendings: 1,
        sentAtMs: tx.startedAtMs,
        rescues: 0,
        leaseToken: isLeased ? token : null,
        leasedUntilMs: isLeased ? tx.clock.getTime() + row.lease_ms : null,
        lastError: null,
      });
      return [{ id: row.id }];
    }),
  'jobs.claim': (tx, ids: string[], leaseToken: string, leases: string) => {
    const leaseMs = JSON.parse(leases) as Record<string, number>;
    return [...new Set(ids)].sort().flatMap((id) => {
      if (tx.get('jobs', id) === undefined || !tx.tryLockRow('jobs', id)) return [];
      const row = tx.get('jobs', id)!;
      const isDue = row.state === 'waiting' && row.dueAtMs <= tx.startedAtMs;
      const isLost = row.state === 'running' && row.leasedUntilMs <= tx.startedAtMs;
      if (!(isDue || isLost) || leaseMs[row.name] === undefined) return [];
      return tx.patch('jobs', id, {
        state: 'running',
        attempts: row.attempts + 1,
        rescues: 0,
        leaseToken,
        leasedUntilMs: tx.startedAtMs + leaseMs[row.name]!,
      });
    });
  },
  'jobs.postpone': (tx, ids: string[], knownNames: string[], unknownDelayMs: number) =>
    tx.lockRows('jobs', ids).flatMap((row) => {
      const isKnown = knownNames.includes(row.name);
      if (row.state !== 'waiting' || (row.dueAtMs <= tx.startedAtMs && isKnown)) return [];
      const dueAtMs = Math.max(row.dueAtMs, isKnown ? 0 : tx.startedAtMs + unknownDelayMs);
      return sendAgain(tx, row, { dueAtMs });
    }),
  'jobs.finish': (tx, ids: string[], tokens: string[]) =>
    lockLeased(tx, ids, tokens).map(({ id }) => {
      tx.remove('jobs', id);
      return { id };
    }),
  'jobs.return_unstarted': (tx, ids: string[], tokens: string[]) =>
    lockLeased(tx, ids, tokens).map((row) =>
      sendAgain(tx, row, { ...unleased, attempts: row.attempts - 1 }),
    ),
  'jobs.return': (
    tx,
    id: string,
    token: string,
    delayMs: number,
    countsAsAttempt: boolean,
    error: string | null,
  ) =>
    lockLeased(tx, [id], [token]).map((row) =>
      sendAgain(tx, row, {
        ...unleased,
        attempts: row.attempts - (countsAsAttempt ? 0 : 1),
        dueAtMs: tx.startedAtMs + delayMs,
        lastError: error ?? row.lastError,
      }),
    ),
  'jobs.resend': (tx, ids: string[]) =>
    tx
      .lockRows('jobs', ids)
      .filter(({ state }) => state === 'waiting')
      .map((row) => sendAgain(tx, row)),
  'jobs.rescue_untaken': (tx, limit: number) =>
    tx
      .rows('jobs')
      .filter(({ state, dueAtMs, sentAtMs, rescues }) => {
        const waitMs = Math.min(30 * 2 ** Math.min(rescues, 20), 300) * 1_000;
        const isOverdue = dueAtMs <= tx.startedAtMs - 30_000;
        return state === 'waiting' && isOverdue && sentAtMs <= tx.startedAtMs - waitMs;
      })
      .filter(({ id }) => tx.tryLockRow('jobs', id))
      .slice(0, limit)
      .map((row) => {
        const sendings = row.sendings + (row.rescues === 0 ? 0 : 1);
        return sendAgain(tx, row, { sendings, rescues: row.rescues + 1 });
      }),
  'jobs.rescue_abandoned': (tx, limit: number) =>
    tx
      .rows('jobs')
      .filter(({ state, leasedUntilMs }) => state === 'running' && leasedUntilMs <= tx.startedAtMs)
      .filter(({ id }) => tx.tryLockRow('jobs', id))
      .slice(0, limit)
      .map((row) => sendAgain(tx, row, { ...unleased, dueAtMs: tx.startedAtMs })),
  'jobs.take_turn': (tx, name: string, everyMs: number, runsAtStart: boolean) => {
    const known = tx.get('schedules', name);
    tx.lock(`schedules ${name}`);
    const before = tx.get('schedules', name);
    const isTaken = before === undefined || before.startedAtMs <= tx.startedAtMs - everyMs;
    if (isTaken) tx.put('schedules', name, { startedAtMs: tx.startedAtMs });
    const waitMs = isTaken ? everyMs : before.startedAtMs - tx.startedAtMs + everyMs;
    return [{ isClaimed: isTaken && (runsAtStart || known !== undefined), waitMs }];
  },
  'jobs.end_turn': () => [],
};
