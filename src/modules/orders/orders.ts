import type { Database } from '../../database/database.ts';
import type { Once } from '../../database/idempotency.ts';
import type { Queryable } from '../../database/statement.ts';
import type { CachedReply, RequestContext } from '../../http/index.ts';
import { type Caller, isStaff } from '../../shared/caller.ts';
import type { Cursors, Page } from '../../shared/pagination.ts';
import { type CancelOrder, cancelOrder } from './changes/cancel-order.ts';
import { type ChangeStatus, changeStatus } from './changes/change-status.ts';
import { listOrders } from './lists/list-orders.ts';
import { createPlacing, type Placing } from './placement/place-order.ts';
import { quoteOrder } from './placement/quote-order.ts';
import { getOrderHistory } from './reading/order-history.ts';
import { createOrderReader, type OrderCaches, type OrderReader } from './reading/order-reader.ts';
import type { HistoryView, ListOrdersInput, OrderView, QuoteInput, QuoteView } from './schemas.ts';

export interface OrdersDependencies {
  readonly database: Database;
  /** Where it is read which orders the lists of staff hold: may lag. Default: the database. */
  readonly reads?: Queryable;
  readonly cursors: Cursors;
  readonly currency: string;
  readonly expiryMinutes: number;
  readonly pendingMax: number;
  readonly cancellationsPerDayMax: number;
  /** Counts for the metrics. */
  readonly onPlaced?: (count: number) => void;
  /** Told when a customer begins to wait for an order to be placed, and when that is over. */
  readonly onWaiting?: (change: 1 | -1) => void;
  /** Left out: each detail is read from the database. */
  readonly caches?: OrderCaches;
  /** Told of each detail that was asked for, for the metrics. */
  readonly onRead?: (hit: boolean) => void;
}

/** The use cases of the room, bound to what they need. */
export interface Orders extends Placing, OrderReader {
  /** What an order would cost now; `caller` null: for somebody new. Throws `request.invalid`. */
  quoteOrder(caller: Caller | null, input: QuoteInput): Promise<QuoteView>;
  listOrders(caller: Caller, input: ListOrdersInput): Promise<Page<CachedReply<OrderView>>>;
  getOrderHistory(caller: Caller, orderId: string): Promise<HistoryView>;
  changeStatus(context: RequestContext, change: ChangeStatus): Promise<Once<OrderView>>;
  cancelOrder(context: RequestContext, cancel: CancelOrder): Promise<Once<OrderView>>;
}

export function createOrders(deps: OrdersDependencies): Orders {
  const { database, cursors, currency, expiryMinutes, pendingMax, cancellationsPerDayMax } = deps;
  const reads = deps.reads ?? database;
  const reader = createOrderReader(database, {
    caches: deps.caches ?? null,
    ...(deps.onRead === undefined ? {} : { onRead: deps.onRead }),
  });
  return {
    ...createPlacing(
      database,
      { currency, expiryMinutes, pendingMax },
      deps.onPlaced ?? (() => {}),
      deps.onWaiting ?? (() => {}),
    ),
    quoteOrder: (caller, input) => quoteOrder(database, { currency, pendingMax }, caller, input),
    ...reader,
    // A customer sees at once what they just did.
    listOrders: (caller, input) =>
      listOrders(isStaff(caller) ? reads : database, reader, cursors, caller, input),
    getOrderHistory: (caller, orderId) => getOrderHistory(database, caller, orderId),
    changeStatus: (context, change) => changeStatus(database, expiryMinutes, context, change),
    cancelOrder: (context, cancel) =>
      cancelOrder(database, { cancellationsPerDayMax }, context, cancel),
  };
}
