import { statement } from '../../database/statement.ts';
import type { OfferRow } from '../inventory/index.ts';

export interface CartItemRow {
  productId: string;
  sku: string;
  name: string;
  quantity: number;
  unitPriceMinor: number;
  available: number;
}

/** One line of a cart; an empty cart has one row, without a line. */
export type CartRow = { readonly customerId: string; readonly version: number } & (
  | CartItemRow
  | { readonly [Column in keyof CartItemRow]: null }
);

/**
 * Finds several carts, the lines of each in the order in which they were added. Names, prices and availability are
 * current.
 */
export const findCarts = statement<[customerIds: readonly string[]], CartRow>(
  'carts.find',
  `select wanted.customer_id as "customerId", coalesce(carts.version, 1) as version,
          cart_items.product_id as "productId", products.sku, products.name,
          cart_items.quantity, products.price_minor as "unitPriceMinor",
          case when products.active then stock.on_hand - stock.reserved else 0 end as available
     from unnest($1::uuid[]) as wanted (customer_id)
     left join carts on carts.customer_id = wanted.customer_id
     left join (cart_items
                join products on products.id = cart_items.product_id
                join stock on stock.product_id = cart_items.product_id)
       on cart_items.customer_id = wanted.customer_id
    order by wanted.customer_id, cart_items.added_at, cart_items.product_id`,
);

/** Exact under the locks of the customers' rows. */
export const findVersions = statement<
  [customerIds: readonly string[]],
  { customerId: string; version: number }
>(
  'carts.find_versions',
  `select customer_id as "customerId", coalesce(carts.version, 1) as version
     from unnest($1::uuid[]) as wanted (customer_id)
     left join carts using (customer_id)`,
);

export interface SetItemRow {
  customerId: string;
  /** The version of the cart before the change. */
  version: number;
  isForSale: boolean;
  isSet: boolean;
}

/**
 * Sets the quantity of one product in each of several carts. `rows` is a JSON array of `{customer_id, sku, quantity,
 * versions}`: a cart with another version than these is left alone, and null accepts any. So is a cart without the
 * product that is full, and any cart if the product is not for sale. Returns a row for each cart. Exact under the locks
 * of the customers' rows.
 */
export const setItems = statement<[rows: string, linesMax: number], SetItemRow>(
  'carts.set_items',
  `with wanted as materialized (
     select wanted.customer_id, wanted.quantity, products.id as product_id,
            coalesce(carts.version, 1) as version,
            products.id is not null
              and (wanted.versions is null or coalesce(carts.version, 1) = any(wanted.versions))
              and (cart_items.product_id is not null
                   or (select count(*) from cart_items where cart_items.customer_id = wanted.customer_id) < $2::int)
              as is_set
       from jsonb_to_recordset($1::jsonb) as wanted
         (customer_id uuid, sku text, quantity integer, versions integer[])
       left join products on products.sku = wanted.sku and products.active
       left join carts on carts.customer_id = wanted.customer_id
       left join cart_items on cart_items.customer_id = wanted.customer_id
                           and cart_items.product_id = products.id),
   changed as (
     insert into cart_items (customer_id, product_id, quantity)
     select customer_id, product_id, quantity
       from wanted
      where is_set
     on conflict (customer_id, product_id) do update
       set quantity = excluded.quantity),
   versioned as (
     insert into carts as cart (customer_id, version)
     select customer_id, 2
       from wanted
      where is_set
     on conflict (customer_id) do update
       set version = cart.version + 1)
   select customer_id as "customerId", version, product_id is not null as "isForSale", is_set as "isSet"
     from wanted`,
);

export const removeItem = statement<[customerId: string, sku: string], never>(
  'carts.remove_item',
  `with changed as (
     delete from cart_items
      using products
      where products.id = cart_items.product_id
        and cart_items.customer_id = $1::uuid
        and products.sku = $2::text
     returning cart_items.customer_id)
   insert into carts as cart (customer_id, version)
   select customer_id, 2
     from changed
   on conflict (customer_id) do update
     set version = cart.version + 1`,
);

export const clearCarts = statement<[customerIds: readonly string[]], never>(
  'carts.clear',
  `with changed as (
     delete from cart_items
      where customer_id = any($1::uuid[])
     returning customer_id)
   insert into carts as cart (customer_id, version)
   select distinct customer_id, 2
     from changed
   on conflict (customer_id) do update
     set version = cart.version + 1`,
);

/** A line of a cart with what placement needs to know of its product. */
export interface OrderableItemRow extends OfferRow {
  quantity: number;
}

/**
 * Finds the lines of several carts with their products and stock, as `findOffers` does, each cart's in the order in
 * which they were added. An empty cart has one row, without a line.
 */
export const findLinesOfCarts = statement<
  [customerIds: readonly string[]],
  { customerId: string; version: number } & (
    | OrderableItemRow
    | { [Column in keyof OrderableItemRow]: null }
  )
>(
  'carts.find_lines_of_carts',
  `select wanted.customer_id as "customerId", coalesce(carts.version, 1) as version,
          cart_items.product_id as "productId", cart_items.quantity, stock.on_hand as "onHand",
          stock.reserved, products.sku, products.name, products.price_minor as "priceMinor",
          products.active, products.tax_category as "taxCategory", products.category,
          products.modifier_group_ids as "modifierGroupIds"
     from unnest($1::uuid[]) as wanted (customer_id)
     left join carts on carts.customer_id = wanted.customer_id
     left join (cart_items
                join products on products.id = cart_items.product_id
                join stock on stock.product_id = cart_items.product_id)
       on cart_items.customer_id = wanted.customer_id
    order by wanted.customer_id, cart_items.added_at, cart_items.product_id`,
);
