import type { Queryable } from '../../database/statement.ts';
import type { Money } from '../../shared/money.ts';
import { findCustomers } from '../accounts/index.ts';
import { findOrdersWithLines, type OrderLine, type OrderRow } from '../orders/index.ts';
import type { RefundCause } from '../payments/index.ts';
import { mailJobId, type OrderMailJobData } from './mail-job.ts';
import { type EventRow, findEventsOf, findUnfinishedJobs } from './queries.ts';
import { whichMail } from './which-mail.ts';

/** What a letter about an order is written from. */
export interface OrderToTell {
  readonly email: string;
  readonly customerName: string;
  readonly order: OrderRow;
  readonly lines: readonly OrderLine[];
  /** What the event says why. */
  readonly reason: string | null;
  /** Of the events of refunds. */
  readonly refund: RefundToTell | null;
}

export interface RefundToTell {
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: RefundCause;
}

type FoundOrder = Awaited<ReturnType<typeof findOrdersWithLines>>[number];
type Customer = Awaited<ReturnType<typeof findCustomers>>[number];

/** What was found for one mail. */
export interface MailReading {
  /** How long the first of the order's earlier mails is from its next try, 0 when it is being sent; null: all have gone. */
  readonly earlierDueInMs: number | null;
  /** Null when there is nothing to tell. */
  readonly told: OrderToTell | null;
}

/**
 * Reads what the mails about these events need, all together. There is nothing to tell of imported orders, which were over
 * before they came here, and of the placement of an order with nothing to pay: it is confirmed in the same moment, and one
 * mail says both. A disabled customer is told all the same, since it is his order and his money.
 */
export async function readOrdersToTell(
  db: Queryable,
  asked: readonly OrderMailJobData[],
): Promise<MailReading[]> {
  // Of an order's first event, which is most of them, nothing is told but that it happened, and nothing stands before it.
  const later = asked.filter(({ sequence }) => sequence > 1);
  const [orders, events] = await Promise.all([
    findOrdersWithLines(db, idsOf(asked)),
    later.length === 0 ? [] : findEventsOf(db, idsOf(later)),
  ]);
  const eventsOf = Map.groupBy(events, ({ orderId }) => orderId);
  const earlierOf = later.map(({ orderId, sequence }) =>
    earlierMails(eventsOf.get(orderId) ?? [], sequence),
  );
  const earlierIds = earlierOf.flat();
  const customerIds = [...new Set(orders.map(({ customerId }) => customerId))];
  const [customers, unfinished] = await Promise.all([
    findCustomers(db, customerIds),
    earlierIds.length === 0 ? [] : findUnfinishedJobs(db, earlierIds),
  ]);

  const orderById = new Map(orders.map((order) => [order.id, order]));
  const customerById = new Map(customers.map((customer) => [customer.id, customer]));
  const dueInMsById = new Map(unfinished.map(({ id, dueInMs }) => [id, dueInMs]));
  const earlierByAsked = new Map(later.map((one, index) => [one, earlierOf[index]!]));
  return asked.map((one) => {
    const earlier = earlierByAsked.get(one)?.find((id) => dueInMsById.has(id));
    const order = orderById.get(one.orderId);
    const customer = order && customerById.get(order.customerId);
    const event = eventsOf.get(one.orderId)?.find(({ sequence }) => sequence === one.sequence);
    return {
      earlierDueInMs: earlier === undefined ? null : dueInMsById.get(earlier)!,
      told: order && customer ? toldOf(one, order, customer, event) : null,
    };
  });
}

function toldOf(
  { kind, sequence }: OrderMailJobData,
  order: FoundOrder,
  customer: Customer,
  event: EventRow | undefined,
): OrderToTell | null {
  if (order.source === 'import' || (kind === 'order.placed' && order.totalMinor === 0)) return null;
  if (event === undefined && sequence > 1) return null;
  return {
    email: customer.email,
    customerName: customer.name,
    order,
    lines: order.lines,
    reason: event?.reason ?? null,
    refund: kind === 'payment.refunded' && event ? refundOf(event.data) : null,
  };
}

/** The jobs of the mails that the events before this one ask for, in their order. */
function earlierMails(events: readonly EventRow[], sequence: number): string[] {
  return events
    .filter((event) => event.sequence < sequence && whichMail(event) !== null)
    .map(({ id }) => mailJobId(id));
}

/** Of the data of a `refund.…` event. */
function refundOf(data: Record<string, unknown>): RefundToTell {
  const { amount, cause } = data as unknown as { amount: Money; cause: RefundCause };
  return { amountMinor: amount.amount, currency: amount.currency, cause };
}

function idsOf(asked: readonly OrderMailJobData[]): string[] {
  return [...new Set(asked.map(({ orderId }) => orderId))];
}
