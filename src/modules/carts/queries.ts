import { statement } from '../../database/statement.ts';

export interface CartItemRow {
  customerId: string;
  productId: string;
  sku: string;
  name: string;
  quantity: number;
  unitPriceMinor: number;
  available: number;
}

/** Of several carts, each in the order in which its lines were added. Names, prices and availability are of this moment. */
export const findItems = statement<[customerIds: readonly string[]], CartItemRow>(
  'carts.find_items',
  `select cart_items.customer_id as "customerId", cart_items.product_id as "productId", products.sku, products.name,
          cart_items.quantity, products.price_minor as "unitPriceMinor",
          case when products.active then stock.on_hand - stock.reserved else 0 end as available
     from cart_items
     join products on products.id = cart_items.product_id
     join stock on stock.product_id = cart_items.product_id
    where cart_items.customer_id = any($1::uuid[])
    order by cart_items.customer_id, cart_items.added_at, cart_items.product_id`,
);

/**
 * Sets the quantity of one product in each of several carts, `rows` a JSON array with the columns as members; a new line
 * needs room for it. A cart that is full does not come back. Exact under the locks of the customers' rows.
 */
export const setItems = statement<[rows: string, linesMax: number], { customerId: string }>(
  'carts.set_items',
  `insert into cart_items (customer_id, product_id, quantity)
   select customer_id, product_id, quantity
     from jsonb_to_recordset($1::jsonb) as wanted (customer_id uuid, product_id uuid, quantity integer)
    where exists (
            select
              from cart_items
             where cart_items.customer_id = wanted.customer_id
               and cart_items.product_id = wanted.product_id)
       or (select count(*) from cart_items where cart_items.customer_id = wanted.customer_id) < $2::int
   on conflict (customer_id, product_id) do update
     set quantity = excluded.quantity
   returning customer_id as "customerId"`,
);

export const removeItem = statement<[customerId: string, sku: string], never>(
  'carts.remove_item',
  `delete from cart_items
    using products
    where products.id = cart_items.product_id
      and cart_items.customer_id = $1::uuid
      and products.sku = $2::text`,
);

export const clearCarts = statement<[customerIds: readonly string[]], never>(
  'carts.clear',
  `delete from cart_items
    where customer_id = any($1::uuid[])`,
);

/** The carts of several customers at once, each in the order in which its lines were added. */
export const findLinesOfCarts = statement<
  [customerIds: readonly string[]],
  { customerId: string; productId: string; quantity: number }
>(
  'carts.find_lines_of_carts',
  `select customer_id as "customerId", product_id as "productId", quantity
     from cart_items
    where customer_id = any($1::uuid[])
    order by customer_id, added_at, product_id`,
);
