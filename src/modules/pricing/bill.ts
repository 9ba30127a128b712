import { type Static, Type } from 'typebox';
import { money } from '../../shared/money.ts';
import type { LineToPrice, PricedOrder } from './price-order.ts';

const Amount = Type.Object({ amount: Type.Integer(), currency: Type.String() });

export const BillReply = Type.Object(
  {
    subtotal: Type.Unsafe<Static<typeof Amount>>({
      ...Amount,
      description: 'The sum of the line totals.',
    }),
    total: Type.Unsafe<Static<typeof Amount>>({ ...Amount, description: 'The amount to pay.' }),
  },
  { title: 'Bill' },
);

export type BillView = Static<typeof BillReply>;

export function presentBill({
  currency,
  subtotalMinor,
  totalMinor,
}: PricedOrder<LineToPrice>): BillView {
  return { subtotal: money(subtotalMinor, currency), total: money(totalMinor, currency) };
}
