import { emailKey } from '../../accounts/index.ts';
import { orderStatuses, paymentStatuses } from '../order.ts';
import {
  type Bind,
  createBinder,
  newestFirst,
  type Position,
  selectNewest,
} from './index-range.ts';
import {
  buildConditions,
  buildFilteredRange,
  chooseAccessPath,
  type OrderFilters,
} from './order-filters.ts';
import {
  buildQueryName,
  PAGE_ROWS_MAX,
  type PageQuery,
  pageColumns,
  unnestRows,
} from './query-parts.ts';

/** A text that begins the number, or stands in SKU or product name, or, with `emails`, in the customer's e-mail. */
export interface SearchTerm {
  readonly text: string;
  readonly emails: boolean;
  /** Looked for among so many pages of orders only, the newest; null: among all. */
  readonly pages: number | null;
}

/** Of what a page holds but for `created_at` and `id`: what it tells, and what a text is looked for in. */
const orderColumns = ['orders.customer_id', 'orders.last_sequence', 'orders.number'];

/**
 * One page, newest first. The text depends only on which filters are set and on the access path, so there are a few
 * hundred at most and each has a name of its own; values are always parameters.
 */
export function buildPageQuery(
  filters: OrderFilters,
  after: Position | null,
  limit: number,
  wanted: SearchTerm | null = null,
): PageQuery {
  const path = chooseAccessPath(filters);
  const parameters: unknown[] = [limit];
  const bind = createBinder(parameters);
  const where = buildConditions(path, filters, bind);
  // Each order is listed once for a SKU, which leaves out few.
  const isShort = wanted === null && where.length === (path === 'sku' ? 1 : 0);
  const found = wanted === null ? null : textCondition(wanted, bind);
  const pages = wanted?.pages ?? null;
  if (found !== null && pages === null) where.push(found);
  const range = buildFilteredRange(path, filters, after, bind);
  const among = pages === null ? '$1::int' : bind(pages * limit, 'int');
  const newest = selectNewest(range, {
    from: path === 'sku' ? 'order_lines join orders on orders.id = order_lines.order_id' : 'orders',
    columns: orderColumns,
    where,
    limit: among,
    rowsMax: PAGE_ROWS_MAX * (pages ?? 1),
  });
  // The newest of each pair of statuses, and of all pairs together those that are the newest.
  const all =
    path === 'status'
      ? `select orders.* from ${statusPairs(filters, bind)} cross join lateral (${newest}) as orders`
      : newest;
  const order = newestFirst(path === 'status' ? ['created_at', 'id'] : range.names);
  const page =
    pages === null
      ? all
      : `select * from (select * from (${all}) as orders ${order} limit ${among}) as orders where ${found}`;
  return {
    name: buildQueryName(kindOf(wanted), path, filters, after),
    text: `select ${pageColumns}
     from (${page}) as orders
    ${order}
    limit $1::int`,
    parameters,
    isShort,
  };
}

/** Each status with each payment status is a range of one index, in the order of time. */
function statusPairs(filters: OrderFilters, bind: Bind): string {
  const payments = [...new Set(filters.paymentStatuses ?? paymentStatuses)];
  const pairs = [...new Set(filters.statuses ?? orderStatuses)].flatMap((status) =>
    payments.map((payment) => ({ status, payment })),
  );
  return unnestRows('pair', {
    status: bind(
      pairs.map(({ status }) => status),
      'text[]',
    ),
    payment_status: bind(
      pairs.map(({ payment }) => payment),
      'text[]',
    ),
  });
}

/** `offset 0` makes the planner ask order by order, as the page needs it, and not gather the lines of all orders first. */
function textCondition({ text, emails }: SearchTerm, bind: Bind): string {
  const term = bind(text, 'text');
  const customerCondition = () => `
       or exists (
        select from users
         where users.id = orders.customer_id
           and users.folded_email like (select search_pattern(${bind(emailKey(text), 'text')}))
        offset 0)`;
  return `(starts_with(orders.number, ${term})
       or exists (
        select from order_lines
          join sold_names on sold_names.sku = order_lines.sku and sold_names.name = order_lines.name
         where order_lines.order_id = orders.id
           and sold_names.search_key like (select search_pattern(${term}))
        offset 0)${emails ? customerCondition() : ''})`;
}

function kindOf(wanted: SearchTerm | null): string {
  if (wanted === null) return 'page';
  const { pages, emails } = wanted;
  return `search_${pages === null ? 'all' : `newest_${pages}`}_${emails ? 'e' : 'o'}`;
}
