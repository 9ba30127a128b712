import type { PublicEventType } from '../../src/events/index.ts';
import { money } from '../../src/shared/money.ts';

/** An event of each type, as it may stand in the log. A test holds their members against those of real ones. */
export interface EventExample {
  readonly type: PublicEventType;
  /** When it happens. */
  readonly when: string;
  /** Null with facts that belong to no order. */
  readonly sequence: number | null;
  readonly from?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const number = '100023';
const total = money(2_885, 'GBP');
const paymentId = '0198b5c4-2222-7abc-8abc-000000000002';
const refundId = '0198b5c4-3333-7abc-8abc-000000000003';
const refund = { refundId, paymentId, cause: 'admin', amount: money(595, 'GBP') };

export const eventExamples: readonly EventExample[] = [
  {
    type: 'order.queued',
    when: 'An order with `Prefer: respond-async` was accepted. It holds no stock yet.',
    sequence: 1,
    to: 'QUEUED',
    data: { number, total, vip: false },
  },
  {
    type: 'order.placed',
    when: 'An order was placed and holds its stock. `from` is QUEUED when a worker placed it.',
    sequence: 1,
    to: 'PENDING',
    data: { number, total },
  },
  {
    type: 'order.confirmed',
    when: 'It was paid, or confirmed by hand, or there was nothing to pay. It does not expire any more.',
    sequence: 4,
    from: 'PENDING',
    to: 'CONFIRMED',
    reason: 'It was paid.',
    data: { number },
  },
  {
    type: 'order.preparing',
    when: 'The kitchen has begun.',
    sequence: 5,
    from: 'CONFIRMED',
    to: 'PREPARING',
    data: { number },
  },
  {
    type: 'order.ready',
    when: 'It waits to be taken.',
    sequence: 6,
    from: 'PREPARING',
    to: 'READY',
    data: { number },
  },
  {
    type: 'order.completed',
    when: 'It was handed over; its stock is consumed.',
    sequence: 7,
    from: 'READY',
    to: 'COMPLETED',
    data: { number },
  },
  {
    type: 'order.cancelled',
    when: 'It was cancelled or expired. Its stock is free again; what was paid goes back.',
    sequence: 2,
    from: 'PENDING',
    to: 'CANCELLED',
    reason: 'I changed my mind.',
    data: { number, cancelReason: 'CUSTOMER' },
  },
  {
    type: 'order.failed',
    when: 'A queued order could not be placed; `data` says why, as the refusal would have.',
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
    when: 'An attempt to pay failed. The order waits on until it expires.',
    sequence: 3,
    reason: 'The card was declined.',
    data: { paymentId, amount: total },
  },
  {
    type: 'payment.flagged',
    when: 'Money came in that matches nothing: another amount or currency, or an unknown payment (then it is on no order).',
    sequence: 3,
    reason: 'It is another amount.',
    data: { paymentId, providerReference: 'ch_1', amount: money(1, 'GBP') },
  },
  {
    type: 'refund.created',
    when: 'Money is to go back. `cause` is admin, cancelled, late, surplus, flagged, or provider (begun there).',
    sequence: 8,
    reason: 'One was cold.',
    data: refund,
  },
  {
    type: 'refund.succeeded',
    when: 'The provider has sent it back.',
    sequence: 9,
    data: refund,
  },
  {
    type: 'refund.failed',
    when: 'The provider refused it; its amount can be refunded again.',
    sequence: 9,
    reason: 'The account is closed.',
    data: refund,
  },
  {
    type: 'stock.adjusted',
    when: 'Stock was corrected by hand, or opened with a product. It belongs to no order.',
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
];
