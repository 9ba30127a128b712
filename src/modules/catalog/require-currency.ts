import { invalidInput } from '../../shared/common-errors.ts';
import type { Money } from '../../shared/money.ts';

/** Throws `request.invalid` when a price is in another currency than the shop's. */
export function requireCurrency(price: Money | undefined, currency: string): void {
  if (price !== undefined && price.currency !== currency) {
    throw invalidInput('/price/currency', `This shop sells in ${currency}.`);
  }
}
