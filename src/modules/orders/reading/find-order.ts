import type { Queryable } from '../../../database/statement.ts';
import { type Actor, type Caller, isStaff, toActor } from '../../../shared/caller.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findCustomers } from '../../accounts/index.ts';
import type { BillParts } from '../../pricing/index.ts';
import { ordersErrors } from '../errors.ts';
import type { OrderView } from '../schemas.ts';
import { presentOrder } from './present-order.ts';
import {
  type ContentRow,
  type FormerFulfilment,
  findBills,
  findContents,
  findLines,
  findOrder,
  type LineRow,
  type OrderRow,
} from './queries.ts';

/** What decides who may see an order. */
export interface OrderAccess {
  readonly id: string;
  readonly customerId: string;
  /** Whether the token of the order gives no right any more, some time after the order has ended. */
  readonly tokenEnded: boolean;
}

export function maySee(caller: Caller, order: OrderAccess): boolean {
  if (caller.kind === 'order') return order.id === caller.id && !order.tokenEnded;
  return isStaff(caller) || order.customerId === caller.id;
}

/**
 * Returns why the caller may not see the order, or null if they may. Other customers' orders must look nonexistent. A
 * token that gives no right any more is like one that is not valid.
 */
export function findSightRefusal(
  order: OrderAccess | undefined,
  caller: Caller,
): CodedError | null {
  if (order === undefined) return new CodedError(ordersErrors.notFound);
  if (maySee(caller, order)) return null;
  const isOwnToken = caller.kind === 'order' && order.id === caller.id;
  return new CodedError(isOwnToken ? authErrors.unauthenticated : ordersErrors.notFound);
}

/**
 * Throws `orders.not_found` unless the order exists and the caller may see it, and `auth.unauthenticated` if the token
 * of the order gives no right any more.
 */
export function requireVisible<Seen extends OrderAccess>(
  order: Seen | undefined,
  caller: Caller,
): Seen {
  const refusal = findSightRefusal(order, caller);
  if (refusal !== null) throw refusal;
  return order!;
}

/** Returns the caller as an actor on an order that they may see: who has its token acts as its customer. */
export function toOrderActor(
  caller: Caller,
  { customerId }: { readonly customerId: string },
): Actor {
  const actor = toActor(caller);
  return caller.kind === 'order' ? { ...actor, id: customerId } : actor;
}

/** Throws the errors of `requireVisible`. For modules that show parts of an order. */
export async function requireVisibleOrder(
  db: Queryable,
  caller: Caller,
  orderId: string,
): Promise<void> {
  const [row] = await findOrder(db, orderId);
  requireVisible(row, caller);
}

/**
 * Returns whether the order exists and the caller may see it; false for null. For modules whose records belong to
 * orders. Throws `auth.unauthenticated` if the token of the order gives no right any more.
 */
export async function isVisibleOrder(
  db: Queryable,
  caller: Caller,
  orderId: string | null,
): Promise<boolean> {
  if (orderId === null) return false;
  const [row] = await findOrder(db, orderId);
  const refusal = findSightRefusal(row, caller);
  if (refusal?.definition === authErrors.unauthenticated) throw refusal;
  return refusal === null;
}

/** An order that was placed, cancelled or refused, with its lines. Only its fulfilment and its time may change. */
export interface OrderContent {
  readonly order: ContentRow;
  readonly lines: readonly LineRow[];
  /** The bill besides the lines. Null: it has only lines. */
  readonly bill: BillParts | null;
  /** What changes of its fulfilment have replaced, oldest first. */
  readonly former: readonly FormerFulfilment[];
}

/**
 * Returns the contents of orders, for modules that write about many. Several statements are safe, because nothing but
 * what the first one reads changes once the order is placed. Aggregating the lines of five-line orders in the database took four times its CPU time.
 */
export async function findOrderContents(
  db: Queryable,
  orderIds: readonly string[],
): Promise<OrderContent[]> {
  const [orders, lines, bills] = await Promise.all([
    findContents(db, orderIds),
    findLines(db, orderIds),
    findBills(db, orderIds),
  ]);
  const linesByOrder = Map.groupBy(lines, ({ orderId }) => orderId);
  const billsByOrder = new Map(bills.map((bill) => [bill.orderId, bill]));
  return orders.map(({ former, ...order }) => ({
    order,
    lines: linesByOrder.get(order.id) ?? [],
    bill: billsByOrder.get(order.id) ?? null,
    former,
  }));
}

/** Returns an order with the fulfilment that it had after one of its events. */
export function asOfEvent({ order, former }: OrderContent, sequence: number): ContentRow {
  const then = former.find(({ untilSequence }) => untilSequence > sequence);
  if (then === undefined) return order;
  const { fulfilment, promisedFor } = then;
  return {
    ...order,
    fulfilment,
    promisedFor: promisedFor === null ? null : new Date(promisedFor),
  };
}

/** Returns the orders as the caller sees them, with their lines and, for staff, their customers, in the given order. */
export async function findOrderViews(
  db: Queryable,
  caller: Caller,
  orders: readonly OrderRow[],
): Promise<OrderView[]> {
  if (orders.length === 0) return [];
  const orderIds = orders.map((order) => order.id);
  const customerIds = [...new Set(orders.map((order) => order.customerId))];
  const [lines, bills, customers] = await Promise.all([
    findLines(db, orderIds),
    findBills(db, orderIds),
    isStaff(caller) ? findCustomers(db, customerIds) : [],
  ]);
  const linesByOrder = new Map<string, LineRow[]>(orders.map((order) => [order.id, []]));
  for (const line of lines) linesByOrder.get(line.orderId)?.push(line);
  const billsByOrder = new Map(bills.map((bill) => [bill.orderId, bill]));
  const customersById = new Map(customers.map((customer) => [customer.id, customer]));
  return orders.map((order) =>
    presentOrder(
      { ...order, bill: billsByOrder.get(order.id) ?? null },
      linesByOrder.get(order.id) ?? [],
      customersById.get(order.customerId) ?? null,
      caller,
    ),
  );
}
