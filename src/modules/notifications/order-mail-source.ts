import type { Queryable } from '../../database/statement.ts';
import { findEventsOfOrders, type OrderEventRow } from '../../events/index.ts';
import type { Money } from '../../shared/money.ts';
import { findOrderContents, type OrderContent } from '../orders/index.ts';
import type { RefundCause } from '../payments/index.ts';

/**
 * What a mail about an order is written from besides its facts. None of it ever changes after the event: the lines and
 * totals of a placed order, how an order ended, and the log. So it is the same when the mail is shown.
 */
export interface OrderMailSource extends OrderContent {
  /** The event's reason. Null for an order's first event, whose mail states none. */
  readonly reason: string | null;
  /** Present for refund events. */
  readonly refund: RefundMailData | null;
}

export interface RefundMailData {
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: RefundCause;
}

/** The event that a mail is about. */
export interface MailedEvent {
  readonly orderId: string;
  readonly sequence: number;
}

export type EventsByOrder = ReadonlyMap<string, readonly OrderEventRow[]>;

/** Reads the events of the orders of mails that are about later events than the first. Most mails are about the first. */
export async function readLaterEvents(
  db: Queryable,
  mails: readonly MailedEvent[],
): Promise<EventsByOrder> {
  const later = mails.filter(({ sequence }) => sequence > 1);
  if (later.length === 0) return new Map();
  const events = await findEventsOfOrders(db, distinctOrderIds(later));
  return Map.groupBy(events, ({ orderId }) => orderId);
}

/** Reads the sources of mails, all together. Undefined for a mail whose order does not exist. */
export async function readOrderMailSources(
  db: Queryable,
  mails: readonly MailedEvent[],
  reading: Promise<EventsByOrder>,
): Promise<(OrderMailSource | undefined)[]> {
  const [contents, events] = await Promise.all([
    mails.length === 0 ? [] : findOrderContents(db, distinctOrderIds(mails)),
    reading,
  ]);
  const contentByOrder = new Map(contents.map((content) => [content.order.id, content]));
  return mails.map(({ orderId, sequence }) => {
    const content = contentByOrder.get(orderId);
    if (content === undefined) return undefined;
    const event = events.get(orderId)?.find((one) => one.sequence === sequence);
    return { ...content, reason: event?.reason ?? null, refund: parseRefund(event) };
  });
}

export function distinctOrderIds(mails: readonly MailedEvent[]): string[] {
  return [...new Set(mails.map(({ orderId }) => orderId))];
}

function parseRefund(event: OrderEventRow | undefined): RefundMailData | null {
  if (event?.type !== 'refund.succeeded') return null;
  const { amount, cause } = event.data as unknown as { amount: Money; cause: RefundCause };
  return { amountMinor: amount.amount, currency: amount.currency, cause };
}
