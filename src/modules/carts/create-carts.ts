import type { Database } from '../../database/database.ts';
import type { Orders, PlacedOrder, PlacementContext, PlacementWish } from '../orders/index.ts';
import { presentCart } from './cart.ts';
import { cartLines } from './cart-lines.ts';
import { type CartItem, clearCart, createCartSetting, removeCartItem } from './change-cart.ts';
import { findItems } from './queries.ts';
import type { CartView } from './schemas.ts';

export interface CartsDeps {
  readonly database: Database;
  readonly orders: Pick<Orders, 'placeFromSource'>;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
}

export interface Carts {
  getCart(customerId: string): Promise<CartView>;
  setItem(customerId: string, item: CartItem): Promise<CartView>;
  removeItem(customerId: string, sku: string): Promise<CartView>;
  clear(customerId: string): Promise<CartView>;
  /** Turns the cart into an order. Throws `carts.empty` and every refusal of a placement. */
  checkOut(context: PlacementContext, wish: PlacementWish): Promise<PlacedOrder>;
}

export function createCarts({ database, orders, currency }: CartsDeps): Carts {
  const setItem = createCartSetting(database);
  return {
    async getCart(customerId) {
      return presentCart(await findItems(database, [customerId]), currency);
    },
    async setItem(customerId, item) {
      return presentCart(await setItem(customerId, item), currency);
    },
    async removeItem(customerId, sku) {
      return presentCart(await removeCartItem(database, customerId, sku), currency);
    },
    async clear(customerId) {
      return presentCart(await clearCart(database, customerId), currency);
    },
    checkOut: (context, wish) => orders.placeFromSource(context, cartLines, wish),
  };
}
