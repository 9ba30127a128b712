import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import {
  toKnownSlots as describeSlots,
  findSlots,
  hasSlots,
  type KnownSlots,
  limitsSlots,
  lockSlots,
  minutesOfHorizon,
  minutesOfNextDay,
  type ShopSettings,
  type SlotCount,
  type WantedSlots,
} from '../../scheduling/index.ts';
import type { OrderTerms } from './request.ts';

type SlotTerms = Pick<OrderTerms, 'fulfilment'>;

/** The slots that were read, before it is known at which time. */
export interface ReadSlots {
  readonly counts: readonly SlotCount[];
  readonly wanted: WantedSlots;
}

/**
 * Reads how many orders have a place in the slots that orders with these terms may take: those that they name, and those
 * of the next day for an order that names none, or all ahead. Null, without a query: slots have no maximum, or no order
 * needs one.
 */
export async function readSlots(
  db: Queryable,
  shop: ShopSettings,
  terms: readonly SlotTerms[],
  allAhead: boolean,
): Promise<ReadSlots | null> {
  const timed = listTimed(terms);
  if (!limitsSlots(shop) || timed.length === 0) return null;
  const named = timed.flatMap(({ fulfilment }) => fulfilment?.requestedFor ?? []);
  // An order for as soon as possible takes the first slot that is free.
  const minutesOfSoonest = named.length === timed.length ? 0 : minutesOfNextDay(shop);
  const wanted = {
    minutesAhead: allAhead ? minutesOfHorizon(shop) : minutesOfSoonest,
    starts: [...new Set(named)].map((start) => new Date(start)),
  };
  return { counts: await findSlots(db, wanted), wanted };
}

/**
 * Reads the same, and lets nothing else change places until commit, unless no order needs one. Places in slots without a
 * maximum are counted too, so they are locked before the stock as well.
 */
export async function readLockedSlots(
  tx: Transaction,
  shop: ShopSettings,
  terms: readonly SlotTerms[],
  allAhead: boolean,
): Promise<ReadSlots | null> {
  if (!hasSlots(shop) || listTimed(terms).length === 0) return null;
  const [, read] = await Promise.all([lockSlots(tx), readSlots(tx, shop, terms, allAhead)]);
  return read;
}

/** Returns the terms of the orders that have a time. */
function listTimed(terms: readonly SlotTerms[]): readonly SlotTerms[] {
  return terms.filter(({ fulfilment }) => fulfilment?.type !== 'SHIPMENT');
}

/** Returns what was read, at the time of the transaction that read it. */
export function toKnownSlots(read: ReadSlots | null, now: Date): KnownSlots | null {
  return read === null ? null : describeSlots(read.counts, read.wanted, now);
}
