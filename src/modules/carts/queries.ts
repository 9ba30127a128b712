import { statement } from '../../database/statement.ts';
import type { OfferRow } from '../inventory/index.ts';
import type { Fulfilment } from '../orders/index.ts';

/** The chosen modifiers of an item: the units for one unit of the item, by code. Null: none. */
export type Selection = Readonly<Record<string, number>> | null;

/** An item of a cart with what a placement needs to know of its product. */
export interface CartItemRow extends OfferRow {
  itemId: string;
  quantity: number;
  modifiers: Selection;
  itemNote: string | null;
}

/** What a cart states besides its items. Null: not stated. */
export interface CartTerms {
  readonly discountCodes: readonly string[] | null;
  readonly tipMinor: number | null;
  readonly note: string | null;
  readonly fulfilment: Fulfilment | null;
}

/** One item of a cart; an empty cart has one row, without an item. */
export type CartRow = { readonly customerId: string; readonly version: number } & CartTerms &
  (CartItemRow | { readonly [Column in keyof CartItemRow]: null });

/** A row that was read to be quoted. */
export type QuotableRow = CartRow & { readonly readAt: Date; readonly priceVersion: number };

/**
 * Finds several carts, the items of each in the order in which they were added, with their products and stock as
 * `findOffers` does. The time and the version of the price list are those of the read.
 */
export const findCarts = statement<[customerIds: readonly string[]], QuotableRow>(
  'carts.find',
  `select wanted.customer_id as "customerId", coalesce(carts.version, 1) as version,
          carts.discount_codes as "discountCodes", carts.tip_minor as "tipMinor", carts.note,
          carts.fulfilment, cart_items.id as "itemId", cart_items.product_id as "productId",
          cart_items.quantity, cart_items.modifiers, cart_items.note as "itemNote",
          stock.on_hand as "onHand", stock.reserved, products.sku, products.name,
          products.price_minor as "priceMinor", products.active,
          products.tax_category as "taxCategory", products.category,
          products.modifier_group_ids as "modifierGroupIds",
          now()::timestamptz(3) as "readAt",
          (select version from price_versions) as "priceVersion"
     from unnest($1::uuid[]) as wanted (customer_id)
     left join carts on carts.customer_id = wanted.customer_id
     left join (cart_items
                join products on products.id = cart_items.product_id
                join stock on stock.product_id = cart_items.product_id)
       on cart_items.customer_id = wanted.customer_id
    order by wanted.customer_id, cart_items.added_at, cart_items.id`,
  { isShort: true },
);

/** Finds several carts for their placement, which reads the time and the price list itself. */
export const findLinesOfCarts = statement<[customerIds: readonly string[]], CartRow>(
  'carts.find_lines_of_carts',
  `select wanted.customer_id as "customerId", coalesce(carts.version, 1) as version,
          carts.discount_codes as "discountCodes", carts.tip_minor as "tipMinor", carts.note,
          carts.fulfilment, cart_items.id as "itemId", cart_items.product_id as "productId",
          cart_items.quantity, cart_items.modifiers, cart_items.note as "itemNote",
          stock.on_hand as "onHand", stock.reserved, products.sku, products.name,
          products.price_minor as "priceMinor", products.active,
          products.tax_category as "taxCategory", products.category,
          products.modifier_group_ids as "modifierGroupIds"
     from unnest($1::uuid[]) as wanted (customer_id)
     left join carts on carts.customer_id = wanted.customer_id
     left join (cart_items
                join products on products.id = cart_items.product_id
                join stock on stock.product_id = cart_items.product_id)
       on cart_items.customer_id = wanted.customer_id
    order by wanted.customer_id, cart_items.added_at, cart_items.id`,
);

export interface SetItemRow {
  customerId: string;
  /** The version of the cart before the change. */
  version: number;
  isForSale: boolean;
  /** A modifier group of the product from which something must be chosen. */
  required: { id: string; name: string; min: number; max: number } | null;
  isSet: boolean;
}

/**
 * Sets the quantity of the item without modifiers and note in each of several carts. `rows` is a JSON array of
 * `{customer_id, id, sku, quantity, versions}`: a cart with another version than these is left alone, and null accepts
 * any. So is a cart without the item that is full, that of somebody who was erased meanwhile, and any cart if the product is
 * not for sale or requires modifiers.
 * `id` is for a new item. Returns a row for each cart. Exact under the locks of the customers' rows.
 */
