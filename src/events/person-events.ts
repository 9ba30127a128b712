import type { KeyRing } from '../database/key-ring.ts';
import type { Queryable } from '../database/statement.ts';
import { readByPages } from '../shared/read-all.ts';
import {
  type StoredPersonEventRow,
  selectActedEvents,
  selectOwnEvents,
  selectPersonEventsOfOrders,
} from './person-queries.ts';
import { readReason } from './personal-reason.ts';
import { findEnd } from './reader-queries.ts';

const PAGE_SIZE = 100;
/** So many rows take some ten milliseconds. */
const POSITIONS_PER_STATEMENT = 20_000;

/** An event as it is given out. Who of the staff caused it is told by their role only. */
export interface PersonEvent
  extends Pick<StoredPersonEventRow, 'orderId' | 'type' | 'from' | 'to' | 'data' | 'at'> {
  readonly actor: { readonly type: string; readonly role: string | null; readonly self: boolean };
  readonly reason: string | null;
}

/** Returns the events of the orders of one person, by order and sequence. */
export async function findPersonEventsOfOrders(
  db: Queryable,
  userIds: readonly string[],
  orderIds: readonly string[],
): Promise<PersonEvent[]> {
  const rows = await selectPersonEventsOfOrders(db, orderIds);
  return rows.map((row) => toPersonEvent(db.keyRing, row, userIds));
}

/** Yields what a person caused that belongs to no order, such as corrections of stock. */
export async function* readOwnEvents(
  db: Queryable,
  userIds: readonly string[],
): AsyncGenerator<PersonEvent> {
  const rows = readByPages<StoredPersonEventRow>((last) =>
    selectOwnEvents(db, userIds, last?.position ?? 0, PAGE_SIZE),
  );
  for await (const row of rows) yield toPersonEvent(db.keyRing, row, userIds);
}

/** Yields what one of the staff did with orders: which, when and what, and nothing of what the orders say. Reads the whole log. */
export async function* readActedEvents(
  db: Queryable,
  userIds: readonly string[],
): AsyncGenerator<object> {
  const [end] = await findEnd(db);
  for (let after = 0; after < end!.position; after += POSITIONS_PER_STATEMENT) {
    yield* await selectActedEvents(db, userIds, after, after + POSITIONS_PER_STATEMENT);
  }
}

function toPersonEvent(
  keyRing: KeyRing,
  row: StoredPersonEventRow,
  userIds: readonly string[],
): PersonEvent {
  const { orderId, type, from, to, actorType, actorId, actorRole, data, at } = row;
  const self = actorId !== null && userIds.includes(actorId);
  return {
    orderId,
    type,
    from,
    to,
    actor: { type: actorType, role: actorRole, self },
    reason: readReason(keyRing, row),
    data,
    at,
  };
}
