import type { Charge, Money } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';

const words: Readonly<Record<Charge['kind'], string>> = {
  matched: 'paid the order',
  late: 'came after the order had ended',
  surplus: 'came although the order was paid',
  flagged: 'does not match',
};

/** Such as `£9.99 does not match`. */
export function describeCharge({ kind, amount }: Charge): string {
  return `${formatMoney(amount)} ${words[kind]}`;
}

/** What no refund has taken yet. */
export function getRefundable({ amount, refunded }: Charge): Money {
  return { amount: amount.amount - refunded.amount, currency: amount.currency };
}

/** Beside what paid the order: what an admin may have to look at. */
export function findUnmatchedCharges(charges: readonly Charge[]): readonly Charge[] {
  return charges.filter(({ kind }) => kind !== 'matched');
}