export const setItems = statement<[rows: string, linesMax: number], SetItemRow>(
  'carts.set_items',
  `with wanted as materialized (
     select wanted.customer_id, wanted.id, wanted.quantity, products.id as product_id,
            coalesce(carts.version, 1) as version, required.modifier_group,
            products.id is not null
              and required.modifier_group is null
              and not users.guest
              and (wanted.versions is null or coalesce(carts.version, 1) = any(wanted.versions))
              and (cart_items.product_id is not null
                   or (select count(*) from cart_items where cart_items.customer_id = wanted.customer_id) < $2::int)
              as is_set
       from jsonb_to_recordset($1::jsonb) as wanted
         (customer_id uuid, id uuid, sku text, quantity integer, versions integer[])
       join users on users.id = wanted.customer_id
       left join products on products.sku = wanted.sku and products.active
       left join lateral (
         select jsonb_build_object('id', id, 'name', name, 'min', min, 'max', max) as modifier_group
           from modifier_groups
          where products.modifier_group_ids <> '{}'
            and id = any(products.modifier_group_ids)
            and min > 0
          order by array_position(products.modifier_group_ids, id)
          limit 1) as required on true
       left join carts on carts.customer_id = wanted.customer_id
       left join cart_items on cart_items.customer_id = wanted.customer_id
                           and cart_items.product_id = products.id
                           and cart_items.modifiers is null
                           and cart_items.note is null),
   changed as (
     insert into cart_items (id, customer_id, product_id, quantity)
     select id, customer_id, product_id, quantity
       from wanted
      where is_set
     on conflict (customer_id, product_id, sha256(modifiers::text::bytea), note) do update
       set quantity = excluded.quantity),
   versioned as (
     insert into carts as cart (customer_id, version)
     select customer_id, 2
       from wanted
      where is_set
     on conflict (customer_id) do update
       set version = cart.version + 1,
           changed_at = now())
   select customer_id as "customerId", version, product_id is not null as "isForSale",
          modifier_group as required, is_set as "isSet"
     from wanted`,
);

/**
 * Adds an item, or its quantity to that of the equal one. Returns the item's id, or nothing if no product with this SKU
 * is for sale. Exact under the lock of the customer's row.
 */
export const addItem = statement<
  [
    customerId: string,
    newId: string,
    sku: string,
    quantity: number,
    modifiers: string | null,
    note: string | null,
  ],
  { id: string }
>(
  'carts.add_item',
  `insert into cart_items as item (id, customer_id, product_id, quantity, modifiers, note)
   select $2::uuid, $1::uuid, products.id, $4::int, $5::jsonb, $6::text
     from products
    where products.sku = $3::text
      and products.active
   on conflict (customer_id, product_id, sha256(modifiers::text::bytea), note) do update
     set quantity = item.quantity + excluded.quantity
   returning id`,
);

export const changeItem = statement<
  [id: string, quantity: number, modifiers: string | null, note: string | null],
  never
>(
  'carts.change_item',
  `update cart_items
      set quantity = $2::int, modifiers = $3::jsonb, note = $4::text
    where id = $1::uuid`,
);

export const deleteItem = statement<[id: string], never>(
  'carts.delete_item',
  `delete from cart_items
    where id = $1::uuid`,
);

export const raiseVersion = statement<[customerId: string], never>(
  'carts.raise_version',
  `insert into carts as cart (customer_id, version)
   values ($1::uuid, 2)
   on conflict (customer_id) do update
     set version = cart.version + 1,
         changed_at = now()`,
);

/** Stores what a cart states besides its items, as its next version. */
export const storeTerms = statement<
  [
    customerId: string,
    discountCodes: readonly string[] | null,
    tipMinor: number | null,
    note: string | null,
    fulfilment: string | null,
  ],
  never
>(
  'carts.store_terms',
  `insert into carts as cart (customer_id, version, discount_codes, tip_minor, note, fulfilment)
   values ($1::uuid, 2, $2::text[], $3::bigint, $4::text, $5::jsonb)
   on conflict (customer_id) do update
     set version = cart.version + 1,
         changed_at = now(),
         discount_codes = excluded.discount_codes,
         tip_minor = excluded.tip_minor,
         note = excluded.note,
         fulfilment = excluded.fulfilment`,
);

/** Removes all items and terms of several carts. The version of a cart that has none remains. */
export const clearCarts = statement<[customerIds: readonly string[]], never>(
  'carts.clear',
  `with removed as (
     delete from cart_items
      where customer_id = any($1::uuid[])
     returning customer_id)
   insert into carts as cart (customer_id, version)
   select customer_id, 2
     from removed
    union
   select customer_id, 2
     from carts
    where customer_id = any($1::uuid[])
      and num_nonnulls(discount_codes, tip_minor, note, fulfilment) > 0
   on conflict (customer_id) do update
     set version = cart.version + 1,
         changed_at = now(),
         discount_codes = null,
         tip_minor = null,
         note = null,
         fulfilment = null`,
);

/** Whether a cart has something in it and was last changed 90 days ago. */
const isOld = `changed_at < now() - interval '90 days'
      and (num_nonnulls(discount_codes, tip_minor, note, fulfilment) > 0
           or exists (select from cart_items where cart_items.customer_id = carts.customer_id))`;

/** Returns customers with such carts, in the order of their ids, after one of them or from the first. */
export const findOldCarts = statement<
  [after: string | null, limit: number],
  { customerId: string }
>(
  'carts.find_old',
  `select customer_id as "customerId"
     from carts
    where customer_id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000')
      and ${isOld}
    order by customer_id
    limit $2::int`,
);

/** Returns those of these customers who have such carts. Exact under the locks of the customers' rows. */
export const keepOldCarts = statement<[customerIds: readonly string[]], { customerId: string }>(
  'carts.keep_old',
  `select customer_id as "customerId"
     from carts
    where customer_id = any($1::uuid[])
      and ${isOld}`,
);
