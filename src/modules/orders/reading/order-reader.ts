import type { Queryable } from '../../../database/statement.ts';
import type { Cache } from '../../../drivers/cache/cache.ts';
import { createReadThrough } from '../../../drivers/cache/read-through.ts';
import type { CachedReply } from '../../../http/index.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { freezeDeep } from '../../../shared/freeze-deep.ts';
import { findCustomers } from '../../accounts/index.ts';
import type { OrderView } from '../schemas.ts';
import { type CachedOrder, cacheOrder, showOrder } from './cached-order.ts';
import { maySee, requireVisible } from './find-order.ts';
import { buildOrderState, type OrderCustomer } from './present-order.ts';
import { findOrdersWithLines } from './queries.ts';

/** Where what was read is cached. */
export interface OrderCaches {
  readonly orders: Cache<CachedOrder>;
  /** In this process: names and addresses of people do not leave the database for a shared store. */
  readonly customers: Cache<OrderCustomer>;
}

/** An order that a list holds, and how new what is shown of it has to be. */
export interface ListedOrder {
  id: string;
  customerId: string;
  lastSequence: number;
}

export interface OrderReader {
  /** Throws `orders.not_found`. Not a promise where the order is cached in this process. */
  getOrder(
    caller: Caller,
    orderId: string,
  ): CachedReply<OrderView> | Promise<CachedReply<OrderView>>;
  /**
   * Those of the listed orders that exist and that the caller may see, each as new as its row or newer. `keeps`: whether
   * what has to be loaded will be asked for again.
   */
  getOrders(
    caller: Caller,
    rows: readonly ListedOrder[],
    keeps: boolean,
  ): Promise<CachedReply<OrderView>[]>;
  /** The log has this event: what was read of the order before it is invalid. */
  invalidateOrder(orderId: string, sequence: number): void;
  /** The customer has changed. */
  invalidateCustomer(userId: string): void;
}

export interface OrderReaderOptions {
  readonly caches: OrderCaches | null;
  readonly onRead?: (hit: boolean) => void;
}

/**
 * Order details, from the cache where it has them. What is cached is the order's state by the sequence of its newest
 * event; whether this caller may see it is asked each time.
 */
export function createOrderReader(db: Queryable, options: OrderReaderOptions): OrderReader {
  const { caches } = options;
  const orders = createReadThrough<CachedOrder>({
    cache: caches?.orders ?? null,
    load: (orderIds) => loadOrders(db, orderIds),
    ...(options.onRead === undefined ? {} : { onRead: options.onRead }),
  });
  const customers = createReadThrough<OrderCustomer>({
    cache: caches?.customers ?? null,
    load: (userIds) => loadCustomers(db, changesOfCustomers, userIds),
  });
  /** Users have no sequence: what is read bears how many changes were known when it was asked for. */
  let changesOfCustomers = 1;

  function admit(
    caller: Caller,
    order: CachedOrder | undefined,
  ): CachedReply<OrderView> | Promise<CachedReply<OrderView>> {
    const { customerId } = requireVisible(order?.value, caller);
    if (!isStaff(caller)) return showOrder(order!, caller, null);
    const customer = customers.read(customerId);
    return customer instanceof Promise
      ? customer.then((loaded) => showOrder(order!, caller, loaded ?? null))
      : showOrder(order!, caller, customer ?? null);
  }

  /** By id. A page of any depth caches customers: they are few, and each is read again within the second. */
  async function readCustomers(rows: readonly ListedOrder[]): Promise<Map<string, OrderCustomer>> {
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
        order !== undefined && maySee(caller, order.value)
          ? [showOrder(order, caller, customersById?.get(order.value.customerId) ?? null)]
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
    return row === undefined
      ? undefined
      : { stamp: row.lastSequence, value: cacheOrder(buildOrderState(row, row.lines)) };
  });
}

async function loadCustomers(db: Queryable, stamp: number, userIds: readonly string[]) {
  const rows = await findCustomers(db, userIds);
  const byId = new Map(rows.map(({ id, email, name }) => [id, freezeDeep({ id, email, name })]));
  return userIds.map((id) => {
    const value = byId.get(id);
    return value === undefined ? undefined : { stamp, value };
  });
}
