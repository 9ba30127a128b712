import { likePattern } from './like-pattern.ts';
import { orderColumns } from './queries.ts';

/** What narrows a list of orders. Each member that is set adds its condition. */
export interface OrderFilters {
  /** Only what belongs to this customer, whatever else is asked. */
  readonly ownerId?: string;
  readonly customerId?: string;
  readonly statuses?: readonly string[];
  readonly paymentStatuses?: readonly string[];
  /** The same without UNPAID, which most orders are for a while: the others have an index of their own. */
  readonly touchedPaymentStatuses?: readonly string[];
  readonly sku?: string;
  /** Created at or after, RFC 3339. */
  readonly from?: string;
  /** Created before, RFC 3339. */
  readonly to?: string;
  /** One of these, which a search has found. */
  readonly ids?: readonly string[];
  /** Begins the number, or stands in SKU or product name. */
  readonly searchOwn?: string;
  /** The same, and in the customer's e-mail. */
  readonly searchAll?: string;
}

/**
 * `$` stands for the filter's parameter; of a search it is the text between two `%`, and without the first one what
 * begins with it. `offset 0` makes the planner ask order by order, as the page needs it, and not gather the lines of all
 * orders first. The order of the members is the order of the conditions.
 */
const conditions: Readonly<Record<keyof OrderFilters, string>> = {
  ownerId: 'orders.customer_id = $::uuid',
  customerId: 'orders.customer_id = $::uuid',
  statuses: 'orders.status = any($::text[])',
  paymentStatuses: 'orders.payment_status = any($::text[])',
  touchedPaymentStatuses: `orders.payment_status <> 'UNPAID'
      and orders.payment_status = any($::text[])`,
  sku: `exists (
        select from order_lines
         where order_lines.order_id = orders.id
           and order_lines.sku = $::text)`,
  from: 'orders.created_at >= $::timestamptz',
  to: 'orders.created_at < $::timestamptz',
  ids: 'orders.id = any($::uuid[])',
  searchOwn: `(orders.number like substr($::text, 2)
       or exists (
        select from order_lines
         where order_lines.order_id = orders.id
           and (order_lines.sku ilike $::text or order_lines.name ilike $::text)
        offset 0))`,
  searchAll: `(orders.number like substr($::text, 2)
       or exists (
        select from order_lines
         where order_lines.order_id = orders.id
           and (order_lines.sku ilike $::text or order_lines.name ilike $::text)
        offset 0)
       or exists (
        select from users
         where users.id = orders.customer_id
           and users.email_key like lower($::text)
        offset 0))`,
};

const filterNames = Object.keys(conditions) as (keyof OrderFilters)[];

/**
 * The statement for one page. Its text depends only on which filters are set, so there are a few hundred texts at most
 * and each has a name of its own; values are always parameters.
 */
export function ordersPage(
  filters: OrderFilters,
  after: { readonly createdAt: string; readonly id: string } | null,
  limit: number,
): { name: string; text: string; parameters: unknown[] } {
  const parameters: unknown[] = [limit];
  const where: string[] = [];
  const set = filterNames.filter((name) => filters[name] !== undefined);
  for (const name of set) {
    parameters.push(name.startsWith('search') ? likePattern(String(filters[name])) : filters[name]);
    where.push(conditions[name].replaceAll('$', `$${parameters.length}`));
  }
  if (after !== null) {
    parameters.push(after.createdAt, after.id);
    where.push(
      `(orders.created_at, orders.id) < ($${parameters.length - 1}::timestamptz, $${parameters.length}::uuid)`,
    );
  }
  const shape = [...set.map((name) => filterNames.indexOf(name)), ...(after === null ? [] : ['c'])];
  return {
    name: `orders.page_${shape.join('_')}`,
    text: `select ${orderColumns}
     from orders
    ${where.length === 0 ? '' : `where ${where.join('\n      and ')}`}
    order by orders.created_at desc, orders.id desc
    limit $1::int`,
    parameters,
  };
}
