import {
  buildIndexRange,
  createBinder,
  newestFirst,
  type Position,
  selectNewest,
} from './index-range.ts';
import { buildConditions, type OrderFilters } from './order-filters.ts';
import {
  buildQueryName,
  PAGE_ROWS_MAX,
  type PageQuery,
  pageColumns,
  unnestRows,
} from './query-parts.ts';
import type { SearchMatches } from './search-queries.ts';

/**
 * Builds the query for one page of the orders that the matches of a search refer to. It first reads the newest order of
 * each match: a page can only contain orders of as many matches as it has rows, those with the newest orders.
 */
export function buildMatchedPageQuery(
  matches: SearchMatches,
  filters: OrderFilters,
  after: Position | null,
  limit: number,
): PageQuery {
  const parameters: unknown[] = [limit];
  const bind = createBinder(parameters);
  const conditions = buildConditions('time', filters, bind);
  const times = { ...filters, after };
  const allOrders = buildIndexRange('order', [], times, bind);
  const ordersOfCustomer = buildIndexRange(
    'order',
    [['orders.customer_id', 'match.customer_id']],
    times,
    bind,
  );
  const linesOfSku = buildIndexRange('line', [['order_lines.sku', 'match.sku']], times, bind);
  const orders = (limit: string) =>
    selectNewest(ordersOfCustomer, {
      from: 'orders',
      columns: [],
      where: conditions,
      limit,
      rowsMax: PAGE_ROWS_MAX,
    });
  const lines = (limit: string) =>
    selectNewest(linesOfSku, {
      from: `order_lines${conditions.length === 0 ? '' : ' join orders on orders.id = order_lines.order_id'}`,
      columns: [],
      where: [nameMatches, firstLineOfMatch, ...conditions],
      limit,
      rowsMax: PAGE_ROWS_MAX,
    });
  const { skus, names, customerIds, numbers } = matches;
  const numberConditions = [
    `orders.number = any(${bind(numbers, 'text[]')})`,
    ...allOrders.conditions,
    ...conditions,
  ];
  const branches = [
    // These are few, so they are read and sorted; `offset 0` keeps the planner from scanning the newest orders for
    // them.
    `(select created_at, id
     from (select orders.created_at, orders.id
             from orders
            where ${numberConditions.join('\n              and ')}
           offset 0) as orders
    ${newestFirst(['created_at', 'id'])}
    limit $1::int)`,
    selectNewestOfEach(
      unnestRows('match', { sku: bind(skus, 'text[]'), name: bind(names, 'text[]') }),
      lines,
    ),
    selectNewestOfEach(unnestRows('match', { customer_id: bind(customerIds, 'uuid[]') }), orders),
  ];
  return {
    name: buildQueryName('matched', 'time', filters, after),
    text: `select ${pageColumns}
     from (select created_at, id
             from (${branches.join('\n    union\n    ')}) as found
            order by created_at desc, id desc
            limit $1::int) as page
     join orders on orders.id = page.id
    ${newestFirst(['orders.created_at', 'orders.id'])}`,
    parameters,
    isShort: false,
  };
}

function selectNewestOfEach(matches: string, newest: (limit: string) => string): string {
  return `(select each.created_at, each.id
     from (select match.*
             from ${matches}
            cross join lateral (${newest('1')}) as newest
            order by newest.created_at desc, newest.id desc
            limit $1::int) as match
    cross join lateral (${newest('$1::int')}) as each)`;
}

/**
 * Nearly all lines of a SKU have the same name. With `=` the planner would expect one in thousands of them to match,
 * and read and sort them all.
 */
const nameMatches = 'case order_lines.name when match.name then true else false end';

/** An order may have a SKU in several lines but is listed once. */
const firstLineOfMatch = `(order_lines.line_number = 1 or not exists (
        select from order_lines as earlier
         where earlier.order_id = order_lines.order_id
           and earlier.line_number < order_lines.line_number
           and earlier.sku = order_lines.sku
           and earlier.name = order_lines.name))`;
