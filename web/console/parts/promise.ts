// Not from `shared/api.ts`, which only browsers can load, so that tests can load this file.
import type { Order } from '../../../clients/typescript/src/index.ts';

/** Returns the time for which an order was promised; null if it has none, and is to be made at once. */
export function findPromise({ createdAt, fulfilment: { promisedFor } }: Order): string | null {
  return promisedFor === createdAt ? null : promisedFor;
}
