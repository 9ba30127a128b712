import type { Queryable } from '../../database/statement.ts';
import { type Caller, isStaff } from '../../shared/caller.ts';
import { inUtc } from '../../shared/instant.ts';
import { type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { viewsOf } from './find-order.ts';
import { type OrderFilters, ordersPage, type Position } from './list-queries.ts';
import type { OrderStatus, PaymentStatus } from './order.ts';
import type { OrderRow } from './queries.ts';
import type { ListOrdersInput, OrderView } from './schemas.ts';
import { run, searchOrders } from './search-orders.ts';

/**
 * Orders, newest first: a customer's own, all for staff. Throws `request.invalid_cursor`.
 */
export async function listOrders(
  db: Queryable,
  cursors: Cursors,
  caller: Caller,
  input: ListOrdersInput,
): Promise<Page<OrderView>> {
  const { limit = PAGE_LIMIT_DEFAULT, cursor, ...asked } = input;
  // The caller belongs to the filters: a cursor of somebody else's list is not valid for this one.
  const scope = { list: 'orders', caller: isStaff(caller) ? 'staff' : caller.id, ...asked };
  const after = cursor === undefined ? null : positionOf(cursors.decode(scope, cursor));
  const rows = await findPage(db, caller, asked, after, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    data: await viewsOf(db, caller, shown),
    nextCursor:
      rows.length > limit && last !== undefined
        ? cursors.encode(scope, [last.createdAt.toISOString(), last.id])
        : null,
  };
}

type Asked = Omit<ListOrdersInput, 'limit' | 'cursor'>;

function findPage(
  db: Queryable,
  caller: Caller,
  asked: Asked,
  after: Position | null,
  limit: number,
): Promise<OrderRow[]> {
  const filters = filtersOf(caller, asked);
  const { search } = asked;
  if (search === undefined) return run(db, ordersPage(filters, after, limit));
  if (isStaff(caller)) return searchOrders(db, search, filters, after, limit);
  const wanted = { text: search, emails: false, amongMax: null };
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
