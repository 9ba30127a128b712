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

/** A term that begins the number, or occurs in SKU, product name or, with `emails`, the customer's e-mail. */
export interface SearchTerm {
  readonly text: string;
  readonly emails: boolean;
  /** How many pages of the newest orders to search; null: all orders. */
  readonly pages: number | null;
}

/** The columns that a page returns or searches, besides `created_at` and `id`. */
const orderColumns = ['orders.customer_id', 'orders.last_sequence', 'orders.number'];

/**
 * Builds the query for one page, newest first. Its text depends only on which filters are set and on the access path,
 * so there are at most a few hundred, each with its own name. Values are always parameters.
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
  // For a SKU, the condition that lists each order once excludes few rows.
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
  // The newest of each pair of statuses, then the newest of all pairs.
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
    name: buildQueryName(buildQueryKind(wanted), path, filters, after),
    text: `select ${pageColumns}
     from (${page}) as orders
    ${order}
    limit $1::int`,
    parameters,
    isShort,
  };
}

/** Builds the pairs of status and payment status. Each pair is a range of one index, in the order of time. */
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

/**
 * Builds the condition of a search. `offset 0` makes the planner check order by order, as the page needs it, instead of
 * collecting the lines of all orders first.
 */
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

function buildQueryKind(wanted: SearchTerm | null): string {
  if (wanted === null) return 'page';
  const { pages, emails } = wanted;
  return `search_${pages === null ? 'all' : `newest_${pages}`}_${emails ? 'e' : 'o'}`;
}
