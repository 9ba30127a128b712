import { statement } from '../../database/statement.ts';
import type { Actor } from '../../shared/caller.ts';
import type { MovementKind } from './movement.ts';

export interface StockRow {
  productId: string;
  onHand: number;
  reserved: number;
}

/**
 * Locks stock against other changes, in the order of product ids, as every transaction does. Products without stock are
 * left out.
 */
export const lockStock = statement<[productIds: readonly string[]], StockRow>(
  'inventory.lock_stock',
  `select product_id as "productId", on_hand as "onHand", reserved
     from stock
    where product_id = any($1::uuid[])
    order by product_id
      for no key update`,
);

export interface OfferRow extends StockRow {
  sku: string;
  name: string;
  priceMinor: number;
  active: boolean;
  taxCategory: string;
  category: string | null;
  modifierGroupIds: readonly string[];
}

const offers = `
   select stock.product_id as "productId", stock.on_hand as "onHand", stock.reserved,
          products.sku, products.name, products.price_minor as "priceMinor", products.active,
          products.tax_category as "taxCategory", products.category,
          products.modifier_group_ids as "modifierGroupIds"
     from products
     join stock on stock.product_id = products.id
    where products.id = any($1::uuid[])
       or products.sku = any($2::text[])
    order by stock.product_id`;

/** Finds products by id or SKU, as they are sold now, with their stock. Missing products are left out. */
export const findOffers = statement<
  [productIds: readonly string[], skus: readonly string[]],
  OfferRow
>('inventory.find_offers', offers);

/** Does the same, with the stock locked as by `lockStock`. */
export const lockOffers = statement<
  [productIds: readonly string[], skus: readonly string[]],
  OfferRow
>('inventory.lock_offers', `${offers}\n      for no key update of stock`);

/**
 * Adds to (`sign` 1) or subtracts from (-1) the reserved units. Each product occurs once. Locks in the order of product
 * ids before it changes a row. Returns the changed products.
 */
export const changeReserved = statement<
  [productIds: readonly string[], quantities: readonly number[], sign: 1 | -1],
  { productId: string }
>(
  'inventory.change_reserved',
  `with locked as materialized (
     select product_id
       from stock
      where product_id = any($1::uuid[])
      order by product_id
        for no key update)
   update stock
      set reserved = stock.reserved + $3::bigint * change.quantity
     from unnest($1::uuid[], $2::bigint[]) as change (product_id, quantity)
     join locked on locked.product_id = change.product_id
    where stock.product_id = change.product_id
   returning stock.product_id as "productId"`,
);

/** Does the same for one product, at half the cost: there is no order to lock in. */
export const changeReservedOfOne = statement<
  [productId: string, quantity: number, sign: 1 | -1],
  { productId: string }
>(
  'inventory.change_reserved_of_one',
  `update stock
      set reserved = reserved + $3::bigint * $2::bigint
    where product_id = $1::uuid
   returning product_id as "productId"`,
);

/**
 * Removes units on hand together with their reservation (`sign` -1), or restores both (1), and writes the ledger.
 * `movements` is a JSON array with the members named below, at most one per order and product. Each ledger row shows
 * the stock after it, as if the movements had happened one after the other. Returns the written rows.
 */
export const moveStock = statement<
  [movements: string, sign: 1 | -1, kind: 'consumption' | 'return'],
  { id: string }
>(
  'inventory.move_stock',
  `with movement as (
     select id, product_id, order_id, quantity, reason, actor_type, actor_id, actor_role,
            sum(quantity) over (partition by product_id order by id desc)::bigint - quantity as later
       from jsonb_to_recordset($1::jsonb) as new_movement
         (id uuid, product_id uuid, order_id uuid, quantity bigint, reason text,
          actor_type text, actor_id uuid, actor_role text)),
   wanted as (
     select product_id, sum(quantity)::bigint as quantity
       from movement
      group by product_id),
   locked as materialized (
     select product_id
       from stock
      where product_id in (select product_id from wanted)
      order by product_id
        for no key update),
   changed as (
     update stock
        set on_hand = stock.on_hand + $2::bigint * wanted.quantity,
            reserved = stock.reserved + $2::bigint * wanted.quantity
       from wanted
       join locked on locked.product_id = wanted.product_id
      where stock.product_id = wanted.product_id
     returning stock.product_id, stock.on_hand, stock.reserved)
   insert into stock_movements (id, product_id, kind, delta, reason, order_id, on_hand, reserved,
                                actor_type, actor_id, actor_role, at)
   select movement.id, movement.product_id, $3::text, $2::bigint * movement.quantity,
          movement.reason, movement.order_id,
          changed.on_hand - $2::bigint * movement.later,
          changed.reserved - $2::bigint * movement.later,
          movement.actor_type, movement.actor_id, movement.actor_role, clock_timestamp()
     from movement
     join changed on changed.product_id = movement.product_id
   returning id`,
);

export const insertStock = statement<[productId: string, onHand: number], never>(
  'inventory.insert_stock',
  `insert into stock (product_id, on_hand)
   values ($1::uuid, $2::bigint)`,
);

export const changeOnHand = statement<
  [productId: string, delta: number],
  { onHand: number; reserved: number }
>(
  'inventory.change_on_hand',
  `update stock
      set on_hand = on_hand + $2::bigint
    where product_id = $1::uuid
   returning on_hand as "onHand", reserved`,
);

export interface MovementRow {
  id: string;
  kind: MovementKind;
  delta: number;
  reason: string;
  orderId: string | null;
  onHand: number;
  reserved: number;
  actorType: Actor['type'];
  actorId: string | null;
  actorRole: Actor['role'];
  at: Date;
}

const movementColumns = `
  id, kind, delta, reason, order_id as "orderId", on_hand as "onHand", reserved,
  actor_type as "actorType", actor_id as "actorId", actor_role as "actorRole", at`;

/**
 * Uses the current time, not the transaction's: under the row's lock it increases with every movement of the product.
 */
export const insertMovement = statement<
  [
    id: string,
    productId: string,
    kind: 'initial' | 'adjustment',
    delta: number,
    reason: string,
    onHand: number,
    reserved: number,
    actorType: Actor['type'],
    actorId: string | null,
    actorRole: Actor['role'],
  ],
  MovementRow
>(
  'inventory.insert_movement',
  `insert into stock_movements (id, product_id, kind, delta, reason, on_hand, reserved,
                                actor_type, actor_id, actor_role, at)
   values ($1::uuid, $2::uuid, $3::text, $4::bigint, $5::text, $6::bigint, $7::bigint,
           $8::text, $9::uuid, $10::text, clock_timestamp())
   returning ${movementColumns}`,
);

/** Lists the ledger of a product, newest first, before (at, id) if given. */
export const listMovements = statement<
  [productId: string, beforeAt: string | null, beforeId: string | null, limit: number],
  MovementRow
>(
  'inventory.list_movements',
  `select ${movementColumns}
     from stock_movements
    where product_id = $1::uuid
      and ($2::timestamptz is null or (at, id) < ($2::timestamptz, $3::uuid))
    order by at desc, id desc
    limit $4::int`,
);
