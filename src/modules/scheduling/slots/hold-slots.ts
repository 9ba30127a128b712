import { toColumnArrays } from '../../../database/column-arrays.ts';
import type { Transaction } from '../../../database/database.ts';
import { violates } from '../../../database/database-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import {
  deletePlaces,
  insertPlaces,
  movePlace,
  placeColumns,
  releasePlaces,
} from './slot-queries.ts';

/** The place of an order in the slot that begins at this time. */
export interface SlotPlace {
  readonly orderId: string;
  readonly startAt: Date;
}

/**
 * Holds the places of new orders, in one statement. If a slot is full, the database refuses: `isSlotFull` recognises
 * the error. An order has one place.
 */
export async function holdSlots(tx: Transaction, places: readonly SlotPlace[]): Promise<void> {
  if (places.length === 0) return;
  const rows = places.map(({ orderId, startAt }) => ({ order_id: orderId, start_at: startAt }));
  const [orderIds, starts] = toColumnArrays(placeColumns, rows);
  await insertPlaces(tx, orderIds!, starts!);
}

/** Gives back the places of orders that ended, in one statement. Those that hold none change nothing. */
export async function releaseSlots(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await releasePlaces(tx, orderIds);
}

/** Gives back the places of orders that move to a time outside slots, of which nothing is kept. */
export async function leaveSlots(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length === 0) return;
  await Promise.all([releasePlaces(tx, orderIds), deletePlaces(tx, orderIds)]);
}

/** Moves an order to another slot, or gives it the first place that it has. Refused as by `holdSlots`. */
export async function moveSlot(tx: Transaction, { orderId, startAt }: SlotPlace): Promise<void> {
  await movePlace(tx, orderId, startAt);
}

/** Returns whether a statement failed because a slot is full, inside the transaction or after it. */
export function isSlotFull(error: unknown): boolean {
  const cause = error instanceof CodedError ? error.details.cause : error;
  return violates(cause, 'slots_places_check');
}
