/** What mail is about: what `/api/operations/mail` shows beside it. */
export const orderMailKinds = [
  'order.placed',
  'order.confirmed',
  'order.ready',
  'order.cancelled',
  'order.failed',
  'payment.refunded',
] as const;

export type OrderMailKind = (typeof orderMailKinds)[number];

export type MailKind = OrderMailKind | 'password.reset';
