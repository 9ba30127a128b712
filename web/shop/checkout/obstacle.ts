import type { MissingDetail } from '../fulfilment/draft.ts';
import type { FulfilmentAccess } from '../fulfilment/use-fulfilment.ts';
import type { LineTrouble } from '../line-trouble.ts';
import { listRefusedCodes, listShortages, type Refusal } from '../quote.ts';
import type { ShopSettings } from '../times/openings.ts';
import { describePause } from '../times/time-trouble.ts';

interface CartState {
  readonly refusals: readonly Refusal[];
  /** Of each line. */
  readonly troubles: readonly (LineTrouble | null)[];
  readonly fulfilment: FulfilmentAccess;
  readonly shop: ShopSettings;
  readonly now: Date;
}

const missingTexts: Readonly<Record<MissingDetail, string>> = {
  address: 'Enter the address for the delivery: street, town and country.',
  table: 'Enter your table.',
  phone: 'Check the phone number.',
};

/** Returns a sentence that states what has to be done before the cart can be ordered; null if it can be. */
export function describeObstacle(state: CartState): string | null {
  const { refusals, troubles, fulfilment, shop, now } = state;
  const isRefused = (code: string) => refusals.some((refusal) => refusal.code === code);
  if (!shop.acceptingOrders) return describePause(shop, now);
  if (troubles.some((trouble) => trouble !== null)) {
    return 'Change the lines above that cannot be ordered like this.';
  }
  if (listShortages(refusals).size > 0) {
    return 'There is not enough left of something that you have chosen. Order less of it, or edit it.';
  }
  if (fulfilment.missing !== null) return missingTexts[fulfilment.missing];
  // Until it is saved, the refusals are about what the cart had before.
  if (fulfilment.isSaved) {
    if (isRefused('fulfilment.type_not_offered')) return 'Choose how you would like to get it.';
    if (isRefused('orders.shop_closed')) return 'Choose a time at which we are open.';
    if (isRefused('fulfilment.time_not_available') || isRefused('fulfilment.slot_full')) {
      return 'Choose another time.';
    }
    if (isRefused('fulfilment.out_of_area')) {
      return 'We do not deliver to this postcode. Choose another address, or pick it up.';
    }
  }
  if (listRefusedCodes(refusals).size > 0) {
    return 'Remove the code that does not apply to order without it.';
  }
  if (isRefused('orders.pending_limit')) {
    return 'You have too many unpaid orders. Pay or cancel one of them first.';
  }
  if (isRefused('orders.held_limit')) {
    return 'This is more than can be ordered before it is paid. Order less, or pay for your other orders first.';
  }
  // An order in a cart is complete, so only its total can be invalid.
  if (fulfilment.isSaved && isRefused('request.invalid')) {
    return 'This costs more than an order may. Order less of something.';
  }
  return null;
}
