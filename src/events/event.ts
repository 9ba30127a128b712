import type { Actor, Cause } from '../shared/caller.ts';

export const eventTypes = [
  'order.queued',
  'order.placed',
  'order.confirmed',
  'order.preparing',
  'order.ready',
  'order.completed',
  'order.cancelled',
  'order.failed',
  'payment.initiated',
  'payment.captured',
  'payment.failed',
  'payment.flagged',
  'refund.created',
  'refund.succeeded',
  'refund.failed',
  'stock.adjusted',
] as const;

/** What subscribers can be told of. */
export type PublicEventType = (typeof eventTypes)[number];

/** `order.imported` stands in the history only: nobody is told of orders that were over before they came here. */
export type EventType = PublicEventType | 'order.imported';

/** One fact, before it is written. */
export interface NewEvent {
  readonly type: EventType;
  /** Null, with `sequence`, for facts that belong to no order. */
  readonly orderId: string | null;
  /** 1…n within the order, given under the lock of its row. */
  readonly sequence: number | null;
  /** Null where the status stayed. */
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly cause: Cause;
  /** What else a reader needs; JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}
