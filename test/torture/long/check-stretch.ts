import type { Database } from '../../../src/database/database.ts';
import type { ReceivedEvent } from '../../support/event-receiver.ts';
import { brokenInvariants } from '../verify.ts';
import { findWrongDeliveries, findWrongMail, unfinishedJobs } from '../verify-work.ts';
import { findWrongMoney } from './check-money.ts';
import { findOrders, findWrongHistories } from './check-orders.ts';
import type { Intent } from './history.ts';

/** What the clients and the receivers saw of a stretch. */
export interface Observed {
  /** The end of the log before the stretch. */
  readonly after: number;
  readonly history: readonly Intent[];
  readonly contradictions: readonly string[];
  /** The products of the stretch. */
  readonly skus: readonly string[];
  readonly events: readonly ReceivedEvent[];
  readonly forged: readonly string[];
  /** The Message-IDs of the mails that arrived. */
  readonly mails: readonly string[];
}

/** Every event of these types is announced to the customer of an order that no one moves back. */
const announced = [
  'order.placed',
  'order.failed',
  'order.confirmed',
  'order.ready',
  'order.cancelled',
  'refund.succeeded',
];

/** Compares what was seen of a stretch with the database, when no work is left. Returns one sentence for each error. */
export async function checkStretch(database: Database, observed: Observed): Promise<string[]> {
  const { after, history, events, forged, mails } = observed;
  const orders = await findOrders(database, after);
  return [
    ...observed.contradictions,
    ...findWrongHistories(orders, history),
    ...(await findWrongMoney(database, orders, history)),
    ...(await findWrongStock(database, observed.skus)),
    ...(await findWrongMail(database, { after, types: announced, arrived: mails })),
    ...(await findWrongDeliveries(database, { after, received: events, forged })),
    ...(await unfinishedJobs(database)),
    ...(await brokenInvariants(database)),
  ];
}

/** What is available of a product and the units of its orders that count are together what there was. */
async function findWrongStock(database: Database, skus: readonly string[]): Promise<string[]> {
  const rows = await database.run<{ sku: string; detail: string }>(
    'torture.stretch_stock',
    `select sku, format('%s were there, %s are available and %s ordered', initial, available, ordered) as detail
       from (select products.sku, stock.on_hand - stock.reserved as available,
                    (select sum(delta) from stock_movements
                      where product_id = products.id and kind = 'initial') as initial,
                    (select coalesce(sum(quantity), 0)
                       from order_lines
                       join orders on orders.id = order_lines.order_id
                      where order_lines.product_id = products.id
                        and orders.status not in ('QUEUED', 'CANCELLED', 'FAILED')) as ordered
               from products
               join stock on stock.product_id = products.id
              where products.sku = any($1::text[])) as counted
      where available + ordered <> initial`,
    [skus],
  );
  return rows.map(({ sku, detail }) => `${sku}: ${detail}`);
}
