import type { Queryable } from '../../database/statement.ts';
import { findEventsOfOrders, type OrderEventRow } from '../../events/index.ts';
import { findUnfinishedJobs } from '../../jobs/index.ts';
import type { Money } from '../../shared/money.ts';
import { findCustomers } from '../accounts/index.ts';
import { findOrderSummaries, type OrderSummary } from '../orders/index.ts';
import type { RefundCause } from '../payments/index.ts';
import { mailJobId, type OrderMailJobData } from './mail-job.ts';
import { whichMail } from './which-mail.ts';

/** The data that a mail about an order is written from. */
export interface OrderMailData extends OrderSummary {
  readonly email: string;
  readonly customerName: string;
  /** The event's reason. */
  readonly reason: string | null;
  /** Present for refund events. */
  readonly refund: RefundMailData | null;
}

export interface RefundMailData {
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: RefundCause;
}

/** The result of reading for one mail. */
export interface MailReading {
  /**
   * The time until the next attempt of the order's first unfinished earlier mail, 0 while it is being sent; null if all
   * have ended.
   */
  readonly earlierDueInMs: number | null;
  /** Null if no mail is due. */
  readonly order: OrderMailData | null;
}

/** The log's data for one mail. */
interface LogReading {
  readonly event: OrderEventRow | undefined;
  readonly earlierDueInMs: number | null;
}

/**
 * Reads the data for the mails about these events, all together. No mail is due for imported orders, which had ended
 * before they were imported, or for the placement of an order with nothing to pay: it is confirmed at the same moment,
 * and one mail covers both. A disabled customer gets mail too, because it is their order and their money.
 */
export async function readOrderMailData(
  db: Queryable,
  requests: readonly OrderMailJobData[],
): Promise<MailReading[]> {
  // A mail about an order's first event, as most are, needs no data of the event and has no earlier mail.
  const later = requests.filter(({ sequence }) => sequence > 1);
  const [orders, logs] = await Promise.all([readOrders(db, requests), readLogs(db, later)]);
  return requests.map((one) => {
    const { event, earlierDueInMs } = logs.get(one) ?? { event: undefined, earlierDueInMs: null };
    const found = orders.get(one.orderId);
    const hasMail =
      found !== undefined &&
      isStillRelevant(found.order, one) &&
      (event !== undefined || one.sequence === 1);
    return {
      earlierDueInMs,
      order: hasMail
        ? {
            order: found.order,
            lines: found.lines,
            email: found.customer.email,
            customerName: found.customer.name,
            reason: event?.reason ?? null,
            refund: one.kind === 'payment.refunded' && event ? parseRefund(event.data) : null,
          }
        : null,
    };
  });
}

function isStillRelevant(
  { source, totalMinor }: OrderSummary['order'],
  { kind }: OrderMailJobData,
) {
  return source !== 'import' && !(kind === 'order.placed' && totalMinor === 0);
}

async function readOrders(db: Queryable, requests: readonly OrderMailJobData[]) {
  const summaries = await findOrderSummaries(db, distinctOrderIds(requests));
  const customerIds = new Set(summaries.map(({ order }) => order.customerId));
  const customers = await findCustomers(db, [...customerIds]);
  const customerById = new Map(customers.map((customer) => [customer.id, customer]));
  return new Map(
    summaries.flatMap(({ order, lines }) => {
      const customer = customerById.get(order.customerId);
      return customer === undefined ? [] : [[order.id, { order, lines, customer }] as const];
    }),
  );
}

/** Reads the events, and the state of the mails for earlier events of the same orders. */
async function readLogs(
  db: Queryable,
  requests: readonly OrderMailJobData[],
): Promise<ReadonlyMap<OrderMailJobData, LogReading>> {
  if (requests.length === 0) return new Map();
  const eventsOf = Map.groupBy(
    await findEventsOfOrders(db, distinctOrderIds(requests)),
    ({ orderId }) => orderId,
  );
  const earlierOf = requests.map(({ orderId, sequence }) =>
    (eventsOf.get(orderId) ?? [])
      .filter((event) => event.sequence < sequence && whichMail(event) !== null)
      .map(({ id }) => mailJobId(id)),
  );
  const unfinished = await findUnfinishedJobs(db, earlierOf.flat());
  const dueInMsById = new Map(unfinished.map(({ id, dueInMs }) => [id, dueInMs]));
  return new Map(
    requests.map((one, index) => {
      const first = earlierOf[index]!.find((id) => dueInMsById.has(id));
      const event = eventsOf.get(one.orderId)?.find(({ sequence }) => sequence === one.sequence);
      return [one, { event, earlierDueInMs: first ? dueInMsById.get(first)! : null }];
    }),
  );
}

/** Parses the data of a `refund.…` event. */
function parseRefund(data: Record<string, unknown>): RefundMailData {
  const { amount, cause } = data as unknown as { amount: Money; cause: RefundCause };
  return { amountMinor: amount.amount, currency: amount.currency, cause };
}

function distinctOrderIds(requests: readonly OrderMailJobData[]): string[] {
  return [...new Set(requests.map(({ orderId }) => orderId))];
}
