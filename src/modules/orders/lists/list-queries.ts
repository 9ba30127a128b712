import { PAGE_LIMIT_MAX } from '../../../shared/pagination.ts';
import { emailKey } from '../../accounts/index.ts';
import {
  isOpen,
  type OrderStatus,
  orderStatuses,
  type PaymentStatus,
  paymentStatuses,
} from '../order.ts';
import {
  type Bind,
  binder,
  newestFirst,
  newestOf,
  type Position,
  type PrefixValue,
  type Stretch,
  stretch,
} from './index-stretch.ts';
import type { SearchMatches } from './search-queries.ts';

/** What narrows a list of orders. Each member that is set adds its condition. */
export interface OrderFilters {
  /** Only what belongs to this customer, whatever else is asked. */
  readonly ownerId?: string;
  readonly customerId?: string;
  readonly statuses?: readonly OrderStatus[];
  readonly paymentStatuses?: readonly PaymentStatus[];
  readonly sku?: string;
  /** Created at or after, RFC 3339. */
  readonly from?: string;
  /** Created before, RFC 3339. */
  readonly to?: string;
}

/** A text that begins the number, or stands in SKU or product name, or, with `emails`, in the customer's e-mail. */
export interface WantedText {
  readonly text: string;
  readonly emails: boolean;
  /** Looked for among so many pages of orders only, the newest; null: among all. */
  readonly pages: number | null;
}

/** A statement, its name made of what its text depends on, and the values. */
export interface PageStatement {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** Reads no more than its page (`Queryable.run`). */
  readonly isShort: boolean;
}

/** One order of a page: whose it is, and how new what is shown of it has to be. */
export interface PageRow {
  id: string;
  customerId: string;
  lastSequence: number;
}

const pageColumns = `orders.id, orders.customer_id as "customerId", orders.last_sequence as "lastSequence"`;

/** The largest page, and the row that tells whether there is another one. */
const PAGE_ROWS_MAX = PAGE_LIMIT_MAX + 1;

/** Of what a page holds but for `created_at` and `id`: what it tells, and what a text is looked for in. */
const orderColumns = ['orders.customer_id', 'orders.last_sequence', 'orders.number'];

/** What a page is read through: an index that has the orders in their order, so that only the page itself is read. */
type Way = 'customer' | 'status' | 'sku' | 'time';

/**
 * The planner cannot know how much a status or a SKU holds, and is wrong by a factor of the shop's size where it guesses.
 * So the way is chosen here, and the statement's shape leaves no other (`stretchOf`). What is open is bounded by the work
 * of a day, whatever a SKU has sold.
 */
function wayOf({ ownerId, customerId, statuses, paymentStatuses, sku }: OrderFilters): Way {
  if (ownerId !== undefined || customerId !== undefined) return 'customer';
  if (sku !== undefined && !statuses?.every(isOpen)) return 'sku';
  return statuses === undefined && paymentStatuses === undefined ? 'time' : 'status';
}

/**
 * One page, newest first. The text depends only on which filters are set and by which way, so there are a few hundred at
 * most and each has a name of its own; values are always parameters.
 */
export function ordersPage(
  filters: OrderFilters,
  after: Position | null,
  limit: number,
  wanted: WantedText | null = null,
): PageStatement {
  const way = wayOf(filters);
  const parameters: unknown[] = [limit];
  const bind = binder(parameters);
  const where = conditionsOf(way, filters, bind);
  // Each order is listed once for a SKU, which leaves out few.
  const isShort = wanted === null && where.length === (way === 'sku' ? 1 : 0);
  const found = wanted === null ? null : textCondition(wanted, bind);
  const pages = wanted?.pages ?? null;
  if (found !== null && pages === null) where.push(found);
  const ofWay = stretchOf(way, filters, after, bind);
  const among = pages === null ? '$1::int' : bind(pages * limit, 'int');
  const newest = newestOf(ofWay, {
    from: way === 'sku' ? 'order_lines join orders on orders.id = order_lines.order_id' : 'orders',
    columns: orderColumns,
    where,
    limit: among,
    rowsMax: PAGE_ROWS_MAX * (pages ?? 1),
  });
  // The newest of each pair of statuses, and of all pairs together those that are the newest.
  const all =
    way === 'status'
      ? `select orders.* from ${statusPairs(filters, bind)} cross join lateral (${newest}) as orders`
      : newest;
  const order = newestFirst(way === 'status' ? ['created_at', 'id'] : ofWay.names);
  const page =
    pages === null
      ? all
      : `select * from (select * from (${all}) as orders ${order} limit ${among}) as orders where ${found}`;
  return {
    name: nameOf(kindOf(wanted), way, filters, after),
    text: `select ${pageColumns}
     from (${page}) as orders
    ${order}
    limit $1::int`,
    parameters,
    isShort,
  };
}

