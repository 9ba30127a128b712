import type { Order } from '../../shared/api.ts';

/** Returns the time for which an order was promised; null if it has none, and is to be made at once. */
export function findPromise({ createdAt, fulfilment: { promisedFor } }: Order): string | null {
  return promisedFor === createdAt ? null : promisedFor;
}
