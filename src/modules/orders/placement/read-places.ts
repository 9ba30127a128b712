import type { Queryable } from '../../../database/statement.ts';
import { findPlaces, lockPlaces, type ShopSettings } from '../../scheduling/index.ts';
import type { PlacementFacts } from './placement-facts.ts';
import type { OrderTerms } from './request.ts';

/** How far ahead slots are read for orders that are for as soon as possible, after the lead time. */
const READ_AHEAD_MINUTES = 24 * 60;
const DAY_MINUTES = 24 * 60;

/** The places that are taken in slots that orders may take. */
export interface ReadPlaces {
  readonly placesTaken: PlacementFacts['placesTaken'];
  /** The minutes ahead for which all slots were read. Null: all were, or none has a maximum. */
  readonly minutesRead: number | null;
}

export interface PlacesToRead {
  readonly terms: readonly Pick<OrderTerms, 'fulfilment'>[];
  readonly locked: boolean;
  /** Whether slots are read as far ahead as orders are taken. */
  readonly allAhead: boolean;
}

const noneRead: ReadPlaces = { placesTaken: new Map(), minutesRead: null };

/** Reads the places that are taken. Reads nothing if slots have no maximum, or if no order takes one. */
export async function readPlaces(
  db: Queryable,
  shop: ShopSettings,
  { terms, locked, allAhead }: PlacesToRead,
): Promise<ReadPlaces> {
  if (shop.slotMinutes === 0 || shop.slotOrdersMax === 0) return noneRead;
  const timed = terms.filter(({ fulfilment }) => fulfilment?.type !== 'SHIPMENT');
  if (timed.length === 0) return noneRead;
  const starts = timed.flatMap(({ fulfilment }) => fulfilment?.requestedFor ?? []);
  // Orders for as soon as possible take the first slot that is free.
  const isNamed = starts.length === timed.length;
  const ahead = allAhead ? (shop.horizonDays + 2) * DAY_MINUTES : READ_AHEAD_MINUTES;
  const minutes = isNamed ? 0 : shop.leadMinutes + ahead;
  const rows = await (locked ? lockPlaces : findPlaces)(db, minutes, [...new Set(starts)]);
  return {
    placesTaken: new Map(rows.map(({ startAt, places }) => [startAt.getTime(), places])),
    minutesRead: allAhead || isNamed ? null : minutes,
  };
}
