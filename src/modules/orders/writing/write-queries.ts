import { type ColumnRow, unnestColumns } from '../../../database/column-arrays.ts';
import { statement } from '../../../database/statement.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';
import type { CancelReason, OrderStatus, PaymentStatus } from '../order.ts';

/**
 * The statements of `writeOrders`, which alone runs them. Those of placements have one array for each column
 * (`toColumnArrays`). For the others, `rows` is a JSON array of objects with the columns as members.
 */

export const newOrderColumns = {
  id: 'uuid',
  number: 'text',
  customer_id: 'uuid',
  status: 'text',
  vip: 'boolean',
  total_minor: 'bigint',
  currency: 'text',
  note: 'text',
  shipping_address: 'text',
  fulfilment: 'jsonb',
  promised_for: 'timestamptz',
  client_token: 'text',
  expires_at: 'timestamptz',
  guest_email_key: 'text',
  guest_network: 'text',
  buyer_network: 'text',
} as const;
export type NewOrderRow = ColumnRow<typeof newOrderColumns>;

/** Orders start as PENDING or QUEUED, at version 1. */
export const insertOrders = statement<readonly string[], never>(
  'orders.insert',
  `insert into orders (${Object.keys(newOrderColumns).join(', ')})
   select *
     from ${unnestColumns('new_order', newOrderColumns)}`,
);

/**
 * Inserts imported orders, except those whose number is already used, and returns their ids. Waits for another import
 * that is writing the same number.
 */
export const insertImportedOrders = statement<[rows: string], { id: string }>(
  'orders.insert_imported',
  `insert into orders (id, number, customer_id, status, vip, total_minor, currency, source, created_at, ended_at)
   select id, number, customer_id, 'COMPLETED', false, total_minor, currency, 'import', created_at, created_at
     from jsonb_to_recordset($1::jsonb) as imported
       (id uuid, number text, customer_id uuid, total_minor bigint, currency text,
        created_at timestamptz)
   on conflict (number) do nothing
   returning id`,
);

export const newLineColumns = {
  order_id: 'uuid',
  line_number: 'smallint',
  product_id: 'uuid',
  sku: 'text',
  name: 'text',
  quantity: 'integer',
  unit_price_minor: 'bigint',
  total_minor: 'bigint',
  /** Null, like `modifiers`, if the line has none. */
  base_price_minor: 'bigint',
  modifiers: 'jsonb',
  note: 'text',
  /** Null: 0. So is the tax. */
  discount_minor: 'bigint',
  tax_minor: 'bigint',
  /** Set only if the order is not created now. */
  created_at: 'timestamptz',
} as const;
export type NewLineRow = ColumnRow<typeof newLineColumns>;

export const insertLines = statement<readonly string[], never>(
  'orders.insert_lines',
  `insert into order_lines (order_id, line_number, product_id, sku, name, quantity,
                            unit_price_minor, total_minor, base_price_minor, modifiers, note,
                            discount_minor, tax_minor, created_at)
   select order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor,
          base_price_minor, modifiers, note, discount_minor, tax_minor, coalesce(created_at, now())
     from ${unnestColumns('new_line', newLineColumns)}`,
);

/** Sets lines to the prices and names at placement, before their order leaves QUEUED. */
export const repriceLines = statement<readonly string[], never>(
  'orders.reprice_lines',
  `update order_lines
      set name = new_line.name,
          unit_price_minor = new_line.unit_price_minor,
          total_minor = new_line.total_minor,
          base_price_minor = new_line.base_price_minor,
          modifiers = new_line.modifiers,
          discount_minor = new_line.discount_minor,
          tax_minor = new_line.tax_minor
     from ${unnestColumns('new_line', newLineColumns)}
    where order_lines.order_id = new_line.order_id
      and order_lines.line_number = new_line.line_number`,
);

export const newBillColumns = {
  order_id: 'uuid',
  prices_include_tax: 'boolean',
  tip_minor: 'bigint',
  /** JSON arrays of the members of `BillParts`. */
  discounts: 'jsonb',
  charges: 'jsonb',
  taxes: 'jsonb',
} as const;
export type NewBillRow = ColumnRow<typeof newBillColumns>;

