import type { PlacedOrder, PlacementContext } from '../orders/index.ts';
import { type Cart, cartFrom, presentCart } from './cart.ts';
import {
  type CartItem,
  type CartTarget,
  clearCart,
  createCartSetting,
  removeCartItem,
} from './change-cart.ts';
import { type CheckOutDeps, checkOut } from './check-out.ts';
import { findCarts } from './queries.ts';
import type { CartView, CheckOutInput } from './schemas.ts';

export type CartsDeps = CheckOutDeps;

export interface Carts {
  getCart(customerId: string): Promise<CartView>;
  setItem(target: CartTarget, item: CartItem): Promise<CartView>;
  removeItem(target: CartTarget, sku: string): Promise<CartView>;
  clear(target: CartTarget): Promise<CartView>;
  /** Turns the cart into an order. Throws `carts.empty`, `carts.changed` and every refusal of a placement. */
  checkOut(
    context: PlacementContext,
    input: CheckOutInput,
    ifMatch: readonly number[] | null,
  ): Promise<PlacedOrder>;
}

export function createCarts(deps: CartsDeps): Carts {
  const { database, currency } = deps;
  const setItem = createCartSetting(database);
  const present = (cart: Cart) => presentCart(cart, currency);
  return {
    async getCart(customerId) {
      return present(cartFrom(await findCarts(database, [customerId])));
    },
    async setItem(target, item) {
      return present(await setItem(target, item));
    },
    async removeItem(target, sku) {
      return present(await removeCartItem(database, target, sku));
    },
    async clear(target) {
      return present(await clearCart(database, target));
    },
    checkOut: (context, input, ifMatch) => checkOut(deps, context, input, ifMatch),
  };
}
