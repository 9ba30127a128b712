import type { FulfilmentType } from '../../pricing/index.ts';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Weekday = (typeof weekdays)[number];

/**
 * When an opening begins and ends on the shop's clock, such as `["17:00", "23:30"]`. An end at or before the beginning
 * is on the next day, so equal times are 24 hours by the clock. `24:00` is the end of the day.
 */
export type OpeningTimes = readonly [start: string, end: string];

/** The openings that begin on each day. On a day that is missing the shop is closed. */
export type OpeningHours = { readonly [Day in Weekday]?: readonly OpeningTimes[] };

/** A day on which no opening begins. */
export interface ClosedDate {
  /** Such as `2026-12-25`. */
  readonly date: string;
  /** Shown to customers. */
  readonly reason: string | null;
}

export interface ShopSettings {
  readonly version: number;
  /** Null: the name that the configuration gives. */
  readonly name: string | null;
  /** An IANA name. */
  readonly timeZone: string;
  /** At least one; the first applies to orders that name none. */
  readonly fulfilmentTypes: readonly FulfilmentType[];
  /** Null: always open. */
  readonly openingHours: OpeningHours | null;
  readonly closedDates: readonly ClosedDate[];
  /** As it was set; see `isPaused`. */
  readonly acceptingOrders: boolean;
  /** Null while the shop accepts orders, and for a pause without an end. */
  readonly pausedUntil: Date | null;
  readonly leadMinutes: number;
  /** 0: the shop has no slots. */
  readonly slotMinutes: number;
  /** How many orders a slot takes. 0: no limit. */
  readonly slotOrdersMax: number;
  /** How many days after today orders are taken for. */
  readonly horizonDays: number;
  readonly tipPercents: readonly number[];
}

/** Returns whether the shop takes no orders at this time, whatever its hours are. */
export function isPaused(
  { acceptingOrders, pausedUntil }: Pick<ShopSettings, 'acceptingOrders' | 'pausedUntil'>,
  at: Date,
): boolean {
  return !acceptingOrders && (pausedUntil === null || at < pausedUntil);
}
