import type { Queryable } from '../../../database/statement.ts';
import type { Cache } from '../../../drivers/cache/cache.ts';
import { createReadThrough } from '../../../drivers/cache/read-through.ts';
import { createAttachment } from '../../../shared/attachment.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { findCustomers } from '../../accounts/index.ts';
import type { PageRow } from '../lists/list-queries.ts';
import { audienceOf } from '../order-status.ts';
import { findOrdersWithLines } from '../queries.ts';
import type { OrderView } from '../schemas.ts';
import { maySee, visible } from './find-order.ts';
import { type OrderCustomer, type OrderState, stateOf, viewFor } from './present-order.ts';

/** Where what was read is kept; null: nowhere. */
export interface OrderCaches {
  readonly orders: Cache<OrderState>;
  /** In this process: names and addresses of people do not leave the database for a shared store. */
  readonly customers: Cache<OrderCustomer>;
}

export interface OrderReader {
  /** Throws `orders.not_found`. The same order, caller's audience and version give the same object. */
  getOrder(caller: Caller, orderId: string): OrderView | Promise<OrderView>;
  /**
   * Those of these orders that are there and that the caller may see, none older than its row. `keeps`: whether what had
   * to be loaded will be asked for again.
   */
  getOrders(caller: Caller, rows: readonly PageRow[], keeps: boolean): Promise<OrderView[]>;
  /** The log has this event: what was read of the order before it is outdated. */
  outdateOrder(orderId: string, sequence: number): void;
  /** The customer has changed. */
  outdateCustomer(userId: string): void;
}

export interface OrderReaderOptions {
  readonly caches: OrderCaches | null;
  readonly onRead?: (hit: boolean) => void;
}

interface KeptView {
  readonly customer: OrderCustomer | null;
  readonly view: OrderView;
}

/**
 * Order details, from the cache where they are there. What is kept is the order's state by the sequence of its newest
 * event; whether this caller may see it, and what he may do, is asked each time.
 */
export function createOrderReader(db: Queryable, options: OrderReaderOptions): OrderReader {
  const { caches } = options;
  const orders = createReadThrough<OrderState>({
    cache: caches?.orders ?? null,
    load: (orderIds) => loadStates(db, orderIds),
    ...(options.onRead === undefined ? {} : { onRead: options.onRead }),
  });
  const customers = createReadThrough<OrderCustomer>({
    cache: caches?.customers ?? null,
    load: (userIds) => loadCustomers(db, changesOfCustomers, userIds),
  });
  /** Users have no sequence: what is read bears how many changes were known when it was asked for. */
  let changesOfCustomers = 1;
  /** By audience, for as long as somebody keeps the state. */
  const views = createAttachment<OrderState, Map<string, KeptView>>();

  function show(caller: Caller, state: OrderState, customer: OrderCustomer | null): OrderView {
    let byAudience = views.get(state);
    if (byAudience === undefined) {
      byAudience = new Map();
      views.set(state, byAudience);
    }
    const audience = audienceOf(caller);
    const kept = byAudience.get(audience);
    if (kept !== undefined && isSame(kept.customer, customer)) return kept.view;
    const view = viewFor(caller, state, customer);
    byAudience.set(audience, { customer, view });
    return view;
  }

  function admit(caller: Caller, found: OrderState | undefined): OrderView | Promise<OrderView> {
    const state = visible(found, caller);
    if (!isStaff(caller)) return show(caller, state, null);
    const customer = customers.read(state.customerId);
    return customer instanceof Promise
      ? customer.then((loaded) => show(caller, state, loaded ?? null))
      : show(caller, state, customer ?? null);
  }

  /** By id; what is asked of customers anew each second is kept for the next one. */
  async function customersOf(rows: readonly PageRow[]): Promise<Map<string, OrderCustomer>> {
    const ids = [...new Set(rows.map(({ customerId }) => customerId))];
    const found = await customers.readMany(
      ids.map((key) => ({ key, stamp: 0 })),
      true,
    );
    return new Map(found.flatMap((customer) => (customer ? [[customer.id, customer]] : [])));
  }

  return {
    async getOrders(caller, rows, keeps) {
      const [states, byId] = await Promise.all([
        orders.readMany(
          rows.map(({ id, lastSequence }) => ({ key: id, stamp: lastSequence })),
          keeps,
        ),
        isStaff(caller) ? customersOf(rows) : null,
      ]);
      return states
        .filter((state) => state !== undefined && maySee(caller, state))
        .map((state) => show(caller, state!, byId?.get(state!.customerId) ?? null));
    },
    getOrder(caller, orderId) {
      const found = orders.read(orderId);
      return found instanceof Promise
        ? found.then((loaded) => admit(caller, loaded))
        : admit(caller, found);
    },
    outdateOrder: (orderId, sequence) => orders.outdate(orderId, sequence),
    outdateCustomer(userId) {
      changesOfCustomers += 1;
      customers.outdate(userId, changesOfCustomers);
    },
  };
}

/** Read anew each second, he is mostly the same. */
function isSame(one: OrderCustomer | null, other: OrderCustomer | null): boolean {
  return one === other || (one?.name === other?.name && one?.email === other?.email);
}

async function loadStates(db: Queryable, orderIds: readonly string[]) {
  const rows = await findOrdersWithLines(db, orderIds);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return orderIds.map((id) => {
    const row = byId.get(id);
    return row === undefined
      ? undefined
      : { stamp: row.lastSequence, value: stateOf(row, row.lines) };
  });
}

async function loadCustomers(db: Queryable, stamp: number, userIds: readonly string[]) {
  const rows = await findCustomers(db, userIds);
  const byId = new Map(rows.map(({ id, email, name }) => [id, { id, email, name }]));
  return userIds.map((id) => {
    const value = byId.get(id);
    return value === undefined ? undefined : { stamp, value };
  });
}
