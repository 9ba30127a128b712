import type { Queryable } from '../../database/statement.ts';
import { findEventsOfOrders, type OrderEventRow } from '../../events/index.ts';
import type { Money } from '../../shared/money.ts';
import { asOfEvent, findOrderContents, type OrderContent } from '../orders/index.ts';
import type { RefundCause } from '../payments/index.ts';
import { type OrderMailKind, statesEvent } from './mail-kind.ts';

/**
 * What a mail about an order is written from besides its facts. None of it ever changes after the event: the lines and
 * totals of a placed order, its fulfilment as of the event, how it ended, and the log. So it is the same when the mail
 * is shown.
 */
export interface OrderMailSource extends Omit<OrderContent, 'former'> {
  /** The event's reason, for mails that state one. */
  readonly reason: string | null;
  /** Present for refund events. */
  readonly refund: RefundMailData | null;
  /** Present if the event is a new time. */
  readonly rescheduled: RescheduledMailData | null;
}

export interface RefundMailData {
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: RefundCause;
}

export interface RescheduledMailData {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A mail by its event. */
export interface MailedEvent {
  readonly kind: OrderMailKind;
  readonly orderId: string;
  readonly sequence: number;
}

/** Reads the sources of mails, all together. Undefined for a mail whose order does not exist. */
export async function readOrderMailSources(
  db: Queryable,
  mails: readonly MailedEvent[],
): Promise<(OrderMailSource | undefined)[]> {
  if (mails.length === 0) return [];
  const ofEvents = mails.filter(({ kind }) => statesEvent(kind));
  const [contents, events] = await Promise.all([
    findOrderContents(db, distinctOrderIds(mails)),
    ofEvents.length === 0 ? [] : findEventsOfOrders(db, distinctOrderIds(ofEvents)),
  ]);
  const contentByOrder = new Map(contents.map((content) => [content.order.id, content]));
  const eventsByOrder = Map.groupBy(events, ({ orderId }) => orderId);
  return mails.map(({ kind, orderId, sequence }) => {
    const content = contentByOrder.get(orderId);
    if (content === undefined) return undefined;
    const event = statesEvent(kind)
      ? eventsByOrder.get(orderId)?.find((one) => one.sequence === sequence)
      : undefined;
    const { lines, bill } = content;
    return {
      order: asOfEvent(content, sequence),
      lines,
      bill,
      reason: event?.reason ?? null,
      refund: parseRefund(event),
      rescheduled: parseRescheduled(event),
    };
  });
}

export function distinctOrderIds(mails: readonly Pick<MailedEvent, 'orderId'>[]): string[] {
  return [...new Set(mails.map(({ orderId }) => orderId))];
}

function parseRefund(event: OrderEventRow | undefined): RefundMailData | null {
  if (event?.type !== 'refund.succeeded') return null;
  const { amount, cause } = event.data as unknown as { amount: Money; cause: RefundCause };
  return { amountMinor: amount.amount, currency: amount.currency, cause };
}

function parseRescheduled(event: OrderEventRow | undefined): RescheduledMailData | null {
  if (event?.type !== 'order.rescheduled') return null;
  const { from, to } = event.data as unknown as { from: string; to: string };
  return { fromMs: Date.parse(from), toMs: Date.parse(to) };
}
