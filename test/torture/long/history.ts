import type { Attempt } from '../history.ts';

/** How a request ended for its client. Unknown: it has taken effect once or not at all. */
export type Result = 'ok' | 'refused' | 'unknown';

/** Something that a client did with its order, under a key of its own. */
export type Act =
  /** At the provider's page. Each acknowledged one charges the customer, also again. */
  | { readonly kind: 'pay'; readonly result: Result; readonly charges: number }
  | { readonly kind: 'cancel'; readonly result: Result; readonly by: 'CUSTOMER' | 'ADMIN' }
  | { readonly kind: 'status'; readonly result: Result; readonly status: KitchenStatus }
  | {
      readonly kind: 'refund';
      readonly result: Result;
      readonly amountMinor: number;
      /** The refund's id if it was acknowledged. */
      readonly id: string | null;
    };

export const kitchenStatuses = ['PREPARING', 'READY', 'COMPLETED'] as const;
export type KitchenStatus = (typeof kitchenStatuses)[number];

/** An order that a client tried to place, and what it did with it afterwards. */
export interface Intent extends Attempt {
  readonly way: 'direct' | 'queued' | 'cart' | 'guest';
  /** The total in the response to the placement; null without one. */
  totalMinor: number | null;
  readonly acts: Act[];
}
