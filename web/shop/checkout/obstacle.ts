import type { LineTrouble } from '../line-trouble.ts';
import { listRefusedCodes, listShortages, type Refusal } from '../quote.ts';
import type { FulfilmentAccess } from './use-fulfilment.ts';

interface CartState {
  readonly refusals: readonly Refusal[];
  /** Of each line. */
  readonly troubles: readonly (LineTrouble | null)[];
  readonly fulfilment: Pick<FulfilmentAccess, 'isComplete'>;
}

/** Returns a sentence that states what has to be done before the cart can be ordered; null if it can be. */
export function describeObstacle({ refusals, troubles, fulfilment }: CartState): string | null {
  if (troubles.some((trouble) => trouble !== null)) {
    return 'Change the lines above that cannot be ordered like this.';
  }
  if (listShortages(refusals).size > 0) {
    return 'There is not enough left of something that you have chosen. Order less of it, or edit it.';
  }
  if (!fulfilment.isComplete)
    return 'Enter the address for the delivery: street, town and country.';
  if (listRefusedCodes(refusals).size > 0) {
    return 'Remove the code that does not apply to order without it.';
  }
  if (refusals.some(({ code }) => code === 'orders.pending_limit')) {
    return 'You have too many unpaid orders. Pay or cancel one of them first.';
  }
  if (refusals.some(({ code }) => code === 'request.invalid')) {
    return 'This costs more than an order may. Order less of something.';
  }
  return null;
}
