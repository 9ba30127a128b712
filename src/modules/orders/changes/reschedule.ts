import type { Transaction } from '../../../database/database.ts';
import {
  checkTime,
  createSlotBook,
  findHeldSlot,
  type KnownSlots,
  type ShopSettings,
} from '../../scheduling/index.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';
import { findPromisedFor } from '../fulfilment/present-fulfilment.ts';
import { toFulfilmentRefusal } from '../placement/fulfilment-refusals.ts';
import { readLockedSlots, toKnownSlots } from '../placement/read-slots.ts';
import type { OrderRow } from '../reading/queries.ts';
import type { FulfilChange } from '../writing/order-change.ts';

interface Rescheduling {
  readonly order: OrderRow;
  /** With the time that is wanted. */
  readonly fulfilment: Fulfilment;
  readonly shop: ShopSettings;
  /** The time of the transaction. */
  readonly now: Date;
  readonly byStaff: boolean;
}

/**
 * Returns the new time of an order, or null for SHIPMENT, which has none. The place that the order has counts as free for
 * it. The type was decided when it was placed. A pause keeps customers from choosing another time, but not staff, who may
 * call them to move what was placed. Throws the refusal of a placement.
 */
export async function reschedule(
  tx: Transaction,
  { order, fulfilment, shop, now, byStaff }: Rescheduling,
): Promise<FulfilChange['moved']> {
  const from = findPromisedFor(order);
  if (from === null) return null;
  const [read, [held]] = await Promise.all([
    readLockedSlots(tx, shop, [{ fulfilment }], true),
    // An order that has a place is promised for its slot.
    order.promisedFor === null ? [] : findHeldSlot(tx, order.id),
  ]);
  const known = toKnownSlots(read, now);
  const book = createSlotBook(shop, now, known && withoutPlace(known, held?.startAt));
  const { type, requestedFor } = fulfilment;
  const { refusals, promisedFor, slotStart } = checkTime(
    shop,
    { type, requestedFor: requestedFor ? new Date(requestedFor) : null, now, override: false },
    book,
  );
  const refusal = refusals.find(
    ({ kind }) => kind !== 'type_not_offered' && !(kind === 'shop_paused' && byStaff),
  );
  if (refusal !== undefined) throw toFulfilmentRefusal(refusal);
  return { from, to: promisedFor!, slotStart };
}

function withoutPlace(known: KnownSlots, start: Date | undefined): KnownSlots {
  const counts = known.counts.map(({ startAt, places }) => ({
    startAt,
    places: startAt.getTime() === start?.getTime() ? places - 1 : places,
  }));
  return { ...known, counts };
}
