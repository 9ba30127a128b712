import type { ShopSettings } from '../settings/settings.ts';
import { addDays } from './local-time.ts';
import { findFirstDate, findLastDate, listOpeningsOn } from './openings.ts';
import { memoryOfDay, type Opening, type Period } from './shop-memory.ts';

/** Returns whether orders for a time take slots. */
export function hasSlots({ slotMinutes }: ShopSettings): boolean {
  return slotMinutes > 0;
}

/** Returns whether slots take only so many orders. */
export function limitsSlots(shop: ShopSettings): boolean {
  return hasSlots(shop) && shop.slotOrdersMax > 0;
}

/**
 * Returns the slots of the openings that begin on this date, in the order of time: one after the other in real time from
 * the beginning of an opening, each wholly within it. Empty without slots. The horizon is left to the caller.
 */
export function listSlots(shop: ShopSettings, date: string): readonly Period[] {
  if (!hasSlots(shop)) return [];
  const openings = listOpeningsOn(shop, date);
  if (openings.length === 0) return [];
  const day = memoryOfDay(shop, date);
  day.slots ??= openings.flatMap((opening) => divide(opening, shop.slotMinutes * 60_000));
  return day.slots;
}

/** Lists the slots that begin at or after a time and are within the horizon, in the order of time. */
export function* listSlotsFrom(shop: ShopSettings, from: Date, now: Date): Generator<Period> {
  const last = findLastDate(shop, now);
  for (let date = findFirstDate(shop, from); date <= last; date = addDays(date, 1)) {
    const slots = listSlots(shop, date);
    for (let index = findIndexFrom(slots, from); index < slots.length; index += 1) {
      yield slots[index]!;
    }
  }
}

/** Returns the index of the first slot that begins at or after a time. They are in the order of time. */
function findIndexFrom(slots: readonly Period[], from: Date): number {
  const fromMs = from.getTime();
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (slots[middle]!.start.getTime() < fromMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the slot at this time, or null outside of all slots. */
export function findSlot(shop: ShopSettings, opening: Opening, at: Date): Period | null {
  const slots = listSlots(shop, opening.date);
  const index = findIndexFrom(slots, at);
  const around = [slots[index], slots[index - 1]];
  return around.find((slot) => slot !== undefined && slot.start <= at && at < slot.end) ?? null;
}

function divide({ start, end }: Period, lengthMs: number): Period[] {
  const slots: Period[] = [];
  for (let ms = start.getTime(); ms + lengthMs <= end.getTime(); ms += lengthMs) {
    slots.push({ start: new Date(ms), end: new Date(ms + lengthMs) });
  }
  return slots;
}