/**
 * One page of the orders that the matches of a search stand for. Of each match the newest order is looked at; a page can
 * only hold orders of as many matches as it has rows, those with the newest ones.
 */
export function matchedPage(
  matches: SearchMatches,
  filters: OrderFilters,
  after: Position | null,
  limit: number,
): PageStatement {
  const parameters: unknown[] = [limit];
  const bind = binder(parameters);
  const conditions = conditionsOf('time', filters, bind);
  const times = { ...filters, after };
  const ofAll = stretch('order', [], times, bind);
  const ofCustomer = stretch('order', [['orders.customer_id', 'match.customer_id']], times, bind);
  const ofSku = stretch('line', [['order_lines.sku', 'match.sku']], times, bind);
  const orders = (limit: string) =>
    newestOf(ofCustomer, {
      from: 'orders',
      columns: [],
      where: conditions,
      limit,
      rowsMax: PAGE_ROWS_MAX,
    });
  const lines = (limit: string) =>
    newestOf(ofSku, {
      from: `order_lines${conditions.length === 0 ? '' : ' join orders on orders.id = order_lines.order_id'}`,
      columns: [],
      where: [nameMatches, firstOfItsKind, ...conditions],
      limit,
      rowsMax: PAGE_ROWS_MAX,
    });
  const { skus, names, customerIds, numbers } = matches;
  const ofNumbers = [
    `orders.number = any(${bind(numbers, 'text[]')})`,
    ...ofAll.conditions,
    ...conditions,
  ];
  const branches = [
    // That few are read and sorted, and `offset 0` keeps the planner from leafing for them.
    `(select created_at, id
     from (select orders.created_at, orders.id
             from orders
            where ${ofNumbers.join('\n              and ')}
           offset 0) as orders
    ${newestFirst(['created_at', 'id'])}
    limit $1::int)`,
    newestOfEach(
      rowsOf('match', { sku: bind(skus, 'text[]'), name: bind(names, 'text[]') }),
      lines,
    ),
    newestOfEach(rowsOf('match', { customer_id: bind(customerIds, 'uuid[]') }), orders),
  ];
  return {
    name: nameOf('matched', 'time', filters, after),
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

function newestOfEach(matches: string, newest: (limit: string) => string): string {
  return `(select each.created_at, each.id
     from (select match.*
             from ${matches}
            cross join lateral (${newest('1')}) as newest
            order by newest.created_at desc, newest.id desc
            limit $1::int) as match
    cross join lateral (${newest('$1::int')}) as each)`;
}

/** Arrays of one length as rows. The limit says nothing, but for that the planner guesses few and not ten (`newestOf`). */
function rowsOf(alias: string, arrays: Readonly<Record<string, string>>): string {
  const values = Object.values(arrays);
  return `(select *
             from unnest(${values.join(', ')}) as ${alias} (${Object.keys(arrays).join(', ')})
            limit cardinality(${values[0]})) as ${alias}`;
}

/**
 * Nearly all lines of a SKU have the same name. By an `=` the planner would take one in thousands of them for it, and read
 * and sort them all.
 */
const nameMatches = 'case order_lines.name when match.name then true else false end';

/** An order may have a SKU in several lines, and is listed once. */
const firstOfItsKind = `(order_lines.line_number = 1 or not exists (
        select from order_lines as earlier
         where earlier.order_id = order_lines.order_id
           and earlier.line_number < order_lines.line_number
           and earlier.sku = order_lines.sku
           and earlier.name = order_lines.name))`;

/** What the filters ask for beyond times and what the way's stretch is of. */
function conditionsOf(way: Way, filters: OrderFilters, bind: Bind): string[] {
  const { ownerId, customerId, statuses, paymentStatuses, sku } = filters;
  const where: string[] = [];
  if (way !== 'customer') {
    if (ownerId !== undefined) where.push(`orders.customer_id = ${bind(ownerId, 'uuid')}`);
    if (customerId !== undefined) where.push(`orders.customer_id = ${bind(customerId, 'uuid')}`);
  } else if (ownerId !== undefined && customerId !== undefined) {
    where.push(`${bind(ownerId, 'uuid')} = ${bind(customerId, 'uuid')}`);
  }
  if (way !== 'status') {
    if (statuses !== undefined) where.push(`orders.status = any(${bind(statuses, 'text[]')})`);
    if (paymentStatuses !== undefined) {
      where.push(`orders.payment_status = any(${bind(paymentStatuses, 'text[]')})`);
    }
  }
  if (way === 'sku') {
    where.push(
      `(order_lines.line_number = 1 or not exists (
        select from order_lines as earlier
         where earlier.order_id = order_lines.order_id
           and earlier.line_number < order_lines.line_number
           and earlier.sku = order_lines.sku))`,
    );
  } else if (sku !== undefined) {
    where.push(`exists (
        select from order_lines
         where order_lines.order_id = orders.id
           and order_lines.sku = ${bind(sku, 'text')}
        offset 0)`);
  }
  return where;
}

function stretchOf(way: Way, filters: OrderFilters, after: Position | null, bind: Bind): Stretch {
  const times = { ...filters, after };
  if (way === 'time') return stretch('order', [], times, bind);
  if (way === 'sku') {
    return stretch('line', [['order_lines.sku', bind(filters.sku, 'text')]], times, bind);
  }
  const prefix: PrefixValue[] =
    way === 'customer'
      ? [['orders.customer_id', bind(filters.ownerId ?? filters.customerId, 'uuid')]]
      : [
          ['orders.status', 'pair.status'],
          ['orders.payment_status', 'pair.payment_status'],
        ];
  return stretch('order', prefix, times, bind);
}

/** Each status with each payment status is a stretch of one index, in the order of time. */
function statusPairs(filters: OrderFilters, bind: Bind): string {
  const payments = [...new Set(filters.paymentStatuses ?? paymentStatuses)];
  const pairs = [...new Set(filters.statuses ?? orderStatuses)].flatMap((status) =>
    payments.map((payment) => ({ status, payment })),
  );
  return rowsOf('pair', {
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
function textCondition({ text, emails }: WantedText, bind: Bind): string {
  const wanted = bind(text, 'text');
  const ofCustomer = () => `
       or exists (
        select from users
         where users.id = orders.customer_id
           and users.folded_email like (select search_pattern(${bind(emailKey(text), 'text')}))
        offset 0)`;
  return `(starts_with(orders.number, ${wanted})
       or exists (
        select from order_lines
          join sold_names on sold_names.sku = order_lines.sku and sold_names.name = order_lines.name
         where order_lines.order_id = orders.id
           and sold_names.search_key like (select search_pattern(${wanted}))
        offset 0)${emails ? ofCustomer() : ''})`;
}

function kindOf(wanted: WantedText | null): string {
  if (wanted === null) return 'page';
  const { pages, emails } = wanted;
  return `search_${pages === null ? 'all' : `newest_${pages}`}_${emails ? 'e' : 'o'}`;
}

const filterNames = [
  'ownerId',
  'customerId',
  'statuses',
  'paymentStatuses',
  'sku',
  'from',
  'to',
] as const satisfies readonly (keyof OrderFilters)[];

function nameOf(kind: string, way: Way, filters: OrderFilters, after: Position | null): string {
  const set = filterNames.flatMap((name, index) => (filters[name] === undefined ? [] : [index]));
  return ['orders', [kind, way, ...set, ...(after === null ? [] : ['c'])].join('_')].join('.');
}
