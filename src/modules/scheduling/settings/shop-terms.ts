import type { FulfilmentType } from '../../pricing/index.ts';
import { toMinutes } from './opening-minutes.ts';
import type { ShopChange } from './schemas.ts';
import {
  type ClosedDate,
  isPaused,
  type OpeningHours,
  type ShopSettings,
  weekdays,
} from './settings.ts';

/** Everything that a client may set, as the API shows it. */
export interface ShopTerms {
  readonly name: string | null;
  readonly timeZone: string;
  readonly fulfilmentTypes: readonly FulfilmentType[];
  readonly openingHours: OpeningHours | null;
  readonly closedDates: readonly ClosedDate[];
  readonly acceptingOrders: boolean;
  readonly pausedUntil: string | null;
  readonly leadMinutes: number;
  readonly slotMinutes: number;
  readonly slotOrdersMax: number;
  readonly horizonDays: number;
  readonly tipPercents: readonly number[];
}

/** Returns the terms as they are at this time: a pause that is over is none. */
export function toTerms(shop: ShopSettings, at: Date): ShopTerms {
  const paused = isPaused(shop, at);
  return {
    name: shop.name,
    timeZone: shop.timeZone,
    fulfilmentTypes: shop.fulfilmentTypes,
    openingHours: shop.openingHours,
    closedDates: shop.closedDates,
    acceptingOrders: !paused,
    pausedUntil: paused ? (shop.pausedUntil?.toISOString() ?? null) : null,
    leadMinutes: shop.leadMinutes,
    slotMinutes: shop.slotMinutes,
    slotOrdersMax: shop.slotOrdersMax,
    horizonDays: shop.horizonDays,
    tipPercents: shop.tipPercents,
  };
}

/** Returns the terms after a change, which are still to be checked. */
export function mergeChange(
  before: ShopTerms,
  { version: _, closedDates, ...change }: ShopChange,
): ShopTerms {
  const resumes = change.acceptingOrders === true && change.pausedUntil === undefined;
  return {
    ...before,
    ...change,
    ...(resumes ? { pausedUntil: null } : {}),
    ...(closedDates === undefined
      ? {}
      : { closedDates: closedDates.map(({ date, reason = null }) => ({ date, reason })) }),
  };
}

/** Returns checked terms as they are stored: sorted, and with one notation for each value. */
export function normaliseTerms(terms: ShopTerms): ShopTerms {
  const { timeZone, openingHours, closedDates, pausedUntil } = terms;
  return {
    ...terms,
    timeZone: normaliseTimeZone(timeZone),
    openingHours: openingHours === null ? null : sortHours(openingHours),
    closedDates: closedDates.toSorted((one, other) => (one.date < other.date ? -1 : 1)),
    pausedUntil: pausedUntil === null ? null : new Date(pausedUntil).toISOString(),
  };
}

/** Returns the zone in its official letter case. Older names are kept: they are as good, and users know them. */
function normaliseTimeZone(timeZone: string): string {
  const official = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  return official.toLowerCase() === timeZone.toLowerCase() ? official : timeZone;
}

function sortHours(hours: OpeningHours): OpeningHours {
  const days = weekdays.flatMap((day) => {
    const openings = hours[day] ?? [];
    if (openings.length === 0) return [];
    const sorted = openings.toSorted((one, other) => toMinutes(one).start - toMinutes(other).start);
    return [[day, sorted] as const];
  });
  return Object.fromEntries(days);
}
