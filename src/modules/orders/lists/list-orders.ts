import type { Queryable } from '../../../database/statement.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { inUtc } from '../../../shared/instant.ts';
import { type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../../shared/pagination.ts';
import type { OrderStatus, PaymentStatus } from '../order.ts';
import type { OrderReader } from '../reading/order-reader.ts';
import type { ListOrdersInput, OrderView } from '../schemas.ts';
import type { Position } from './index-stretch.ts';
import { type OrderFilters, ordersPage, type PageRow } from './list-queries.ts';
import { run, searchOrders } from './search-orders.ts';

/**
 * Orders, newest first: a customer's own, all for staff. `db` says which they are, and `reader` shows them as they are
 * now, so one that has left what the filters ask for in between is left out. Throws `request.invalid_cursor`.
 */
export async function listOrders(
  db: Queryable,
  reader: Pick<OrderReader, 'getOrders'>,
  cursors: Cursors,
  caller: Caller,
  input: ListOrdersInput,
): Promise<Page<OrderView>> {
  const { limit = PAGE_LIMIT_DEFAULT, cursor, ...asked } = input;
  // The caller belongs to the filters: a cursor of somebody else's list is not valid for this one.
  const scope = { list: 'orders', caller: isStaff(caller) ? 'staff' : caller.id, ...asked };
  const after = cursor === undefined ? null : positionOf(cursors.decode(scope, cursor));
  const filters = filtersOf(caller, asked);
  const rows = await findPage(db, caller, filters, asked.search, after, limit + 1);
  // Who leafs on passes many orders once: they would drive those out of the cache that are looked at again.
  const views = await reader.getOrders(caller, rows.slice(0, limit), after === null);
  const last = views.at(-1);
  return {
    data: views.filter((view) => belongs(view, filters)),
    nextCursor:
      rows.length > limit && last !== undefined
        ? cursors.encode(scope, [last.createdAt, last.id])
        : null,
  };
}

/** Of what is filtered by, only these two ever change. */
function belongs(view: OrderView, { statuses, paymentStatuses }: OrderFilters): boolean {
  return (
    statuses?.includes(view.status) !== false &&
    paymentStatuses?.includes(view.paymentStatus) !== false
  );
}

type Asked = Omit<ListOrdersInput, 'limit' | 'cursor'>;

function findPage(
  db: Queryable,
  caller: Caller,
  filters: OrderFilters,
  search: string | undefined,
  after: Position | null,
  limit: number,
): Promise<PageRow[]> {
  if (search === undefined) return run(db, ordersPage(filters, after, limit));
  if (isStaff(caller)) return searchOrders(db, search, filters, after, limit);
  const wanted = { text: search, emails: false, pages: null };
  return run(db, ordersPage(filters, after, limit, wanted));
}

function filtersOf(caller: Caller, asked: Asked): OrderFilters {
  const { customerId, status, paymentStatus, sku, from, to } = asked;
  return {
    ...(isStaff(caller) ? {} : { ownerId: caller.id }),
    ...(customerId === undefined ? {} : { customerId }),
    ...(status === undefined ? {} : { statuses: status.split(',') as OrderStatus[] }),
    ...(paymentStatus === undefined
      ? {}
      : { paymentStatuses: paymentStatus.split(',') as PaymentStatus[] }),
    ...(sku === undefined ? {} : { sku }),
    ...(from === undefined ? {} : { from: inUtc(from) }),
    ...(to === undefined ? {} : { to: inUtc(to) }),
  };
}

function positionOf(values: readonly (string | number)[]): Position {
  return { createdAt: String(values[0]), id: String(values[1]) };
}
