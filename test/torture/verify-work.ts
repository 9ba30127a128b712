import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import { pause } from '../../src/shared/pause.ts';
import { assertInOrder, type ReceivedEvent } from '../support/event-receiver.ts';
import type { Kind } from './traps.ts';
import { brokenInvariants } from './verify.ts';
import type { WorkedShop } from './worked-shop.ts';

/** Two leases of the longest job on a busy machine. */
const DRAIN_TIMEOUT_MS = 300_000;
const POLL_MS = 250;

export interface Effect {
  readonly made: number;
  /** Effects received more than once under the same id. */
  readonly again: number;
}

/** Waits until no work is left. Dead letters stay and are reported afterwards. */
export async function drain(database: Database, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (;;) {
    const [left] = await database.run<{ orders: number; jobs: number; events: number }>(
      'torture.left',
      `select (select count(*)::int from orders where status = 'QUEUED') as orders,
              (select count(*)::int from jobs where state in ('waiting', 'running')) as jobs,
              (select count(*)::int
                 from events
                where position > (select position from log_readers where name = 'relay')) as events`,
      [],
    );
    const { orders, jobs, events } = left!;
    if (orders + jobs + events === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`not done: ${orders} orders, ${jobs} jobs, ${events} events`);
    }
    await pause(POLL_MS, { signal });
    signal.throwIfAborted();
  }
}

/** Returns one sentence for each error, and the effects of the work. */
export async function verifyWork(
  shop: WorkedShop,
): Promise<{ wrong: string[]; effects: Readonly<Record<Kind, Effect>> }> {
  const { database, smtp, receiver } = shop;
  const wrong = [
    ...(await wrongOrders(shop)),
    ...(await wrongStock(database)),
    ...(await findWrongMail(database, {
      after: 0,
      types: mailedTypes,
      arrived: smtp.received.map(({ headers }) => headers['message-id']!),
    })),
    ...(await findWrongDeliveries(database, { after: 0, ...receiver })),
    ...(await unfinishedJobs(database)),
    ...(await brokenInvariants(database)),
  ];
  const mails = new Set(smtp.received.map(({ headers }) => headers['message-id']));
  const events = new Set(receiver.received.map(({ id }) => id));
  return {
    wrong,
    effects: {
      'orders.place-queued': { made: shop.accepted.size, again: 0 },
      'notifications.send-mail': {
        made: mails.size,
        again: smtp.received.length - mails.size,
      },
      'webhooks.deliver': {
        made: events.size,
        again: receiver.received.length - events.size,
      },
    },
  };
}

/** The permitted histories of an order: it ended once, and the kitchen processed it completely or not at all. */
const HISTORIES: readonly string[] = [
  'order.queued order.failed',
  'order.queued order.placed',
  'order.queued order.placed order.confirmed order.preparing order.ready',
];

async function wrongOrders({ database, accepted }: WorkedShop): Promise<string[]> {
  const orders = await database.run<{ id: string; types: string }>(
    'torture.histories',
    `select order_id as id, string_agg(type, ' ' order by sequence) as types
       from events
      where order_id is not null
      group by order_id`,
    [],
  );
  const there = new Set(orders.map(({ id }) => id));
  return [
    ...orders
      .filter(({ types }) => !HISTORIES.includes(types))
      .map(({ id, types }) => `order ${id} has the history ${types}`),
    ...[...accepted].filter((id) => !there.has(id)).map((id) => `order ${id} is missing`),
    ...[...there].filter((id) => !accepted.has(id)).map((id) => `order ${id} was never accepted`),
  ];
}

/** Every order has one unit and none was cancelled, so a product is sold exactly up to its stock. */
async function wrongStock(database: Database): Promise<string[]> {
  const products = await database.run<{ sku: string; detail: string }>(
    'torture.stock',
    `select sku,
            format('%s reserved and %s placed, of %s ordered and %s there', reserved, placed, ordered, on_hand) as detail
       from (select products.sku, stock.reserved, stock.on_hand, count(*) as ordered,
                    count(*) filter (where orders.status <> 'FAILED') as placed
               from order_lines
               join orders on orders.id = order_lines.order_id
               join products on products.id = order_lines.product_id
               join stock on stock.product_id = products.id
              group by products.sku, stock.reserved, stock.on_hand) as sold
      where reserved <> placed
         or placed <> least(on_hand, ordered)`,
    [],
  );
  return products.map(({ sku, detail }) => `${sku}: ${detail}`);
}

