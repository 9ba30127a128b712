import type { Queryable } from '../../../database/statement.ts';
import type { Cache } from '../../../drivers/cache/cache.ts';
import { createReadThrough } from '../../../drivers/cache/read-through.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { findCustomers } from '../../accounts/index.ts';
import {
  type CachedCustomer,
  type CachedOrder,
  cacheCustomer,
  cacheOrder,
  type ShownOrder,
  showOrder,
} from './cached-order.ts';
import { maySee, requireVisible } from './find-order.ts';
import { buildOrderState } from './present-order.ts';
import { findOrdersWithLines } from './queries.ts';

/** The caches of the reader. */
export interface OrderCaches {
  readonly orders: Cache<CachedOrder>;
  /** Local to this process: people's names and addresses are not copied from the database to a shared store. */
  readonly customers: Cache<CachedCustomer>;
}

/** An order of a list. Its details must be at least as new as `lastSequence`. */
export interface ListedOrder {
  id: string;
  customerId: string;
  lastSequence: number;
}

export interface OrderReader {
  /** Returns an order, without a promise if it is cached in this process. Throws the errors of `requireVisible`. */
  getOrder(caller: Caller, orderId: string): ShownOrder | Promise<ShownOrder>;
  /**
   * Returns the listed orders that exist and that the caller may see, each at least as new as its row. `storeLoaded`:
   * whether orders that are not cached yet are worth caching.
   */
  getOrders(
    caller: Caller,
    rows: readonly ListedOrder[],
    storeLoaded: boolean,
  ): Promise<ShownOrder[]>;
  /** Invalidates what was read of the order before this event. */
  invalidateOrder(orderId: string, sequence: number): void;
  /** Invalidates what was read of the customer. */
  invalidateCustomer(userId: string): void;
}

export interface OrderReaderOptions {
  readonly caches: OrderCaches | null;
  readonly onRead?: (hit: boolean) => void;
}

/**
 * Creates a reader that uses cached order details where possible. An order's state is cached with the sequence of its
 * newest event; whether the caller may see it is checked on every read.
 */
export function createOrderReader(db: Queryable, options: OrderReaderOptions): OrderReader {
  const { caches } = options;
  const orders = createReadThrough<CachedOrder>({
    cache: caches?.orders ?? null,
    load: (orderIds) => loadOrders(db, orderIds),
    ...(options.onRead === undefined ? {} : { onRead: options.onRead }),
  });
  const customers = createReadThrough<CachedCustomer>({
    cache: caches?.customers ?? null,
    load: (userIds) => loadCustomers(db, changesOfCustomers, userIds),
  });
  /** Users have no sequence, so their stamp is the number of changes known when the read began. */
  let changesOfCustomers = 1;

  function admit(caller: Caller, found: CachedOrder | undefined): ShownOrder | Promise<ShownOrder> {
    const order = requireVisible(found, caller);
    if (!isStaff(caller)) return showOrder(order, caller, null);
    const customer = customers.read(order.customerId);
    return customer instanceof Promise
      ? customer.then((loaded) => showOrder(order, caller, loaded ?? null))
      : showOrder(order, caller, customer ?? null);
  }

  /** By id. Pages of any depth cache customers: they are few, and each is read again within a second. */
  async function readCustomers(rows: readonly ListedOrder[]): Promise<Map<string, CachedCustomer>> {
    const ids = [...new Set(rows.map(({ customerId }) => customerId))];
    const found = await customers.readMany(
      ids.map((key) => ({ key, stamp: 0 })),
      true,
    );
    return new Map(found.flatMap((customer) => (customer ? [[customer.id, customer]] : [])));
  }

  return {
    async getOrders(caller, rows, storeLoaded) {
      const [found, customersById] = await Promise.all([
        orders.readMany(
          rows.map(({ id, lastSequence }) => ({ key: id, stamp: lastSequence })),
          storeLoaded,
        ),
        isStaff(caller) ? readCustomers(rows) : null,
      ]);
      return found.flatMap((order) =>
        order !== undefined && maySee(caller, order)
          ? [showOrder(order, caller, customersById?.get(order.customerId) ?? null)]
          : [],
      );
    },
    getOrder(caller, orderId) {
      const found = orders.read(orderId);
      return found instanceof Promise
        ? found.then((loaded) => admit(caller, loaded))
        : admit(caller, found);
    },
    invalidateOrder: (orderId, sequence) => orders.invalidate(orderId, sequence),
    invalidateCustomer(userId) {
      changesOfCustomers += 1;
      customers.invalidate(userId, changesOfCustomers);
    },
  };
}

async function loadOrders(db: Queryable, orderIds: readonly string[]) {
  const rows = await findOrdersWithLines(db, orderIds);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return orderIds.map((id) => {
    const row = byId.get(id);
    if (row === undefined) return undefined;
    const { lastSequence, tokenEnded, lines } = row;
    const value = cacheOrder(buildOrderState(row, lines), tokenEnded);
    return { stamp: lastSequence, value };
  });
}

async function loadCustomers(db: Queryable, stamp: number, userIds: readonly string[]) {
  const rows = await findCustomers(db, userIds);
  const byId = new Map(rows.map((row) => [row.id, cacheCustomer(row)]));
  return userIds.map((id) => {
    const value = byId.get(id);
    return value === undefined ? undefined : { stamp, value };
  });
}
