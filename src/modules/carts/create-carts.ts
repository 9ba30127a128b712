import type { Room } from '../room.ts';
import { type Cart, cartFrom, presentCart } from './cart.ts';
import { clearCart, createCartSetting, removeCartItem } from './change-cart.ts';
import { type CheckOutDependencies, checkOut } from './check-out.ts';
import { findCarts } from './queries.ts';
import { registerCartsRoutes } from './routes.ts';
import type { Carts } from './use-cases.ts';

export type CartsDependencies = CheckOutDependencies;

export function createCarts(dependencies: CartsDependencies): Room<Carts> {
  const { database, currency } = dependencies;
  const setItem = createCartSetting(database);
  const present = (cart: Cart) => presentCart(cart, currency);
  const carts: Carts = {
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
    checkOut: (context, input, ifMatch) => checkOut(dependencies, context, input, ifMatch),
  };
  return { api: carts, routes: (app) => registerCartsRoutes(app, carts) };
}
