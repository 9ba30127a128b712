import { statement } from '../../../database/statement.ts';

type OfOrders = [orderIds: readonly string[]];

/** What the module keeps of orders, with the bill, and what waits or was there before. */
export const collectOrders = statement<OfOrders, { id: string }>(
  'orders.collect_orders',
  `select orders.id, number, customer_id as "customerId", status, payment_status as "paymentStatus", orders.vip, source,
          total_minor as "totalMinor", currency, note, fulfilment, promised_for as "promisedFor",
          shipping_address as "shippingAddress", client_token as "clientToken", cancel_reason as "cancelReason",
          failure_code as "failureCode", failure_detail as "failureDetail", guest_email_key as "guestEmail",
          guest_network as "guestNetwork", buyer_network as "network", expires_at as "expiresAt",
          cancelled_at as "cancelledAt", ended_at as "endedAt", created_at as "createdAt", updated_at as "updatedAt",
          (select row_to_json(bill)
             from (select prices_include_tax as "pricesIncludeTax", discounts, charges, taxes, tip_minor as "tipMinor"
                     from order_bills
                    where order_id = orders.id) as bill) as bill,
          (select coalesce(json_agg(line), '[]')
             from (select line_number as number, product_id as "productId", sku, name, quantity,
                          unit_price_minor as "unitPriceMinor", total_minor as "totalMinor",
                          base_price_minor as "basePriceMinor", discount_minor as "discountMinor",
                          tax_minor as "taxMinor", modifiers, note
                     from order_lines
                    where order_id = orders.id
                    order by line_number) as line) as lines,
          (select coalesce(json_agg(former), '[]')
             from (select changed_at as "changedAt", fulfilment, promised_for as "promisedFor"
                     from former_fulfilments
                    where order_id = orders.id
                    order by until_sequence) as former) as "formerFulfilments",
          (select row_to_json(queued)
             from (select vip, expected_total_minor as "expectedTotalMinor",
                          expected_prices_minor as "expectedPricesMinor", discount_codes as "discountCodes",
                          set_aside_at as "setAsideAt"
                     from queued_orders
                    where order_id = orders.id) as queued) as queued
     from orders
    where orders.id = any($1::uuid[])
    order by created_at, orders.id`,
);
