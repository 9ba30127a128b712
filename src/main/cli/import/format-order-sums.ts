import type { OrderSums } from '../../../modules/orders/index.ts';
import { formatDecimal } from '../../../shared/money.ts';
import { formatTable } from '../../terminal.ts';

const parts = {
  discounts: 'discountsMinor',
  charges: 'chargesMinor',
  taxes: 'taxesMinor',
  tips: 'tipsMinor',
} as const;

/** Formats sums as a table with a row for each. A part of bills that is 0 in all of them has no column. */
export function formatOrderSums(
  rows: readonly (readonly [name: string, sums: OrderSums])[],
  currency: string,
): string {
  const amount = (minor: number): string => `${formatDecimal(minor, currency)} ${currency}`;
  const shown = Object.entries(parts).filter(([, part]) => rows.some(([, sums]) => sums[part] > 0));
  return formatTable(
    ['', 'orders', 'lines', 'units', ...shown.map(([name]) => name), 'money'],
    rows.map(([name, sums]) => [
      name,
      sums.orders,
      sums.lines,
      sums.units,
      ...shown.map(([, part]) => amount(sums[part])),
      amount(sums.totalMinor),
    ]),
  );
}