/** Inserts what orders remember of their bills besides the lines. */
export const insertBills = statement<readonly string[], never>(
  'orders.insert_bills',
  `insert into order_bills (${Object.keys(newBillColumns).join(', ')})
   select *
     from ${unnestColumns('new_bill', newBillColumns)}`,
);

/** Removes the bills that orders were accepted with, before they are placed with the bill of that moment. */
export const removeBills = statement<[orderIds: readonly string[]], never>(
  'orders.remove_bills',
  `delete from order_bills
    where order_id = any($1::uuid[])`,
);

export const formerFulfilmentColumns = {
  order_id: 'uuid',
  until_sequence: 'integer',
  fulfilment: 'jsonb',
  promised_for: 'timestamptz',
} as const;
export type FormerFulfilmentRow = ColumnRow<typeof formerFulfilmentColumns>;

/** Inserts the fulfilments that changes of them replace. */
export const insertFormerFulfilments = statement<readonly string[], never>(
  'orders.insert_former_fulfilments',
  `insert into former_fulfilments (${Object.keys(formerFulfilmentColumns).join(', ')})
   select *
     from ${unnestColumns('former_fulfilment', formerFulfilmentColumns)}`,
);

/** Allows override steps in this transaction, and records the reason. */
export const allowOverride = statement<[reason: string], never>(
  'orders.allow_override',
  `select set_config('holdfast.override_reason', $1::text, true)`,
);

/** What a change writes to the row of an order. */
export interface OrderRowChange {
  readonly id: string;
  readonly status: OrderStatus;
  readonly payment_status: PaymentStatus;
  /** If left out, the total stays as it is; so do the reason and the failure. */
  readonly total_minor?: number;
  readonly cancel_reason?: CancelReason;
  readonly failure_code?: string;
  readonly failure_detail?: string;
  /** The payment deadline. If left out, the order does not expire. */
  readonly expires_at?: Date | null;
  /** Sets the payment deadline to this many minutes from now. If null or left out, it is `expires_at`. */
  readonly minutes_to_pay?: number | null;
  /** How much the version increases: 0 if readers see no change. */
  readonly versions: 0 | 1;
  /** The sequence of the newest event that is written with the change. */
  readonly last_sequence: number;
  /** If left out, it stays as it is; so does the time. */
  readonly fulfilment?: Fulfilment;
  readonly promised_for?: Date;
}

export interface ChangedOrderRow {
  id: string;
  status: OrderStatus;
  paymentStatus: PaymentStatus;
  version: number;
  lastSequence: number;
  cancelReason: CancelReason | null;
  expiresAt: Date | null;
  updatedAt: Date;
}

const changeColumns = {
  id: 'uuid',
  status: 'text',
  payment_status: 'text',
  total_minor: 'bigint',
  cancel_reason: 'text',
  failure_code: 'text',
  failure_detail: 'text',
  expires_at: 'timestamptz',
  minutes_to_pay: 'double precision',
  versions: 'integer',
  last_sequence: 'integer',
  fulfilment: 'jsonb',
  promised_for: 'timestamptz',
} as const satisfies Readonly<Record<keyof OrderRowChange, string>>;
type ChangeColumn = keyof typeof changeColumns;

const update = (change: (column: ChangeColumn) => string) => `
   update orders
      set status = ${change('status')},
          payment_status = ${change('payment_status')},
          total_minor = coalesce(${change('total_minor')}, orders.total_minor),
          cancel_reason = coalesce(${change('cancel_reason')}, orders.cancel_reason),
          cancelled_at = case ${change('status')} when 'CANCELLED' then coalesce(orders.cancelled_at, now()) end,
          ended_at = case when ${change('status')} in ('COMPLETED', 'CANCELLED', 'FAILED') then coalesce(orders.ended_at, now()) end,
          failure_code = coalesce(${change('failure_code')}, orders.failure_code),
          failure_detail = coalesce(${change('failure_detail')}, orders.failure_detail),
          fulfilment = coalesce(${change('fulfilment')}, orders.fulfilment),
          promised_for = coalesce(${change('promised_for')}, orders.promised_for),
          expires_at = coalesce(now() + ${change('minutes_to_pay')} * interval '1 minute', ${change('expires_at')}),
          version = orders.version + ${change('versions')},
          last_sequence = ${change('last_sequence')},
          updated_at = now()`;

