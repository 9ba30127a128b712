/** The kinds of mail about orders, as `/api/operations/mail` shows them. */
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
