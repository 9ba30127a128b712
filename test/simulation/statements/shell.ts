import { newEventColumns } from '../../../src/events/queries.ts';
import { readColumnArrays } from '../store/column-rows.ts';
import type { Handlers } from '../store/connection.ts';
import type { Row, StoreTransaction } from '../store/store.ts';

/** The statements of what all modules share: idempotency keys, people, the log and its readers. */

const DAY_MS = 24 * 3_600_000;

const hashOf = (hash: Buffer) => hash.toString('hex');

export const keyStatements: Handlers = {
  'database.read_time': (tx) => [{ now: tx.clock }],
  'idempotency.claim_key': (
    tx,
    scopeHash: Buffer,
    requestHash: Buffer,
    callerId: string,
    operation: string,
  ) => {
    const key = hashOf(scopeHash);
    tx.lock(`idempotency_keys ${key}`);
    const before = tx.get('idempotency_keys', key);
    if (before !== undefined && before.expiresAtMs > tx.startedAtMs) return [];
    const expiresAtMs = tx.startedAtMs + DAY_MS;
    const row = { requestHash, callerId, operation, result: null, expiresAtMs };
    tx.put('idempotency_keys', key, row);
    return [{ scopeHash }];
  },
  'idempotency.find_key': (tx, scopeHash: Buffer) =>
    [tx.lockRow('idempotency_keys', hashOf(scopeHash)) ?? []].flat(),
  'idempotency.find_live_key': (tx, scopeHash: Buffer) => {
    const row = tx.get('idempotency_keys', hashOf(scopeHash));
    if (row === undefined || row.expiresAtMs <= tx.startedAtMs) return [];
    return [tx.lockRow('idempotency_keys', hashOf(scopeHash))!];
  },
  'idempotency.store_result': (tx, scopeHash: Buffer, result: string) => {
    tx.patch('idempotency_keys', hashOf(scopeHash), { result });
    return [];
  },
};

export const peopleStatements: Handlers = {
  'accounts.lock_customers': (tx, ids: string[]) => tx.lockRows('users', ids),
  'accounts.find_customers': (tx, ids: string[]) => ids.flatMap((id) => tx.get('users', id) ?? []),
  'personal.find_keys': (tx, ids: string[]) =>
    ids.flatMap((id) => tx.get('personal_keys', id) ?? []),
  'personal.insert_keys': (tx, ids: string[], keys: string[], keyIds: (string | null)[]) => {
    for (const [index, personId] of ids.entries()) {
      tx.lock(`personal_keys ${personId}`);
      if (tx.get('personal_keys', personId) !== undefined) continue;
      const key = Buffer.from(keys[index]!.slice(2), 'hex');
      tx.put('personal_keys', personId, { personId, key, keyId: keyIds[index]! });
    }
    return [];
  },
};

/** Keys sort as their positions do. */
const eventKey = (position: number) => String(position).padStart(9, '0');

function toLogged(row: Row): Row {
  return {
    position: row.position,
    id: row.id,
    type: row.type,
    orderId: row.order_id,
    sequence: row.sequence,
    from: row.from_status,
    to: row.to_status,
    traceId: row.trace_id,
    spanId: null,
    dataText: row.data,
    atMs: row.atMs,
  };
}

function readerOf(tx: StoreTransaction, name: string, fencing: number): Row | undefined {
  const reader = tx.lockRow('log_readers', name);
  return reader?.fencing === fencing ? reader : undefined;
}

export const logStatements: Handlers = {
  'events.insert': (tx, ...parameters: string[]) => {
    // As for the table: from now on a position may belong to it that nobody sees.
    tx.writesTo.add('events');
    for (const row of readColumnArrays({ ...newEventColumns, data: 'text' }, parameters)) {
      if (row.order_id !== null) {
        const key = `${row.order_id} ${row.sequence}`;
        tx.insert('event_sequences', key, {}, 'events_order_id_sequence_key');
      }
      const position = tx.next('events');
      tx.put('events', eventKey(position), { ...row, position, atMs: tx.startedAtMs });
    }
    return [];
  },
  'events.read': (tx, after: number, limit: number) =>
    tx
      .rows('events')
      .filter(({ position }) => position > after)
      .sort((one, other) => one.position - other.position)
      .slice(0, limit)
      .map(toLogged),
  // The store keeps what it has committed, so there is no standby to wait for.
  'database.reach_standby': () => [{ message: null }],
  'events.find_writers': (tx, table: string) => tx.writers(table).map((writer) => ({ writer })),
  'events.find_end': (tx) => [
    { position: Math.max(0, ...tx.rows('events').map(({ position }) => position)) },
  ],
  'events.take_lease': (tx, name: string, holder: string, leaseSeconds: number) => {
    const before = tx.get('log_readers', name);
    const nowMs = tx.clock.getTime();
    if (before !== undefined && (before.leasedUntilMs ?? 0) > nowMs) return [];
    tx.lock(`log_readers ${name}`);
    const reader = tx.get('log_readers', name);
    if (reader !== undefined && (reader.leasedUntilMs ?? 0) > nowMs) return [];
    const row = {
      holder,
      position: reader?.position ?? 0,
      fencing: (reader?.fencing ?? 0) + 1,
      leasedUntilMs: nowMs + leaseSeconds * 1_000,
    };
    tx.put('log_readers', name, row);
    return [row];
  },
  'events.renew_lease': (tx, name: string, fencing: number, leaseSeconds: number) => {
    if (readerOf(tx, name, fencing) === undefined) return [];
    const leasedUntilMs = tx.clock.getTime() + leaseSeconds * 1_000;
    return [tx.patch('log_readers', name, { leasedUntilMs })];
  },
  'events.move_cursor': (tx, name: string, fencing: number, from: number, to: number) => {
    if (readerOf(tx, name, fencing)?.position !== from) return [];
    tx.patch('log_readers', name, { position: to });
    return [{ name }];
  },
  'events.find_cursor': (tx, name: string, fencing: number) => {
    const reader = tx.get('log_readers', name);
    return reader?.fencing === fencing ? [reader] : [];
  },
  'events.release_lease': (tx, name: string, fencing: number) => {
    if (readerOf(tx, name, fencing) !== undefined) {
      tx.patch('log_readers', name, { holder: null, leasedUntilMs: null });
    }
    return [];
  },
};
