import type { Change, Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import type { LiveLog } from '../../events/index.ts';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import { isStaff } from '../../shared/caller.ts';
import type { Channel } from '../../shared/channel.ts';
import type { Cursors } from '../../shared/pagination.ts';
import { createLabelledTally, createTally } from '../../shared/tally.ts';
import type { Module } from '../module.ts';
import { cancelOrder } from './changes/cancel-order.ts';
import { changeStatus } from './changes/change-status.ts';
import { expireOrders } from './changes/expire-orders.ts';
import { listOrders } from './lists/list-orders.ts';
import { createOrderPlacement } from './placement/place-order.ts';
import { quoteOrder } from './placement/quote-order.ts';
import {
  createQueuedPlacement,
  planQueuedPlacement,
  QUEUE_OF_ORDERS,
} from './queue/queued-placement.ts';
import type { OrderCaching } from './reading/order-caching.ts';
import { getOrderHistory } from './reading/order-history.ts';
import { createOrderReader } from './reading/order-reader.ts';
import { createOrderStreams } from './reading/order-streams.ts';
import { registerOrderStreamRoutes } from './reading/stream-routes.ts';
import { registerOrdersRoutes } from './routes.ts';
import type { Orders } from './use-cases.ts';

const EXPIRE_INTERVAL_MS = 1_000;
/** Orders that wait are placed together, so many more of them than of other jobs are taken at a time. */
const PLACED_AT_ONCE = 100;

export interface OrdersDependencies {
  readonly database: Database;
  /** Where it is read which orders the lists of staff hold: may lag. Default: the database. */
  readonly reads?: Queryable;
  readonly cursors: Cursors;
  readonly liveLog: LiveLog;
  readonly currency: string;
  readonly expiryMinutes: number;
  readonly pendingMax: number;
  readonly cancellationsPerDayMax: number;
  /** After so many tries a queued order is FAILED. */
  readonly attemptsMax: number;
  /** The first wait after a failed try; it doubles, with jitter. */
  readonly retryBaseSeconds: number;
  /** Left out: each detail is read from the database. */
  readonly caching?: OrderCaching;
  /** What transactions announced: how far each order has come. Left out: nothing invalidates what is cached. */
  readonly commits?: Pick<Channel<readonly Change[]>, 'subscribe'>;
  /** The ids of users whose names changed. */
  readonly changedUsers?: Pick<Channel<string>, 'subscribe'>;
  /** Told when a customer begins to wait for an order to be placed, and when that is over. */
  readonly onWaiting?: (change: 1 | -1) => void;
}

export function createOrders(dependencies: OrdersDependencies): Module<Orders> {
  const { database, cursors, liveLog, currency, expiryMinutes, caching } = dependencies;
  const { pendingMax, cancellationsPerDayMax, attemptsMax, retryBaseSeconds } = dependencies;
  const tallies = createTallies();
  const onPlaced = (count: number) => {
    tallies.created.counts.all += count;
  };
  const reads = dependencies.reads ?? database;
  const reader = createOrderReader(database, {
    caches: caching?.caches ?? null,
    onRead(hit) {
      tallies.reads.counts[hit ? 'hit' : 'miss'] += 1;
    },
  });
  dependencies.commits?.subscribe((changes) => {
    for (const { subject, stamp } of changes) reader.invalidateOrder(subject, stamp);
  });
  dependencies.changedUsers?.subscribe(reader.invalidateCustomer);
  const placing = createOrderPlacement(
    database,
    { currency, expiryMinutes, pendingMax },
    onPlaced,
    dependencies.onWaiting ?? (() => {}),
  );
  const orders: Orders = {
    ...placing,
    ...reader,
    quoteOrder: (caller, input) => quoteOrder(database, { currency, pendingMax }, caller, input),
    // A customer sees at once what they just did.
    listOrders: (caller, input) =>
      listOrders(isStaff(caller) ? reads : database, reader, cursors, caller, input),
    getOrderHistory: (caller, orderId) => getOrderHistory(database, caller, orderId),
    changeStatus: (context, change) => changeStatus(database, expiryMinutes, context, change),
    cancelOrder: (context, cancel) =>
      cancelOrder(database, { cancellationsPerDayMax }, context, cancel),
  };
  return {
    api: orders,
    routes(app) {
      registerOrdersRoutes(app, orders);
      registerOrderStreamRoutes(app, createOrderStreams({ database, liveLog }));
    },
    jobs: [
      createQueuedPlacement({
        database,
        rules: { currency, expiryMinutes },
        attemptsMax,
        retryDelayMs: exponentialBackoff({ baseMs: retryBaseSeconds * 1_000 }),
        onPlaced,
        onFailed(count) {
          tallies.failed.counts.all += count;
        },
      }),
    ],
    concurrency: { [QUEUE_OF_ORDERS]: PLACED_AT_ONCE },
    schedules: [
      {
        // An order expires within a second of its time, and gives its stock back.
        name: 'orders.expire-orders',
        everyMs: EXPIRE_INTERVAL_MS,
        run: (signal) => expireOrders(database, signal),
      },
    ],
    subscriptions: [planQueuedPlacement],
    metrics: Object.values(tallies),
    start({ serves }) {
      if (serves) caching?.start(reader);
    },
    stop: () => caching?.stop(),
  };
}

function createTallies() {
  return {
    created: createTally({ name: 'orders_created_total', help: 'Orders that were placed.' }),
    failed: createTally({
      name: 'orders_failed_total',
      help: 'Orders that were accepted and then could not be placed.',
    }),
    reads: createLabelledTally({
      name: 'order_reads_total',
      help: 'Order details that were asked for, by whether the cache had them.',
      label: 'cache',
      values: ['hit', 'miss'],
    }),
  };
}
