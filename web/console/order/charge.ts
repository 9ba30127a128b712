import type { Charge, Money } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';

const words: Readonly<Record<Charge['kind'], string>> = {
  matched: 'paid the order',
  late: 'arrived after the order had ended',
  surplus: 'arrived when the order was already paid',
  flagged: 'does not match',
};

/** Returns a description such as `£9.99 does not match`. */
export function describeCharge({ kind, amount }: Charge): string {
  return `${formatMoney(amount)} ${words[kind]}`;
}

/** Returns the amount that can still be refunded. */
export function getRefundable({ amount, refunded }: Charge): Money {
  return { amount: amount.amount - refunded.amount, currency: amount.currency };
}

/** Returns the charges that did not pay the order and may need an admin's attention. */
export function findUnmatchedCharges(charges: readonly Charge[]): readonly Charge[] {
  return charges.filter(({ kind }) => kind !== 'matched');
}
