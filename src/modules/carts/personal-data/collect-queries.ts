import { statement } from '../../../database/statement.ts';

/** What the module keeps for a user. A cart without terms and items has no rows. */
export const collectCart = statement<[customerId: string], object>(
  'carts.collect_cart',
  `select version, discount_codes as "discountCodes", tip_minor as "tipMinor", note, fulfilment
     from carts
    where customer_id = $1::uuid`,
);

export const collectCartItems = statement<[customerId: string], object>(
  'carts.collect_items',
  `select id, product_id as "productId", quantity, modifiers, note, added_at as "addedAt"
     from cart_items
    where customer_id = $1::uuid
    order by added_at, id`,
);
