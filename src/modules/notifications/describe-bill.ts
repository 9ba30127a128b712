import type { Fulfilment } from '../orders/index.ts';
import { type BilledLine, type BillView, linesOnly, presentBill } from '../pricing/index.ts';
import { describeLines } from './describe-lines.ts';
import { formatAmount } from './format-amount.ts';
import { type MailAmount, type MailOrder, toOneLine } from './mail-content.ts';
import type { OrderMailSource } from './order-mail-source.ts';

/** Describes an order by its lines with what was chosen for them, its bill, and how it reaches the customer. */
export function describeBill(content: OrderMailSource): MailOrder {
  const { order, lines, bill: parts } = content;
  const { currency, totalMinor } = order;
  const plain = describeLines(content);
  const bill = presentBill({ currency, lines, parts: parts ?? linesOnly, totalMinor });
  return {
    ...plain,
    lines: plain.lines.map((line, index) => ({
      ...line,
      details: describeChoices(lines[index]!, currency),
    })),
    sums: describeSums(bill),
    remarks: bill.taxes
      .filter(({ included }) => included)
      .map((tax) => `includes ${taxName(tax)}: ${text(tax.amount)}`),
    details: [...describeFulfilment(order.fulfilment), ...plain.details],
  };
}

function describeChoices({ modifiers, note }: BilledLine, currency: string): string[] {
  const choices = modifiers.map(({ name, quantity, unitPriceMinor }) => {
    const times = quantity === 1 ? '' : `${quantity} x `;
    const each = quantity === 1 ? '' : ' each';
    const price = unitPriceMinor === 0 ? '' : `, ${formatAmount(unitPriceMinor, currency)}${each}`;
    return `+ ${times}${toOneLine(name)}${price}`;
  });
  const noted = toOneLine(note ?? '');
  return noted === '' ? choices : [...choices, `Note: ${noted}`];
}

/** Returns the rows between lines and total. None for a bill whose total is that of its lines. */
function describeSums({ subtotal, discounts, charges, taxes, tip }: BillView): MailAmount[] {
  const rows = [
    ...discounts.map(({ name, code, amount }) => ({
      label: toOneLine(code === null ? name : `${name} (${code})`),
      amount: `-${text(amount)}`,
    })),
    ...charges.map(({ name, amount }) => ({ label: toOneLine(name), amount: text(amount) })),
    ...taxes
      .filter(({ included }) => !included)
      .map((tax) => ({ label: taxName(tax), amount: text(tax.amount) })),
    ...(tip.amount === 0 ? [] : [{ label: 'Tip', amount: text(tip) }]),
  ];
  return rows.length === 0 ? [] : [{ label: 'Subtotal', amount: text(subtotal) }, ...rows];
}

const places: Readonly<Record<Fulfilment['type'], string>> = {
  PICKUP: 'Pickup',
  DELIVERY: 'Delivery to',
  DINE_IN: 'Dine in',
  SHIPMENT: 'Shipment to',
};

/** Returns where an order with an address goes. The customer of any other knows. */
function describeFulfilment(fulfilment: Fulfilment | null): MailOrder['details'] {
  const address = fulfilment?.address ?? null;
  if (fulfilment === null || address === null) return [];
  const { line1, line2, city, region, postalCode, country } = address;
  const parts = [line1, line2, city, region, postalCode, country];
  const shown = parts.flatMap((part) => (part === null ? [] : toOneLine(part) || []));
  return [{ label: places[fulfilment.type], text: shown.join(', ') }];
}

function taxName({ name, percent }: BillView['taxes'][number]): string {
  return `${toOneLine(name)} ${percent} %`;
}

function text({ amount, currency }: BillView['total']): string {
  return formatAmount(amount, currency);
}
