import type { Queryable } from '../../../database/statement.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { inUtc } from '../../../shared/instant.ts';
import { type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../../shared/pagination.ts';
import type { OrderStatus, PaymentStatus } from '../order.ts';
import type { CachedOrder, ShownOrder } from '../reading/cached-order.ts';
import type { ListedOrder, OrderReader } from '../reading/order-reader.ts';
import type { ListOrdersInput } from '../schemas.ts';
import type { Position } from './index-range.ts';
import type { OrderFilters } from './order-filters.ts';
import { buildPageQuery } from './page-query.ts';
import { runPageQuery } from './query-parts.ts';
import { searchOrders } from './search-orders.ts';

/**
 * Lists orders, newest first: customers see their own, staff see all. `db` determines which they are, and `reader`
 * shows their current state, so an order that no longer matches the filters is left out. Throws
 * `request.invalid_cursor`.
 */
export async function listOrders(
  db: Queryable,
  reader: Pick<OrderReader, 'getOrders'>,
  cursors: Cursors,
  caller: Caller,
  input: ListOrdersInput,
): Promise<Page<ShownOrder>> {
  const { limit = PAGE_LIMIT_DEFAULT, cursor, ...conditions } = input;
  // The caller is part of the scope: a cursor of another caller's list is invalid for this one.
  const scope = { list: 'orders', caller: isStaff(caller) ? 'staff' : caller.id, ...conditions };
  const after = cursor === undefined ? null : parsePosition(cursors.decode(scope, cursor));
  const filters = buildFilters(caller, conditions);
  const rows = await findPage(db, caller, filters, conditions.search, after, limit + 1);
  // Later pages read many orders once, which would evict those that are read again.
  const shown = await reader.getOrders(caller, rows.slice(0, limit), after === null);
  const last = shown.at(-1)?.order;
  return {
    data: shown.filter(({ order }) => stillMatches(order, filters)),
    nextCursor:
      rows.length > limit && last !== undefined
        ? cursors.encode(scope, [last.createdAt, last.id])
        : null,
  };
}

/** Only these two of the filtered values can change. */
function stillMatches(order: CachedOrder, { statuses, paymentStatuses }: OrderFilters): boolean {
  return (
    statuses?.includes(order.status) !== false &&
    paymentStatuses?.includes(order.paymentStatus) !== false
  );
}

type ListRequest = Omit<ListOrdersInput, 'limit' | 'cursor'>;

function findPage(
  db: Queryable,
  caller: Caller,
  filters: OrderFilters,
  search: string | undefined,
  after: Position | null,
  limit: number,
): Promise<ListedOrder[]> {
  if (search === undefined) return runPageQuery(db, buildPageQuery(filters, after, limit));
  if (isStaff(caller)) return searchOrders(db, search, filters, after, limit);
  const wanted = { text: search, emails: false, pages: null };
  return runPageQuery(db, buildPageQuery(filters, after, limit, wanted));
}

function buildFilters(caller: Caller, conditions: ListRequest): OrderFilters {
  const { customerId, status, paymentStatus, sku, from, to } = conditions;
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

function parsePosition(values: readonly (string | number)[]): Position {
  return { createdAt: String(values[0]), id: String(values[1]) };
}
