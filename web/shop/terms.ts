import type { Money, ReplyOf } from '../shared/api.ts';

/** How a cart is to be fulfilled, as it is stated: without what the shop promises. */
export type Fulfilment = NonNullable<ReplyOf<'getCart'>['fulfilment']>;
export type FulfilmentType = Fulfilment['type'];
export type Address = NonNullable<Fulfilment['address']>;

/** Returns whether an order is brought to an address. */
export const hasAddress = (type: FulfilmentType) => type === 'DELIVERY' || type === 'SHIPMENT';

/** What a cart states besides its items. */
export interface Terms {
  readonly discountCodes: readonly string[];
  /** Null: none. */
  readonly tip: Money | null;
  /** Null: none is stated, which means the first type that the shop offers, as soon as possible. */
  readonly fulfilment: Fulfilment | null;
  /** A guest's choice before a reload, which took the address away that it needs. Null: none. */
  readonly unfinished: Pick<Fulfilment, 'type' | 'requestedFor'> | null;
}

/** What a fulfilment does not state. */
export const noDetails: Omit<Fulfilment, 'type'> = {
  requestedFor: null,
  contact: null,
  address: null,
  instructions: null,
  table: null,
};

export const noTerms: Terms = { discountCodes: [], tip: null, fulfilment: null, unfinished: null };

/** Returns the members of a quote's body for these terms. */
export function toBody({ discountCodes, tip, fulfilment }: Terms) {
  return {
    ...(discountCodes.length === 0 ? {} : { discountCodes: [...discountCodes] }),
    ...(tip === null ? {} : { tip }),
    ...(fulfilment === null ? {} : { fulfilment }),
  };
}
