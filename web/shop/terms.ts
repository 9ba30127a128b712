import type { Money, ReplyOf } from '../shared/api.ts';

export type Fulfilment = ReplyOf<'getOrder'>['fulfilment'];
export type Address = NonNullable<Fulfilment['address']>;

/** What a cart states besides its items. */
export interface Terms {
  readonly discountCodes: readonly string[];
  /** Null: none. */
  readonly tip: Money | null;
  /** Null: the customer picks the order up. */
  readonly fulfilment: Fulfilment | null;
}

export const noTerms: Terms = { discountCodes: [], tip: null, fulfilment: null };

/** Returns the members of a quote's body for these terms. */
export function toBody({ discountCodes, tip, fulfilment }: Terms) {
  return {
    ...(discountCodes.length === 0 ? {} : { discountCodes: [...discountCodes] }),
    ...(tip === null ? {} : { tip }),
    ...(fulfilment === null ? {} : { fulfilment }),
  };
}