/**
 * Changes the rows of orders. `rows` is a JSON array of `OrderRowChange`.
 *
 * The ids occur twice: with the join alone, a plan that was made while the shop was new reads all orders. They come
 * from a subquery, not from a parameter, because with a short array PostgreSQL planned the change of one order again
 * every time.
 */
export const changeOrders = statement<[rows: string], never>(
  'orders.change',
  `with change as materialized (
     select *
       from jsonb_to_recordset($1::jsonb) as change
         (${Object.entries(changeColumns)
           .map(([name, type]) => `${name} ${type}`)
           .join(', ')}))
   ${update((column) => `change.${column}`)}
     from change
    where orders.id = any(array(select id from change))
      and orders.id = change.id`,
);

const columnNames = Object.keys(changeColumns) as ChangeColumn[];

/** Returns the parameters of `changeOrder`. */
export function toChangeParameters(change: OrderRowChange): unknown[] {
  return columnNames.map((name) => change[name] ?? null);
}

/** Changes one order, as most transactions do, for a fifth less than the set, and returns the row. */
export const changeOrder = statement<readonly unknown[], ChangedOrderRow>(
  'orders.change_one',
  `${update((column) => `$${columnNames.indexOf(column) + 1}::${changeColumns[column]}`)}
    where orders.id = $1::uuid
   returning orders.id, orders.status, orders.payment_status as "paymentStatus", orders.version,
             orders.last_sequence as "lastSequence", orders.cancel_reason as "cancelReason",
             orders.expires_at as "expiresAt", orders.updated_at as "updatedAt"`,
);

/** Adds orders to the queue, in order of arrival. */
export const enterQueue = statement<[rows: string], never>(
  'orders.enter_queue',
  `insert into queued_orders (order_id, vip, expected_total_minor, expected_prices_minor, discount_codes, cause)
   select order_id, vip, expected_total_minor, expected_prices_minor, discount_codes, cause
     from jsonb_to_recordset($1::jsonb) as new_row
       (order_id uuid, vip boolean, expected_total_minor bigint, expected_prices_minor jsonb,
        discount_codes text[], cause jsonb)`,
);

export const leaveQueue = statement<[orderIds: readonly string[]], never>(
  'orders.leave_queue',
  `delete from queued_orders
    where order_id = any($1::uuid[])`,
);

/** A fulfilment, without what says for whom and where it is. */
const withoutPeople = `case
            when fulfilment is not null
            then jsonb_strip_nulls(jsonb_build_object(
                   'type', fulfilment -> 'type', 'requestedFor', fulfilment -> 'requestedFor'))
          end`;

/** What the event of a forgotten order needs. */
export interface ForgottenRow {
  id: string;
  number: string;
  customerId: string;
  lastSequence: number;
}

/**
 * Removes what is personal from the rows of orders that have ended, once for each end, or of open ones too. Returns those that it
 * changed.
 */
export const forgetOrderRows = statement<
  [orderIds: readonly string[], openToo: boolean],
  ForgottenRow
>(
  'orders.forget',
  `update orders
      set note = null,
          shipping_address = null,
          fulfilment = ${withoutPeople},
          failure_detail = null,
          client_token = null,
          guest_email_key = null,
          guest_network = null,
          buyer_network = null,
          forgotten_at = now(),
          version = version + 1,
          last_sequence = last_sequence + 1,
          updated_at = now()
    where id = any($1::uuid[])
      and ($2::boolean or status in ('COMPLETED', 'CANCELLED', 'FAILED'))
      and (forgotten_at is null or forgotten_at < ended_at)
   returning id, number, customer_id as "customerId", last_sequence as "lastSequence"`,
);

export const forgetLineNotes = statement<[orderIds: readonly string[]], never>(
  'orders.forget_line_notes',
  `update order_lines
      set note = null
    where order_id = any($1::uuid[])
      and note is not null`,
);

export const forgetFormerFulfilments = statement<[orderIds: readonly string[]], never>(
  'orders.forget_former_fulfilments',
  `update former_fulfilments
      set fulfilment = ${withoutPeople}
    where order_id = any($1::uuid[])`,
);
