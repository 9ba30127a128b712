import type { Queryable } from '../../database/statement.ts';
import { type Caller, isStaff } from '../../shared/caller.ts';
import { inUtc } from '../../shared/instant.ts';
import { type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { viewsOf } from './find-order.ts';
import { type OrderFilters, ordersPage } from './list-queries.ts';
import type { OrderRow } from './queries.ts';
import type { ListOrdersInput, OrderView } from './schemas.ts';
import { findFew } from './search-orders.ts';

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
  const rows = await findPage(db, await filtersOf(db, caller, asked), after, limit + 1);
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

async function filtersOf(db: Queryable, caller: Caller, asked: Asked): Promise<OrderFilters> {
  const staff = isStaff(caller);
  const filters: { -readonly [Name in keyof OrderFilters]: OrderFilters[Name] } = {};
  if (!staff) filters.ownerId = caller.id;
  if (asked.customerId !== undefined) filters.customerId = asked.customerId;
  if (asked.status !== undefined) filters.statuses = asked.status.split(',');
  if (asked.paymentStatus !== undefined) {
    const statuses = asked.paymentStatus.split(',');
    filters[statuses.includes('UNPAID') ? 'paymentStatuses' : 'touchedPaymentStatuses'] = statuses;
  }
  if (asked.sku !== undefined) filters.sku = asked.sku;
  if (asked.from !== undefined) filters.from = inUtc(asked.from);
  if (asked.to !== undefined) filters.to = inUtc(asked.to);
  if (asked.search !== undefined) {
    const few = staff ? await findFew(db, asked.search) : null;
    if (few !== null) filters.ids = few;
    else filters[staff ? 'searchAll' : 'searchOwn'] = asked.search;
  }
  return filters;
}

function findPage(
  db: Queryable,
  filters: OrderFilters,
  after: { createdAt: string; id: string } | null,
  limit: number,
): Promise<OrderRow[]> {
  const { name, text, parameters } = ordersPage(filters, after, limit);
  return db.run<OrderRow>(name, text, parameters);
}

function positionOf(values: readonly (string | number)[]): { createdAt: string; id: string } {
  return { createdAt: String(values[0]), id: String(values[1]) };
}
