import type { ShopSettings } from '../settings/settings.ts';
import type { Period } from '../times/shop-memory.ts';
import { limitsSlots, listSlotsFrom } from '../times/slots.ts';

/** How many orders have a place in a slot. */
export interface SlotCount {
  readonly startAt: Date;
  readonly places: number;
}

/** What was read of the slots for a decision. A slot that was read and has no count has no orders. */
export interface KnownSlots {
  readonly counts: readonly SlotCount[];
  /** Every slot that begins in this period was read. */
  readonly within: Period | null;
  /** Further slots that were read, by their beginning. */
  readonly starts: readonly Date[];
}

/** A decision needs the places of a slot that was not read: it is repeated after reading the whole horizon. */
export class SlotsUnreadError extends Error {
  constructor() {
    super('the places of a slot were not read');
    this.name = 'SlotsUnreadError';
  }
}

/**
 * The free places of slots, for decisions that are made one after the other. All but `take` throw `SlotsUnreadError`
 * about a slot that was not read.
 */
export interface SlotBook {
  isFree(start: Date): boolean;
  /** Returns how many further orders a slot takes. Null: any number. */
  countFree(start: Date): number | null;
  /** Returns the beginning of the first free slot at or after this time, or null if there is none in the horizon. */
  findFirstFree(from: Date): Date | null;
  /** Returns the beginnings of the next free slots at or after this time. */
  listFree(from: Date, max: number): Date[];
  /** Counts an order that was decided, so that later decisions know of it. */
  take(start: Date): void;
}

/** Creates the book of a shop. `known` is null where slots have no limit, or where nothing was read. */
export function createSlotBook(shop: ShopSettings, now: Date, known: KnownSlots | null): SlotBook {
  const isLimited = limitsSlots(shop);
  const counts = new Map(known?.counts.map(({ startAt, places }) => [startAt.getTime(), places]));
  const starts = new Set(known?.starts.map((start) => start.getTime()));
  const within = known?.within ?? null;

  function countTaken(start: Date): number {
    const wasRead =
      starts.has(start.getTime()) ||
      (within !== null && within.start <= start && start < within.end);
    if (!wasRead) throw new SlotsUnreadError();
    return counts.get(start.getTime()) ?? 0;
  }

  // A maximum that was lowered leaves slots with more orders than it.
  const countFree = (start: Date) =>
    isLimited ? Math.max(0, shop.slotOrdersMax - countTaken(start)) : null;
  const isFree = (start: Date) => countFree(start) !== 0;

  function listFree(from: Date, max: number): Date[] {
    const free: Date[] = [];
    for (const { start } of listSlotsFrom(shop, from, now)) {
      if (free.length === max) break;
      if (isFree(start)) free.push(start);
    }
    return free;
  }

  // What is full stays full in the book, so the orders of a batch need not look at it again.
  let found: { readonly from: Date; readonly start: Date } | null = null;
  function findFirstFree(from: Date): Date | null {
    const known = found !== null && found.from <= from && from <= found.start ? found.start : null;
    if (known !== null && isFree(known)) return known;
    const [start = null] = listFree(known ?? from, 1);
    if (start !== null) found = { from, start };
    return start;
  }

  return {
    isFree,
    countFree,
    listFree,
    findFirstFree,
    take(start) {
      counts.set(start.getTime(), (counts.get(start.getTime()) ?? 0) + 1);
    },
  };
}
