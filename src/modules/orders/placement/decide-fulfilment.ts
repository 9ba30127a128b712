import type { InputError } from '../../../shared/errors.ts';
import { isOutOfArea } from '../../pricing/index.ts';
import { checkTime, type SlotBook, type TimeRefusal } from '../../scheduling/index.ts';
import { defaultFulfilment, type Fulfilment } from '../fulfilment/fulfilment.ts';
import { missingDetails } from '../fulfilment/fulfilment-input.ts';
import type { PlacementFacts } from './placement-facts.ts';

/** Why an order cannot be fulfilled as it is requested. */
export type FulfilmentRefusal =
  | TimeRefusal
  | { readonly kind: 'missing_details'; readonly errors: readonly InputError[] }
  | { readonly kind: 'out_of_area' };

/** What an order is promised. */
export interface FulfilmentPromise {
  readonly fulfilment: Fulfilment;
  /** Null: SHIPMENT, which has no time. */
  readonly promisedFor: Date | null;
  /** The beginning of the slot in which the order takes a place; null: in none. */
  readonly slotStart: Date | null;
}

export interface FulfilmentDecision extends FulfilmentPromise {
  /** In the order in which a placement reports them; empty if the order can be promised. */
  readonly refusals: readonly FulfilmentRefusal[];
}

/**
 * Decides when and where an order is fulfilled, by the shop's settings and the free places of slots. `stated` null: the
 * first type that the shop offers. Pure. Throws `SlotsUnreadError` if a slot that decides was not read.
 */
export function decideFulfilment(
  stated: Fulfilment | null,
  override: boolean,
  { list, now }: Pick<PlacementFacts, 'list' | 'now'>,
  book: SlotBook,
): FulfilmentDecision {
  const { shop, charges } = list;
  const fulfilment = stated ?? findDefault(shop.fulfilmentTypes[0]!);
  const { type, requestedFor = null, address } = fulfilment;
  const time = checkTime(
    shop,
    { type, requestedFor: requestedFor === null ? null : new Date(requestedFor), now, override },
    book,
  );
  const errors = missingDetails(fulfilment);
  const destination = { fulfilmentType: type, postalCode: address?.postalCode ?? null };
  const isOutside =
    (type === 'DELIVERY' || type === 'SHIPMENT') && isOutOfArea(charges, destination);
  const refusals: FulfilmentRefusal[] = [...time.refusals];
  if (errors.length > 0) refusals.push({ kind: 'missing_details', errors });
  else if (isOutside) refusals.push({ kind: 'out_of_area' });
  const { promisedFor, slotStart } = time;
  return { fulfilment, promisedFor, slotStart, refusals };
}

function findDefault(type: Fulfilment['type']): Fulfilment {
  return type === defaultFulfilment.type ? defaultFulfilment : { type };
}
