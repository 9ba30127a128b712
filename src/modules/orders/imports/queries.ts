import { statement } from '../../../database/statement.ts';
import type { OrderSums } from './order-sums.ts';

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
  bill: BillAmounts | null;
}

/** The amounts of a bill besides its lines, and whether prices include the taxes. */
export interface BillAmounts {
  readonly pricesIncludeTax: boolean;
  readonly discounts: readonly number[];
  readonly charges: readonly number[];
  readonly taxes: readonly number[];
  readonly tip: number;
}

export const findOrdersByNumber = statement<[numbers: readonly string[]], ExistingOrderRow>(
  'orders.find_by_number',
  `select orders.number, orders.source, orders.customer_id as "customerId",
          orders.created_at as "createdAt", orders.currency, orders.total_minor as "totalMinor",
          jsonb_agg(jsonb_build_object(
            'sku', line.sku,
            'name', line.name,
            'quantity', line.quantity,
            'unitPriceMinor', line.unit_price_minor) order by line.line_number) as lines,
          (select jsonb_build_object(
                    'pricesIncludeTax', bill.prices_include_tax,
                    'discounts', jsonb_path_query_array(bill.discounts, '$[*].amountMinor'),
                    'charges', jsonb_path_query_array(bill.charges, '$[*].amountMinor'),
                    'taxes', jsonb_path_query_array(bill.taxes, '$[*].amountMinor'),
                    'tip', bill.tip_minor)
             from order_bills bill
            where bill.order_id = orders.id) as bill
     from orders
     join order_lines line on line.order_id = orders.id
    where orders.number = any($1::text[])
    group by orders.id`,
);

/** Sums these orders. The total is that of their lines and bills, `orderTotalsMinor` the sum of their own totals. */
export const sumOrders = statement<
  [numbers: readonly string[]],
  OrderSums & { orderTotalsMinor: number }
>(
  'orders.sum_by_number',
  `with summed as (
     select orders.total_minor as order_total,
            (select count(*) from order_lines where order_id = orders.id) as lines,
            (select sum(quantity) from order_lines where order_id = orders.id) as units,
            (select sum(total_minor) from order_lines where order_id = orders.id) as line_totals,
            (select coalesce(sum((part ->> 'amountMinor')::bigint), 0)
               from jsonb_array_elements(bill.discounts) as part) as discounts,
            (select coalesce(sum((part ->> 'amountMinor')::bigint), 0)
               from jsonb_array_elements(bill.charges) as part) as charges,
            (select coalesce(sum((part ->> 'amountMinor')::bigint), 0)
               from jsonb_array_elements(bill.taxes) as part) as taxes,
            coalesce(bill.tip_minor, 0) as tip,
            coalesce(bill.prices_include_tax, true) as includes_tax
       from orders
       left join order_bills bill on bill.order_id = orders.id
      where orders.number = any($1::text[]))
   select count(*)::int as orders,
          coalesce(sum(lines), 0)::bigint as lines,
          coalesce(sum(units), 0)::bigint as units,
          coalesce(sum(discounts), 0)::bigint as "discountsMinor",
          coalesce(sum(charges), 0)::bigint as "chargesMinor",
          coalesce(sum(taxes), 0)::bigint as "taxesMinor",
          coalesce(sum(tip), 0)::bigint as "tipsMinor",
          coalesce(sum(line_totals - discounts + charges + case when includes_tax then 0 else taxes end + tip),
                   0)::bigint as "totalMinor",
          coalesce(sum(order_total), 0)::bigint as "orderTotalsMinor"
     from summed`,
);
