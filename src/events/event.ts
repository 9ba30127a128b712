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
  'order.rescheduled',
  'order.readdressed',
  'payment.initiated',
  'payment.captured',
  'payment.failed',
  'payment.flagged',
  'refund.created',
  'refund.succeeded',
  'refund.failed',
  'stock.adjusted',
  'prices.changed',
  'shop.changed',
  'customer.erased',
] as const;

/** The events that subscribers can receive. */
export type PublicEventType = (typeof eventTypes)[number];

/**
 * `order.imported` and `order.forgotten` are only in the history: subscribers are not notified of orders that were completed
 * elsewhere, and of erased people they are told once.
 */
export type EventType = PublicEventType | 'order.imported' | 'order.forgotten';

/** One event to be written. */
export interface NewEvent {
  readonly type: EventType;
  /** Null, like `customerId` and `sequence`, for events that belong to no order. */
  readonly orderId: string | null;
  /** The customer of the order, whose the reason is unless it is one of `fixedReasons`. */
  readonly customerId: string | null;
  /** 1…n within the order, assigned under the lock of its row. */
  readonly sequence: number | null;
  /** Null if the status did not change. */
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly cause: Cause;
  /** Further data for readers, as JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}
