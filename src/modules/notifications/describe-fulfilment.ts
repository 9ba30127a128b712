import { isolateDirection } from '../../shared/isolate-direction.ts';
import { presentStated } from '../orders/index.ts';
import { describeBill } from './describe-bill.ts';
import { formatTime } from './format-time.ts';
import { type MailOrder, partLinks, type TextSettings, toOneLine } from './mail-content.ts';
import type { OrderMailKind } from './mail-kind.ts';
import type { OrderMailSource } from './order-mail-source.ts';

interface Row {
  readonly label: string;
  /** One text or several, each as a person wrote it. */
  readonly text: string | readonly (string | null)[];
}

type MailedOrder = OrderMailSource['order'];

const ASAP = 'as soon as possible';
/** Of an order that has ended, a time would read as if it still came. */
const endings: readonly OrderMailKind[] = ['order.cancelled', 'order.failed', 'payment.refunded'];

/** Describes an order by its bill, and by when, where and for whom it is. */
export function describeFulfilment(
  kind: OrderMailKind,
  source: OrderMailSource,
  { timeZone }: Pick<TextSettings, 'timeZone'>,
): MailOrder {
  const { order } = source;
  const rows = [
    ...(endings.includes(kind) ? [] : describeTimes(kind, source, timeZone)),
    ...describePlace(order),
    { label: 'Your note', text: order.note ?? '' },
  ];
  const shown = rows.map(({ label, text }) => ({ label, text: joinLines(text) }));
  const bill = describeBill(source);
  return {
    ...bill,
    lines: bill.lines.map((line) => ({ ...line, details: line.details.map(partLinks) })),
    details: shown.filter(({ text }) => text !== ''),
  };
}

/** Returns how an order reaches its customer. Null: it has only an address, from before orders stated more. */
export function findType({ fulfilment, shippingAddress }: MailedOrder) {
  if (fulfilment !== null) return fulfilment.type;
  return shippingAddress === null ? 'PICKUP' : null;
}

const timeLabels = { PICKUP: 'Pickup', DELIVERY: 'Delivery', DINE_IN: 'Time' } as const;

function describeTimes(
  kind: OrderMailKind,
  { order, rescheduled }: OrderMailSource,
  timeZone: string,
): Row[] {
  const { createdAt, fulfilment, promisedFor } = order;
  const isEstimate = !fulfilment?.requestedFor;
  if (rescheduled !== null) {
    const before = new Date(rescheduled.fromMs);
    const wasSoon = before.getTime() === createdAt.getTime();
    return [
      { label: 'New time', text: formatTime(new Date(rescheduled.toMs), { timeZone, isEstimate }) },
      { label: 'Time before', text: wasSoon ? ASAP : formatTime(before, { timeZone }) },
    ];
  }
  const type = findType(order);
  if (type === null || type === 'SHIPMENT') return [];
  const label = timeLabels[type];
  // What was estimated has come true.
  if (kind === 'order.ready' && isEstimate) return [];
  if (promisedFor !== null) {
    return [{ label, text: formatTime(promisedFor, { timeZone, isEstimate }) }];
  }
  return type === 'DINE_IN' ? [] : [{ label, text: ASAP }];
}

const placeLabels = { DELIVERY: 'Delivery to', SHIPMENT: 'Shipment to' } as const;

/** Returns where and for whom it is. The address of an order that is not brought anywhere says nothing. */
function describePlace({ fulfilment, shippingAddress }: MailedOrder): Row[] {
  if (fulfilment === null) return [{ label: 'Address', text: shippingAddress ?? '' }];
  const { type, address, contact, instructions, table } = presentStated(fulfilment);
  const where = (): Row => {
    if (type === 'PICKUP' || type === 'DINE_IN') return { label: 'Table', text: table ?? '' };
    if (address === null) return { label: 'Address', text: shippingAddress ?? '' };
    const { line1, line2, city, region, postalCode, country } = address;
    const lines = [line1, line2, city, region, postalCode, country];
    return { label: placeLabels[type], text: lines };
  };
  return [
    where(),
    { label: 'Contact', text: contact?.name ?? '' },
    // On its own: beside a right-to-left name its sign would be at its end.
    { label: 'Phone', text: contact?.phone ?? '' },
    { label: 'Instructions', text: instructions ?? '' },
  ];
}

/** Joins texts on one line. Each has its own direction, so that commas and numbers stay between their neighbours. */
function joinLines(text: Row['text']): string {
  if (typeof text === 'string') return partLinks(toOneLine(text));
  const lines = text.map((line) => partLinks(toOneLine(line ?? ''))).filter((line) => line !== '');
  return lines.map(isolateDirection).join(', ');
}
