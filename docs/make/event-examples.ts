import type { PublicEventType } from '../../src/events/index.ts';
import { money } from '../../src/shared/money.ts';

/** An event of each type, as it may appear in the log. A test compares the members with those of real events. */
export interface EventExample {
  readonly type: PublicEventType;
  /** When it happens. */
  readonly when: string;
  /** Null for events that belong to no order. */
  readonly sequence: number | null;
  readonly from?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const number = '100023';
const gbp = (amountMinor: number) => money(amountMinor, 'GBP');
const total = gbp(2_831);
const paymentId = '0198b5c4-2222-7abc-8abc-000000000002';
const refundId = '0198b5c4-3333-7abc-8abc-000000000003';
const refund = { refundId, paymentId, cause: 'admin', amount: money(595, 'GBP') };

/** Two dishes of 12.95 with a code of 10 %, delivered, with a tip. */
const bill = {
  subtotal: gbp(2_590),
  pricesIncludeTax: true,
  discounts: [
    {
      discountId: '0198b5c4-4444-7abc-8abc-000000000004',
      code: 'WELCOME10',
      name: '10 % off the first order',
      amount: gbp(259),
    },
  ],
  charges: [
    {
      chargeId: '0198b5c4-5555-7abc-8abc-000000000005',
      kind: 'DELIVERY',
      name: 'Delivery',
      amount: gbp(350),
      tax: gbp(58),
    },
  ],
  taxes: [
    {
      taxRateId: '0198b5c4-6666-7abc-8abc-000000000006',
      name: 'VAT',
      percent: '20',
      base: gbp(2_681),
      amount: gbp(447),
      included: true,
    },
  ],
  tip: gbp(150),
  total,
};

export const eventExamples: readonly EventExample[] = [
  {
    type: 'order.queued',
    when: 'An order with `Prefer: respond-async` was accepted. It has no stock reserved yet. `data` has a `bill` as that of `order.placed`.',
    sequence: 1,
    to: 'QUEUED',
    data: { number, total, vip: false },
  },
  {
    type: 'order.placed',
    when: 'An order was placed and its stock reserved. `from` is QUEUED if a worker placed it. `bill` is left out if it has only lines.',
    sequence: 1,
    to: 'PENDING',
    data: { number, total, bill },
  },
  {
    type: 'order.confirmed',
    when: 'The order was paid, or confirmed by hand, or there was nothing to pay. It no longer expires.',
    sequence: 4,
    from: 'PENDING',
    to: 'CONFIRMED',
    reason: 'It was paid.',
    data: { number },
  },
  {
    type: 'order.preparing',
    when: 'The kitchen has started on the order.',
    sequence: 5,
    from: 'CONFIRMED',
    to: 'PREPARING',
    data: { number },
  },
  {
    type: 'order.ready',
    when: 'The order is ready for pick-up.',
    sequence: 6,
    from: 'PREPARING',
    to: 'READY',
    data: { number },
  },
  {
    type: 'order.completed',
    when: 'The order was handed over, and its stock consumed.',
    sequence: 7,
    from: 'READY',
    to: 'COMPLETED',
    data: { number },
  },
  {
    type: 'order.cancelled',
    when: 'The order was cancelled or expired. Its stock is released, and what was paid is refunded.',
    sequence: 2,
    from: 'PENDING',
    to: 'CANCELLED',
    reason: 'I changed my mind.',
    data: { number, cancelReason: 'CUSTOMER' },
  },
  {
    type: 'order.failed',
    when: 'A queued order could not be placed; `data` contains the reason, as the refusal would.',
    sequence: 2,
    from: 'QUEUED',
    to: 'FAILED',
    data: {
      number,
      failure: { code: 'inventory.insufficient_stock', detail: 'There is not enough in stock.' },
      lines: [{ sku: 'LEMON-TART', requested: 3, available: 1 }],
    },
  },
  {
    type: 'order.rescheduled',
    when: 'The order was promised for another time, at the request of its owner or by staff. A place in a slot moves with it.',
    sequence: 2,
    data: { number, from: '2026-12-01T18:30:00.000Z', to: '2026-12-01T19:00:00.000Z' },
  },
  {
    type: 'order.readdressed',
    when: 'The contact, the address or the instructions of the order changed. `changed` names them; the order has what they are now.',
    sequence: 2,
    data: { number, changed: ['address', 'instructions'] },
  },
  {
    type: 'payment.initiated',
    when: 'The customer was sent to the payment page.',
    sequence: 2,
    data: { paymentId, amount: total },
  },
  {
    type: 'payment.captured',
    when: 'Money came in for the order.',
    sequence: 3,
    data: { paymentId, providerReference: 'ch_1', amount: total },
  },
  {
    type: 'payment.failed',
    when: 'An attempt to pay failed. The order stays open until it expires.',
    sequence: 3,
    reason: 'The card was declined.',
    data: { paymentId, amount: total },
  },
  {
    type: 'payment.flagged',
    when: 'Money came in that does not match: the amount or currency is wrong, or the payment is unknown (then the event belongs to no order).',
    sequence: 3,
    reason: 'It is another amount.',
    data: { paymentId, providerReference: 'ch_1', amount: money(1, 'GBP') },
  },
  {
    type: 'refund.created',
    when: 'A refund was created. `cause` is admin, cancelled, late, surplus, flagged, or provider (started there).',
    sequence: 8,
    reason: 'One was cold.',
    data: refund,
  },
  {
    type: 'refund.succeeded',
    when: 'The provider has sent the money back.',
    sequence: 9,
    data: refund,
  },
  {
    type: 'refund.failed',
    when: 'The provider refused the refund. Its amount can be refunded again.',
    sequence: 9,
    reason: 'The account is closed.',
    data: refund,
  },
  {
    type: 'stock.adjusted',
    when: 'Stock was corrected by hand, or recorded with a new product. The event belongs to no order.',
    sequence: null,
    reason: 'Counted again',
    data: {
      movementId: '0198b5c4-4444-7abc-8abc-000000000004',
      productId: '0198b5c4-5555-7abc-8abc-000000000005',
      sku: 'LEMON-TART',
      delta: -2,
      onHand: 198,
      reserved: 3,
    },
  },
  {
    type: 'prices.changed',
    when: '`change` says whether a `tax_rate`, `charge`, `discount`, `modifier_group` or `product` was created, changed or deleted. `changes` has the fields that differ. A text or list of more than 2 KB of JSON appears as `{"length": …}`. The event belongs to no order.',
    sequence: null,
    data: {
      kind: 'product',
      id: '0198b5c4-5555-7abc-8abc-000000000005',
      name: 'Lemon Tart',
      change: 'changed',
      version: 4,
      changes: { price: { from: money(595, 'GBP'), to: money(625, 'GBP') } },
    },
  },
  {
    type: 'shop.changed',
    when: 'The settings of the shop were changed, or it was paused or opened again; a pause that ends by itself has no event. `changes` has the fields that differ, as those of `prices.changed`. The event belongs to no order.',
    sequence: null,
    data: {
      version: 5,
      changes: {
        acceptingOrders: { from: true, to: false },
        pausedUntil: { from: null, to: '2026-03-02T18:30:00.000Z' },
      },
    },
  },
  {
    type: 'customer.erased',
    when: 'A person was [erased](../guides/privacy.md#when-somebody-asks): remove what your own systems keep of them. `userId` is the `customerId` of their orders. A person whose orders without an account were erased, too, has one event for each id. The event belongs to no order.',
    sequence: null,
    data: { userId: '0198b5c4-6666-7abc-8abc-000000000006' },
  },
];