const mailedTypes = ['order.placed', 'order.failed', 'order.confirmed', 'order.ready'];

interface ArrivedMail {
  /** The events after this position count. */
  readonly after: number;
  /** The types of events that are announced to customers. */
  readonly types: readonly string[];
  /** The Message-IDs of the mails that arrived. */
  readonly arrived: readonly string[];
}

/** Checks what is announced to customers. Each event has one mail: one row, one Message-ID, sent once or more. */
export async function findWrongMail(
  database: Database,
  { after, types, arrived }: ArrivedMail,
): Promise<string[]> {
  const rows = await database.run<{ eventId: string; type: string; messageId: string | null }>(
    'torture.mails',
    `select events.id as "eventId", events.type,
            '<' || mail_messages.id || '@' || message_id_domain || '>' as "messageId"
       from events
       left join mail_messages using (order_id, sequence)
       left join mail_settings on mail_settings.id = settings_id
      where events.type = any($2::text[])
        and events.position > $1::bigint
        and order_id is not null`,
    [after, types],
  );
  const sent = new Set(arrived);
  const recorded = new Set(rows.map(({ messageId }) => messageId));
  return [
    ...rows
      .filter(({ messageId }) => messageId === null)
      .map(({ eventId, type }) => `no mail announces ${type} ${eventId}`),
    ...rows
      .filter(({ messageId }) => messageId !== null && !sent.has(messageId))
      .map(({ messageId }) => `${messageId} is recorded but never arrived`),
    ...(recorded.size < rows.length ? ['two events share one mail'] : []),
    ...[...sent]
      .filter((messageId) => !recorded.has(messageId))
      .map((messageId) => `${messageId} arrived but is not recorded`),
  ];
}

interface ArrivedEvents {
  /** The events after this position count. */
  readonly after: number;
  readonly received: readonly ReceivedEvent[];
  readonly forged: readonly string[];
}

/** Checks that each event of an order arrived at least once, signed, and in the order of its sequence. */
export async function findWrongDeliveries(
  database: Database,
  { after, received, forged }: ArrivedEvents,
): Promise<string[]> {
  const wrong = forged.map((text) => `a message with an invalid signature arrived: ${text}`);
  const events = await database.run<{ id: string; orderId: string; status: string | null }>(
    'torture.deliveries',
    `select events.id, order_id as "orderId", deliveries.status
       from events
       left join (select event_id, status from webhook_deliveries) as deliveries on deliveries.event_id = events.id
      where order_id is not null
        and position > $1::bigint`,
    [after],
  );
  const arrived = Map.groupBy(received, ({ body }) => body.subject);
  for (const [orderId, ofOrder] of Map.groupBy(events, (event) => event.orderId)) {
    for (const { id, status } of ofOrder) {
      if (status !== 'DELIVERED') wrong.push(`the delivery of ${id} is ${status}`);
    }
    const messages = arrived.get(orderId) ?? [];
    try {
      assertInOrder(messages);
      assert.deepEqual(
        new Set(messages.map(({ id }) => id)),
        new Set(ofOrder.map(({ id }) => id)),
        'the received events are not those of the order',
      );
    } catch (error) {
      wrong.push(`order ${orderId}: ${(error as Error).message}`);
    }
  }
  return wrong;
}

/** Returns one sentence for each job that is left. */
export async function unfinishedJobs(database: Database): Promise<string[]> {
  const jobs = await database.run<{
    id: string;
    name: string;
    state: string;
    error: string | null;
  }>('torture.unfinished', `select id, name, state, last_error as error from jobs`, []);
  return jobs.map(({ id, name, state, error }) => `${name} ${id} is ${state}: ${error}`);
}
