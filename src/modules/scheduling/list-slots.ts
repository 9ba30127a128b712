import type { Queryable } from '../../database/statement.ts';
import type { ListSlotsInput, SlotListView } from './schemas.ts';
import type { ShopSettings } from './settings/settings.ts';
import { findEarliest } from './slots/check-time.ts';
import { findSlots } from './slots/find-slots.ts';
import { createSlotBook } from './slots/slot-book.ts';
import { isWithinHorizon } from './times/openings.ts';
import type { Period } from './times/shop-memory.ts';
import { limitsSlots, listSlots } from './times/slots.ts';

/**
 * Returns the slots of a day that can be requested now, with their free places. A type that the shop does not offer, and
 * SHIPMENT, have none.
 */
export async function listFreeSlots(
  db: Queryable,
  shop: ShopSettings,
  now: Date,
  input: ListSlotsInput,
): Promise<SlotListView> {
  const slots = listRequestable(shop, now, input);
  const starts = slots.map(({ start }) => start);
  const isCounted = limitsSlots(shop) && slots.length > 0;
  const counts = isCounted ? await findSlots(db, { minutesAhead: 0, starts }) : [];
  const book = createSlotBook(shop, now, { counts, within: null, starts });
  return {
    data: slots.map(({ start, end }) => ({
      start: start.toISOString(),
      end: end.toISOString(),
      available: book.countFree(start),
    })),
  };
}

function listRequestable(
  shop: ShopSettings,
  now: Date,
  { date, type = shop.fulfilmentTypes[0]! }: ListSlotsInput,
): readonly Period[] {
  if (type === 'SHIPMENT' || !shop.fulfilmentTypes.includes(type)) return [];
  if (!isWithinHorizon(shop, date, now)) return [];
  const earliest = findEarliest(shop, now);
  return listSlots(shop, date).filter(({ start }) => start >= earliest);
}
