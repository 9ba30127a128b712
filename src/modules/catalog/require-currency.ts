import { invalidInput } from '../../shared/common-errors.ts';
import type { Money } from '../../shared/money.ts';

/** Throws `request.invalid` if a price is not in the shop's currency. */
export function requireCurrency(price: Money | undefined, currency: string): void {
  if (price !== undefined && price.currency !== currency) {
    throw invalidInput('/price/currency', `This shop sells in ${currency}.`);
  }
}
