import { statement } from '../../../database/statement.ts';

/** Held until commit, so that concurrent imports create only one product of a name. */
export const lockProductImport = statement<[], never>(
  'orders.lock_product_import',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.import_products', 0))`,
);

/** Lets searches find the lines in `rows`, a JSON array of objects with the columns as members. */
export const noteSoldNames = statement<[rows: string], never>(
  'orders.note_sold_names',
  `insert into sold_names (sku, name)
   select distinct sku, name
     from jsonb_to_recordset($1::jsonb) as line (sku text, name text)
    order by sku, name
   on conflict do nothing`,
);

export interface ExistingOrderRow {
  number: string;
  source: string;
  customerId: string;
  createdAt: Date;
  currency: string;
  totalMinor: number;
  lines: { sku: string; name: string; quantity: number; unitPriceMinor: number }[];
}

export const findOrdersByNumber = statement<[numbers: readonly string[]], ExistingOrderRow>(
  'orders.find_by_number',
  `select orders.number, orders.source, orders.customer_id as "customerId",
          orders.created_at as "createdAt", orders.currency, orders.total_minor as "totalMinor",
          jsonb_agg(jsonb_build_object(
            'sku', line.sku,
            'name', line.name,
            'quantity', line.quantity,
            'unitPriceMinor', line.unit_price_minor) order by line.line_number) as lines
     from orders
     join order_lines line on line.order_id = orders.id
    where orders.number = any($1::text[])
    group by orders.id`,
);

export interface OrderSumsRow {
  orders: number;
  lines: number;
  units: number;
  totalMinor: number;
}

/** Sums these orders, from their lines and separately from their totals. */
export const sumOrders = statement<
  [numbers: readonly string[]],
  OrderSumsRow & { orderTotalsMinor: number }
>(
  'orders.sum_by_number',
  `select count(*)::int as orders,
          coalesce(sum(line.lines), 0)::bigint as lines,
          coalesce(sum(line.units), 0)::bigint as units,
          coalesce(sum(line.total_minor), 0)::bigint as "totalMinor",
          coalesce(sum(orders.total_minor), 0)::bigint as "orderTotalsMinor"
     from orders
     join lateral (
       select count(*) as lines, sum(quantity) as units, sum(total_minor) as total_minor
         from order_lines
        where order_id = orders.id) line on true
    where orders.number = any($1::text[])`,
);
