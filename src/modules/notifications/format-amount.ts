import { formatDecimal } from '../../shared/money.ts';

/** Returns a text such as `12.95 GBP`. */
export function formatAmount(amountMinor: number, currency: string): string {
  return `${formatDecimal(amountMinor, currency)} ${currency}`;
}
