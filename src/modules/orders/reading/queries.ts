import { statement } from '../../../database/statement.ts';
import type { BillParts } from '../../pricing/index.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';
import type { CancelReason, OrderLine, OrderStatus, PaymentStatus } from '../order.ts';

export interface OrderRow {
  id: string;
  number: string;
  customerId: string;
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  version: number;
  lastSequence: number;
  vip: boolean;
  source: 'api' | 'import';
  totalMinor: number;
  currency: string;
  note: string | null;
  /** Null: the default. */
  fulfilment: Fulfilment | null;
  /** Null: `createdAt`. SHIPMENT has no time. */
  promisedFor: Date | null;
  shippingAddress: string | null;
  cancelReason: CancelReason | null;
  failureCode: string | null;
  failureDetail: string | null;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** Whether the token of the order gives no right any more: 30 days after the order ended. */
  tokenEnded: boolean;
}

/** The columns of an OrderRow, for the statements that read or return one. */
const orderColumns = `
  orders.id, orders.number, orders.customer_id as "customerId", orders.status,
  orders.payment_status as "paymentStatus", orders.version, orders.last_sequence as "lastSequence",
  orders.vip, orders.source, orders.total_minor as "totalMinor", orders.currency, orders.note,
  orders.fulfilment, orders.promised_for as "promisedFor",
  orders.shipping_address as "shippingAddress", orders.cancel_reason as "cancelReason",
  orders.failure_code as "failureCode", orders.failure_detail as "failureDetail",
  orders.expires_at as "expiresAt", orders.created_at as "createdAt", orders.updated_at as "updatedAt",
  coalesce(orders.ended_at <= now() - interval '30 days', false) as "tokenEnded"`;

export const findOrder = statement<[orderId: string], OrderRow>(
  'orders.find',
  `select ${orderColumns}
     from orders
    where orders.id = $1::uuid`,
);

/** What mails and others write about an order: it never changes once it was placed, cancelled or refused. */
export type ContentRow = Pick<
  OrderRow,
  | 'id'
  | 'number'
  | 'totalMinor'
  | 'currency'
  | 'note'
  | 'fulfilment'
  | 'promisedFor'
  | 'shippingAddress'
  | 'cancelReason'
  | 'failureDetail'
  | 'createdAt'
>;

/** The fulfilment that an order had until an event. */
export interface FormerFulfilment {
  readonly untilSequence: number;
  readonly fulfilment: Fulfilment | null;
  /** As RFC 3339; null: the moment of the order. */
  readonly promisedFor: string | null;
}

/** Finds them as they are now, and what changes of their fulfilment replaced, oldest first: in one snapshot. */
export const findContents = statement<
  [orderIds: readonly string[]],
  ContentRow & { readonly former: readonly FormerFulfilment[] }
>(
  'orders.find_contents',
  `select id, number, total_minor as "totalMinor", currency, note, fulfilment, promised_for as "promisedFor",
          shipping_address as "shippingAddress", cancel_reason as "cancelReason", failure_detail as "failureDetail",
          created_at as "createdAt",
          (select coalesce(json_agg(former), '[]')
             from (select until_sequence as "untilSequence", fulfilment, promised_for as "promisedFor"
                     from former_fulfilments
                    where order_id = orders.id
                    order by until_sequence) as former) as former
     from orders
    where id = any($1::uuid[])`,
);

export const lockOrder = statement<[orderId: string], OrderRow>(
  'orders.lock',
  `select ${orderColumns}
     from orders
    where orders.id = $1::uuid
      for no key update`,
);

/** Locks several orders, in the order of their ids. Missing orders are left out. */
export const lockOrders = statement<[orderIds: readonly string[]], OrderRow>(
  'orders.lock_several',
  `select ${orderColumns}
     from orders
    where orders.id = any($1::uuid[])
    order by orders.id
      for no key update`,
);

/** The columns of an order line, by the names of `OrderLine`. */
const lineColumns = `
  product_id as "productId", sku, name, quantity, unit_price_minor as "unitPriceMinor",
  total_minor as "totalMinor", coalesce(base_price_minor, unit_price_minor) as "basePriceMinor",
  coalesce(modifiers, '[]') as modifiers, note, coalesce(discount_minor, 0) as "discountMinor",
  coalesce(tax_minor, 0) as "taxMinor"`;

export interface LineRow extends OrderLine {
  readonly orderId: string;
}

export const findLines = statement<[orderIds: readonly string[]], LineRow>(
  'orders.find_lines',
  `select order_id as "orderId", ${lineColumns}
     from order_lines
    where order_id = any($1::uuid[])
    order by order_id, line_number`,
);

/** The columns of a bill, by the names of `BillParts`. */
const billColumns = `
  prices_include_tax as "pricesIncludeTax", discounts, charges, taxes, tip_minor as "tipMinor"`;

/** Finds what orders remember of their bills besides the lines. An order whose bill has only lines has no row. */
export const findBills = statement<[orderIds: readonly string[]], BillParts & { orderId: string }>(
  'orders.find_bills',
  `select order_id as "orderId", ${billColumns}
     from order_bills
    where order_id = any($1::uuid[])`,
);

/**
 * Reads orders with their lines and bills in one snapshot, so that they match. Missing orders are left out. Rows as JSON took
 * half the CPU time of `jsonb_build_object`, which builds a value first and serializes it afterwards.
 */
export const findOrdersWithLines = statement<
  [orderIds: readonly string[]],
  OrderRow & { lines: OrderLine[]; bill: BillParts | null }
>(
  'orders.find_with_lines',
  `select ${orderColumns},
          (select coalesce(json_agg(line), '[]')
             from (select ${lineColumns}
                     from order_lines
                    where order_id = orders.id
                    order by line_number) as line) as lines,
          (select row_to_json(bill)
             from (select ${billColumns}
                     from order_bills
                    where order_id = orders.id) as bill) as bill
     from orders
    where orders.id = any($1::uuid[])`,
  { isShort: true },
);

/** Counts the customer's own cancellations of the last 24 hours. Exact if the customer's row is locked. */
export const countCancellations = statement<[customerId: string], { count: number }>(
  'orders.count_cancellations',
  `select count(*)::int as count
     from orders
    where customer_id = $1::uuid
      and cancel_reason = 'CUSTOMER'
      and cancelled_at > now() - interval '24 hours'`,
);

/** Locks overdue unpaid orders, earliest deadline first. Rows that another transaction has locked are skipped. */
export const lockExpired = statement<
  [limit: number, offset: number],
  Pick<
    OrderRow,
    'id' | 'number' | 'customerId' | 'status' | 'paymentStatus' | 'promisedFor' | 'lastSequence'
  >
>(
  'orders.lock_expired',
  `select id, number, customer_id as "customerId", status, payment_status as "paymentStatus",
          promised_for as "promisedFor", last_sequence as "lastSequence"
     from orders
    where status = 'PENDING'
      and expires_at <= now()
    order by expires_at
    limit $1::int
   offset $2::int
      for no key update skip locked`,
);
