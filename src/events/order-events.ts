import type { KeyRing } from '../database/key-ring.ts';
import type { Queryable } from '../database/statement.ts';
import { type ReasonRow, readReason } from './personal-reason.ts';
import {
  type StoredHistoryRow,
  type StoredOrderEventRow,
  selectEventsOfOrders,
  selectHistory,
} from './queries.ts';

/** A row whose reason can be read. */
type Readable<Row extends ReasonRow> = Omit<Row, 'personal' | 'personalKey'>;

export type HistoryRow = Readable<StoredHistoryRow>;
export type OrderEventRow = Readable<StoredOrderEventRow>;

/** Returns the events of an order, by sequence. */
export async function findHistory(db: Queryable, orderId: string): Promise<HistoryRow[]> {
  const rows = await selectHistory(db, orderId);
  return rows.map((row) => toReadable(db.keyRing, row));
}

/** Returns all events of these orders, by order and sequence. */
export async function findEventsOfOrders(
  db: Queryable,
  orderIds: readonly string[],
): Promise<OrderEventRow[]> {
  const rows = await selectEventsOfOrders(db, orderIds);
  return rows.map((row) => toReadable(db.keyRing, row));
}

function toReadable<Row extends ReasonRow>(keyRing: KeyRing, row: Row): Readable<Row> {
  const { personal: _, personalKey: __, ...readable } = row;
  return { ...readable, reason: readReason(keyRing, row) };
}
