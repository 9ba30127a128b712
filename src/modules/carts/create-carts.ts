import type { Module } from '../module.ts';
import { buildCart, type Cart, presentCart } from './cart.ts';
import { clearCart, createCartItemSetter, removeCartItem } from './change-cart.ts';
import { type CheckOutDependencies, checkOut } from './check-out.ts';
import { findCarts } from './queries.ts';
import { registerCartsRoutes } from './routes.ts';
import type { Carts } from './use-cases.ts';

export type CartsDependencies = CheckOutDependencies;

export function createCarts(dependencies: CartsDependencies): Module<Carts> {
  const { database, currency } = dependencies;
  const setItem = createCartItemSetter(database);
  const present = (cart: Cart) => presentCart(cart, currency);
  const carts: Carts = {
    async getCart(customerId) {
      return present(buildCart(await findCarts(database, [customerId])));
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
