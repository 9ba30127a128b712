import type { AccountMailKind } from '../accounts/index.ts';

/** The kinds of mail about orders, as `/api/operations/mail` shows them. */
export const orderMailKinds = [
  'order.placed',
  'order.confirmed',
  'order.ready',
  'order.cancelled',
  'order.failed',
  'payment.refunded',
  'order.rescheduled',
  'order.readdressed',
] as const;

export type OrderMailKind = (typeof orderMailKinds)[number];

export type MailKind = OrderMailKind | AccountMailKind;

export function isOrderMailKind(kind: MailKind): kind is OrderMailKind {
  return orderMailKinds.some((it) => it === kind);
}

/** Returns whether the text of such a mail states something of its event, beyond that it happened. */
export function statesEvent(kind: OrderMailKind): boolean {
  return kind === 'order.cancelled' || kind === 'payment.refunded' || kind === 'order.rescheduled';
}
