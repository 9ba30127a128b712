import type { InputError } from '../../../shared/errors.ts';
import { isOutOfArea } from '../../pricing/index.ts';
import { checkTime, listSlotsFrom, type TimeRefusal } from '../../scheduling/index.ts';
import { defaultFulfilment, type Fulfilment } from '../fulfilment/fulfilment.ts';
import { missingDetails } from '../fulfilment/fulfilment-input.ts';
import type { PlacementFacts } from './placement-facts.ts';

/** Why an order cannot be fulfilled as it is requested. */
export type FulfilmentRefusal =
  | TimeRefusal
  | { readonly kind: 'missing_details'; readonly errors: readonly InputError[] }
  | { readonly kind: 'out_of_area' }
  | {
      readonly kind: 'slot_full';
      /** The time that was wanted. */
      readonly from: Date;
      /** The free times from then on; left out: not read yet. */
      readonly nextTimes?: readonly Date[];
    };

/** What an order is promised. */
export interface FulfilmentPromise {
  readonly kind: 'promised';
  readonly fulfilment: Fulfilment;
  /** Null: SHIPMENT, which has no time. */
  readonly promisedFor: Date | null;
  /** The beginning of the slot in which the order takes a place; null: in none. */
  readonly slotStart: Date | null;
}

/** What earlier decisions left of the slots. */
export type PlacesTaken = Pick<ReadonlyMap<number, number>, 'get'>;

/**
 * The places of slots were read up to a time, and every slot before it is full. The decision needs those after it too.
 */
export class SlotsUnreadError extends Error {
  constructor() {
    super('every slot that was read is full');
    this.name = 'SlotsUnreadError';
  }
}

/**
 * Decides when and where an order is fulfilled, by the shop's settings and the places that are taken, by the beginning
 * of their slot in milliseconds. `stated` null: the first type that the shop offers. Pure.
 */
export function decideFulfilment(
  stated: Fulfilment | null,
  override: boolean,
  { list, now, slotsReadUntil }: Pick<PlacementFacts, 'list' | 'now' | 'slotsReadUntil'>,
  taken: PlacesTaken,
): FulfilmentPromise | FulfilmentRefusal {
  const { shop } = list;
  const fulfilment = stated ?? findDefault(shop.fulfilmentTypes[0]!);
  const { type, requestedFor = null, address } = fulfilment;
  const time = checkTime(shop, {
    type,
    requestedFor: requestedFor === null ? null : new Date(requestedFor),
    now,
    override,
  });
  if (time.kind !== 'promised') return time;
  const errors = missingDetails(fulfilment);
  if (errors.length > 0) return { kind: 'missing_details', errors };
  const destination = { fulfilmentType: type, postalCode: address?.postalCode ?? null };
  if (needsArea(type) && isOutOfArea(list.charges, destination)) return { kind: 'out_of_area' };

  const { promisedFor, slot } = time;
  const promise = { kind: 'promised', fulfilment, promisedFor, slotStart: null } as const;
  if (slot === 'none') return promise;
  const isFree = (start: Date) =>
    shop.slotOrdersMax === 0 || (taken.get(start.getTime()) ?? 0) < shop.slotOrdersMax;
  if (slot === 'exact') {
    if (!isFree(promisedFor!)) return { kind: 'slot_full', from: promisedFor! };
    return { ...promise, slotStart: promisedFor };
  }
  for (const start of listSlotsFrom(shop, promisedFor!, now)) {
    if (slotsReadUntil !== null && start > slotsReadUntil) throw new SlotsUnreadError();
    if (isFree(start)) return { ...promise, promisedFor: start, slotStart: start };
  }
  return { kind: 'slot_full', from: promisedFor! };
}

function findDefault(type: Fulfilment['type']): Fulfilment {
  return type === defaultFulfilment.type ? defaultFulfilment : { type };
}

function needsArea(type: Fulfilment['type']): boolean {
  return type === 'DELIVERY' || type === 'SHIPMENT';
}
