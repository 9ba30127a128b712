import type { Change, Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import type { LiveLog } from '../../events/index.ts';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import { isStaff } from '../../shared/caller.ts';
import type { Channel } from '../../shared/channel.ts';
import type { Cursors } from '../../shared/pagination.ts';
import { createLabelledTally, createTally } from '../../shared/tally.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Module } from '../module.ts';
import { cancelOrder } from './changes/cancel-order.ts';
import { changeFulfilment } from './changes/change-fulfilment.ts';
import { changeStatus } from './changes/change-status.ts';
import { expireOrders } from './changes/expire-orders.ts';
import { listOrders } from './lists/list-orders.ts';
import { ordersPersonalData } from './personal-data/part.ts';
import { listLimited, readPendingCounts } from './placement/count-pending.ts';
import { createOrderPlacement } from './placement/place-order.ts';
import { createPriceLists } from './placement/price-list.ts';
import { purgeKeys } from './placement/queries.ts';
import { quoteOrder } from './placement/quote-order.ts';
import { quoteSourced } from './placement/quote-sourced.ts';
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
const PURGE_INTERVAL_MS = 60_000;
/** Queued orders are placed together, so far more of these jobs run at a time than of others. */
const PLACED_AT_ONCE = 100;

export interface OrdersDependencies {
  readonly database: Database;
  /** Where the lists of staff are read, except order details; may lag. Default: the database. */
  readonly reads?: Queryable;
  readonly cursors: Cursors;
  readonly liveLog: LiveLog;
  readonly currency: string;
  readonly expiryMinutes: number;
  /** Whether guests may order. Default: false. */
  readonly guestCheckout?: boolean;
  /** The same of the orders that guests place. Default: `expiryMinutes`. */
  readonly guestExpiryMinutes?: number;
  readonly pendingMax: number;
  /** Open unpaid orders of guests per network. Default: no limit. */
  readonly guestPendingPerAddressMax?: number;
  /** Units of stock in the open unpaid orders of a customer, and of everyone at a network. Default: no limit. */
  readonly heldUnitsMax?: number;
  /** The value of these orders. Default: no limit. */
  readonly heldValueMaxMinor?: number;
  readonly accounts: Pick<Accounts, 'signOrderToken'>;
  /** Whether prices contain their tax. Default: true. */
  readonly pricesIncludeTax?: boolean;
  readonly cancellationsPerDayMax: number;
  /** The attempts after which the job of a queued order becomes a dead letter. */
  readonly attemptsMax: number;
  /** The first delay after a failed attempt; it doubles, with jitter. */
  readonly retryBaseSeconds: number;
  /** If left out, order details are always read from the database. */
  readonly caching?: OrderCaching;
  /** The newest sequence of each order that a transaction changed. If left out, nothing invalidates the cache. */
  readonly commits?: Pick<Channel<readonly Change[]>, 'subscribe'>;
  /** The ids of users whose names changed. */
  readonly changedUsers?: Pick<Channel<string>, 'subscribe'>;
  /** Called when a customer starts to wait for a placement, and when the wait ends. */
  readonly onWaiting?: (change: 1 | -1) => void;
}

export function createOrders(dependencies: OrdersDependencies): Module<Orders> {
  const { database, cursors, liveLog, currency, expiryMinutes, caching } = dependencies;
  const { pendingMax, cancellationsPerDayMax, attemptsMax, retryBaseSeconds } = dependencies;
  const { pricesIncludeTax = true } = dependencies;
  const guestExpiryMinutes = dependencies.guestExpiryMinutes ?? expiryMinutes;
  const { guestCheckout = false } = dependencies;
  const {
    guestPendingPerAddressMax: networkPendingMax = 0,
    heldUnitsMax = 0,
    heldValueMaxMinor = 0,
  } = dependencies;
  const priceLists = createPriceLists();
  const limits = { pendingMax, networkPendingMax, heldUnitsMax, heldValueMaxMinor };
  const rules = {
    currency,
    expiryMinutes,
    guestExpiryMinutes,
    pricesIncludeTax,
    guestCheckout,
    ...limits,
  };
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
    rules,
    priceLists,
    dependencies.accounts.signOrderToken,
    onPlaced,
    dependencies.onWaiting ?? (() => {}),
  );
  const orders: Orders = {
    personalData: ordersPersonalData,
    ...placing,
    ...reader,
    quoteOrder: (context, input) => quoteOrder(database, rules, priceLists, context, input),
    quoteSourced: (db, reads) => quoteSourced(db, rules, priceLists, reads),
    countPending(db, customerIds) {
      const buyers = customerIds.map((customerId) => ({ customerId, guest: null }));
      return readPendingCounts(db, listLimited(limits, buyers));
    },
    // Customers must see their own changes at once.
    listOrders: (caller, input) =>
      listOrders(isStaff(caller) ? reads : database, reader, cursors, caller, input),
    getOrderHistory: (caller, orderId) => getOrderHistory(database, caller, orderId),
    changeFulfilment: (context, change) => changeFulfilment(database, priceLists, context, change),
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
        rules,
        priceLists,
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
        // An order expires within a second of its deadline and releases its stock.
        name: 'orders.expire-orders',
        everyMs: EXPIRE_INTERVAL_MS,
        run: (signal) => expireOrders(database, signal),
      },
    ],
    purges: [
      {
        name: 'orders.purge-keys',
        everyMs: PURGE_INTERVAL_MS,
        slices: { order_responses: purgeKeys },
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
      help: 'Orders that were accepted but could not be placed.',
    }),
    reads: createLabelledTally({
      name: 'order_reads_total',
      help: 'Reads of order details, by whether the cache contained them.',
      label: 'cache',
      values: ['hit', 'miss'],
    }),
  };
}
