import { formatAmount } from './format-amount.ts';
import { type MailOrder, toOneLine } from './mail-content.ts';
import type { OrderMailSource } from './order-mail-source.ts';

/** Describes an order by its lines and total, as mails did before orders had bills. */
export function describeLines({ order, lines }: OrderMailSource): MailOrder {
  const details = [
    { label: 'Address', text: toOneLine(order.shippingAddress ?? '') },
    { label: 'Your note', text: toOneLine(order.note ?? '') },
  ];
  return {
    lines: lines.map(({ quantity, name, totalMinor }) => ({
      quantity,
      name: toOneLine(name),
      total: formatAmount(totalMinor, order.currency),
      details: [],
    })),
    sums: [],
    total: formatAmount(order.totalMinor, order.currency),
    remarks: [],
    details: details.filter(({ text }) => text !== ''),
  };
}
