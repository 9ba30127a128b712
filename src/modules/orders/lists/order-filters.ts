import { isOpen, type OrderStatus, type PaymentStatus } from '../order.ts';
import {
  type Bind,
  buildIndexRange,
  type IndexRange,
  type Position,
  type PrefixValue,
} from './index-range.ts';

/** The filters of a list of orders. Each member that is set adds a condition. */
export interface OrderFilters {
  /** Only orders of this customer, regardless of the other filters. */
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

/** The index through which a page is read. It is sorted like the list, so that only the page itself is read. */
export type AccessPath = 'customer' | 'status' | 'sku' | 'time';

/**
 * Chooses the access path. The planner cannot know how many orders a status or a SKU has; its estimate is off by a
 * factor of the shop's size. So the path is chosen here, and the query's shape allows no other (`buildFilteredRange`).
 * Open orders are limited by a day's work, however many a SKU has sold.
 */
export function chooseAccessPath({
  ownerId,
  customerId,
  statuses,
  paymentStatuses,
  sku,
}: OrderFilters): AccessPath {
  if (ownerId !== undefined || customerId !== undefined) return 'customer';
  if (sku !== undefined && !statuses?.every(isOpen)) return 'sku';
  return statuses === undefined && paymentStatuses === undefined ? 'time' : 'status';
}

/** Builds the conditions of the filters, without the times and values that the range of the path already covers. */
export function buildConditions(path: AccessPath, filters: OrderFilters, bind: Bind): string[] {
  const { ownerId, customerId, statuses, paymentStatuses, sku } = filters;
  const where: string[] = [];
  if (path !== 'customer') {
    if (ownerId !== undefined) where.push(`orders.customer_id = ${bind(ownerId, 'uuid')}`);
    if (customerId !== undefined) where.push(`orders.customer_id = ${bind(customerId, 'uuid')}`);
  } else if (ownerId !== undefined && customerId !== undefined) {
    where.push(`${bind(ownerId, 'uuid')} = ${bind(customerId, 'uuid')}`);
  }
  if (path !== 'status') {
    if (statuses !== undefined) where.push(`orders.status = any(${bind(statuses, 'text[]')})`);
    if (paymentStatuses !== undefined) {
      where.push(`orders.payment_status = any(${bind(paymentStatuses, 'text[]')})`);
    }
  }
  if (path === 'sku') {
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

export function buildFilteredRange(
  path: AccessPath,
  filters: OrderFilters,
  after: Position | null,
  bind: Bind,
): IndexRange {
  const times = { ...filters, after };
  if (path === 'time') return buildIndexRange('order', [], times, bind);
  if (path === 'sku') {
    return buildIndexRange('line', [['order_lines.sku', bind(filters.sku, 'text')]], times, bind);
  }
  const prefix: PrefixValue[] =
    path === 'customer'
      ? [['orders.customer_id', bind(filters.ownerId ?? filters.customerId, 'uuid')]]
      : [
          ['orders.status', 'pair.status'],
          ['orders.payment_status', 'pair.payment_status'],
        ];
  return buildIndexRange('order', prefix, times, bind);
}
