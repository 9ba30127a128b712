import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { DAY_MINUTES } from '../settings/opening-minutes.ts';
import type { ShopSettings } from '../settings/settings.ts';
import type { KnownSlots, SlotCount } from './slot-book.ts';
import { excludePlaces, findSlotCounts } from './slot-queries.ts';

/** Which slots a decision needs. */
export interface WantedSlots {
  /** All that begin within so many minutes of the transaction's time. */
  readonly minutesAhead: number;
  /** Those that begin at these times. */
  readonly starts: readonly Date[];
}

/** Returns the minutes in which nearly every decision finds a free slot. */
export function minutesOfNextDay({ leadMinutes }: ShopSettings): number {
  return leadMinutes + DAY_MINUTES;
}

/** Returns the minutes after which no slot of the horizon begins. A local day may last longer than 24 hours. */
export function minutesOfHorizon({ horizonDays }: ShopSettings): number {
  return (horizonDays + 3) * DAY_MINUTES;
}

/** Reads the counts of slots without locking them. */
export function findSlots(
  db: Queryable,
  { minutesAhead, starts }: WantedSlots,
): Promise<SlotCount[]> {
  return findSlotCounts(db, minutesAhead, starts);
}

/** Returns what `findSlots` has read at this time of the transaction. */
export function toKnownSlots(
  counts: readonly SlotCount[],
  { minutesAhead, starts }: WantedSlots,
  now: Date,
): KnownSlots {
  const end = new Date(now.getTime() + minutesAhead * 60_000);
  return { counts, within: { start: now, end }, starts };
}

/** Lets nothing else change places until commit, so that a decision by the counts that are read next is not refused. */
export async function lockSlots(tx: Transaction): Promise<void> {
  await excludePlaces(tx);
}
