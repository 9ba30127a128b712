import type { ShopSettings } from '../settings/settings.ts';

/** A part of real time: it contains its start and not its end. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** A period in which the shop is open. */
export interface Opening extends Period {
  /** The date of the shop's calendar on which the opening began. */
  readonly date: string;
}

/** What is remembered of one date. */
interface DayMemory {
  /** What its hours mean, which may overlap at a clock change. */
  periods: readonly Opening[] | null;
  openings: readonly Opening[] | null;
  slots: readonly Period[] | null;
}

/** What is remembered of a shop. Every member follows from its settings. */
interface ShopMemory {
  readonly closedDates: ReadonlySet<string>;
  readonly days: Map<string, DayMemory>;
  /** The opening that was found last. */
  opening: Opening | null;
  /** Dates of the shop's calendar, each with its period on the clock, the one that was found last at the end. */
  readonly dates: (Period & { readonly date: string })[];
}

/** More days than the longest horizon. With slots of five minutes they take some megabytes. */
const DAYS_MAX = 100;

const memories = new WeakMap<ShopSettings, ShopMemory>();

/** Returns the memory of these settings, which ends with the object. Placements look at the same days all the time. */
export function memoryOf(shop: ShopSettings): ShopMemory {
  let memory = memories.get(shop);
  if (memory === undefined) {
    const closedDates = new Set(shop.closedDates.map(({ date }) => date));
    memory = { closedDates, days: new Map(), opening: null, dates: [] };
    memories.set(shop, memory);
  }
  return memory;
}

export function memoryOfDay(shop: ShopSettings, date: string): DayMemory {
  const { days } = memoryOf(shop);
  let day = days.get(date);
  if (day === undefined) {
    day = { periods: null, openings: null, slots: null };
    if (days.size >= DAYS_MAX) days.delete(days.keys().next().value!);
    days.set(date, day);
  }
  return day;
}
