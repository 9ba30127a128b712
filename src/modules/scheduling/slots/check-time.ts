import type { FulfilmentType } from '../../pricing/index.ts';
import { isPaused, type ShopSettings } from '../settings/settings.ts';
import { listQuartersFrom } from '../times/offered-times.ts';
import {
  findFirstDate,
  findNextOpening,
  findOpening,
  isOpen,
  isWithinHorizon,
} from '../times/openings.ts';
import { findSlot, hasSlots } from '../times/slots.ts';
import type { SlotBook } from './slot-book.ts';

const NEXT_TIMES_MAX = 6;

/** When an order is wanted. */
export interface WantedTime {
  readonly type: FulfilmentType;
  /** Null: as soon as possible. Always null for SHIPMENT. */
  readonly requestedFor: Date | null;
  /** The time of the transaction that decides. */
  readonly now: Date;
  /** Passes pauses, hours, lead and horizon, never a full slot. */
  readonly override: boolean;
}

export type TimeRefusal =
  /** Null: until further notice. */
  | { readonly kind: 'shop_paused'; readonly until: Date | null }
  | { readonly kind: 'type_not_offered' }
  /** Null: there is no opening within 400 days. */
  | { readonly kind: 'shop_closed'; readonly opensAt: Date | null }
  | { readonly kind: 'time_not_available'; readonly nextTimes: readonly Date[] }
  | { readonly kind: 'slot_full'; readonly nextTimes: readonly Date[] };

/** When an order will be ready, or why it cannot be. */
export interface TimeCheck {
  /** In the order in which a placement reports them; empty if the time can be promised. */
  readonly refusals: readonly TimeRefusal[];
  /** Null for SHIPMENT, and where the time itself is refused. */
  readonly promisedFor: Date | null;
  /** The beginning of the slot in which the order needs a place. Null: none. */
  readonly slotStart: Date | null;
}

/** Checks the type and the time of an order. Throws `SlotsUnreadError` if the book does not know a slot that decides. */
export function checkTime(shop: ShopSettings, wanted: WantedTime, book: SlotBook): TimeCheck {
  const { type, now, override } = wanted;
  const refusals: TimeRefusal[] = [];
  if (isPaused(shop, now) && !override) {
    refusals.push({ kind: 'shop_paused', until: shop.pausedUntil });
  }
  if (!shop.fulfilmentTypes.includes(type)) refusals.push({ kind: 'type_not_offered' });
  if (type === 'SHIPMENT') return { refusals, promisedFor: null, slotStart: null };
  const { requestedFor } = wanted;
  const found =
    requestedFor === null
      ? findSoonest(shop, wanted, book)
      : checkRequested(shop, { ...wanted, requestedFor }, book);
  if ('kind' in found)
    return { refusals: [...refusals, found], promisedFor: null, slotStart: null };
  return { refusals, ...found };
}

/** Returns the first time at or after now for which an order without an override can be taken. */
export function findEarliest({ leadMinutes }: ShopSettings, now: Date): Date {
  return new Date(now.getTime() + leadMinutes * 60_000);
}

type Found = Pick<TimeCheck, 'promisedFor' | 'slotStart'> | TimeRefusal;

function findSoonest(shop: ShopSettings, { now, override }: WantedTime, book: SlotBook): Found {
  const earliest = findEarliest(shop, now);
  const open = isOpen(shop, now);
  if (!open && !override) {
    return { kind: 'shop_closed', opensAt: findNextOpening(shop, now)?.start ?? null };
  }
  // While the shop is closed, an order is for a time outside its slots, except shortly before it opens.
  const needsPlace = hasSlots(shop) && (open || isInSlot(shop, earliest));
  if (!needsPlace) return { promisedFor: earliest, slotStart: null };
  const start = book.findFirstFree(earliest);
  if (start === null) return { kind: 'slot_full', nextTimes: [] };
  return { promisedFor: start, slotStart: start };
}

function isInSlot(shop: ShopSettings, at: Date): boolean {
  const opening = findOpening(shop, at);
  return opening !== null && findSlot(shop, opening, at) !== null;
}

function checkRequested(
  shop: ShopSettings,
  wanted: WantedTime & { readonly requestedFor: Date },
  book: SlotBook,
): Found {
  const { requestedFor: at, now, override } = wanted;
  const earliest = findEarliest(shop, now);
  const refuse = (kind: 'time_not_available' | 'slot_full'): TimeRefusal => ({
    kind,
    nextTimes: listNextTimes(shop, at < earliest ? earliest : at, now, book),
  });
  if (at < earliest && !override) return refuse('time_not_available');
  const place = findPlace(shop, at, now, override);
  if (place === null) return refuse('time_not_available');
  const { slotStart } = place;
  if (slotStart !== null && !book.isFree(slotStart)) return refuse('slot_full');
  return { promisedFor: at, slotStart };
}

/** Returns the slot that a requested time needs, if any, or null if the time cannot be requested. */
function findPlace(
  shop: ShopSettings,
  at: Date,
  now: Date,
  override: boolean,
): { readonly slotStart: Date | null } | null {
  // Before openings of the far future are computed.
  if (!override && !isWithinHorizon(shop, findFirstDate(shop, at), now)) return null;
  const opening = findOpening(shop, at);
  if (opening === null) return override ? { slotStart: null } : null;
  if (!override && !isWithinHorizon(shop, opening.date, now)) return null;
  if (!hasSlots(shop)) return { slotStart: null };
  const slot = findSlot(shop, opening, at);
  // What is left of an opening after its last slot, and a slot that has ended, take no orders but these.
  if (slot === null || slot.end <= now) return override ? { slotStart: null } : null;
  return slot.start.getTime() === at.getTime() ? { slotStart: slot.start } : null;
}

function listNextTimes(shop: ShopSettings, from: Date, now: Date, book: SlotBook): Date[] {
  if (hasSlots(shop)) return book.listFree(from, NEXT_TIMES_MAX);
  return listQuartersFrom(shop, from, { now, max: NEXT_TIMES_MAX });
}
