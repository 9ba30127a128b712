import { isId } from '../../shared/ids.ts';
import type { Module } from '../module.ts';
import { addCartItem, removeCartItem, updateCartItem } from './change-items.ts';
import { type CheckOutDependencies, checkOut } from './check-out.ts';
import { createOldCartsPurge } from './clear-old-carts.ts';
import { cartsPersonalData } from './personal-data/part.ts';
import { presentCart, quoteCarts } from './present-cart.ts';
import { readCarts } from './read-carts.ts';
import { registerCartsRoutes } from './routes.ts';
import { createCartItemSetter } from './set-cart-items.ts';
import { clearCart, updateCart } from './update-cart.ts';
import type { Carts } from './use-cases.ts';

const PURGE_INTERVAL_MS = 24 * 60 * 60_000;

export type CartsDependencies = CheckOutDependencies;

export function createCarts(dependencies: CartsDependencies): Module<Carts> {
  const { database, orders, currency } = dependencies;
  const setItem = createCartItemSetter(database, orders);
  const carts: Carts = {
    personalData: cartsPersonalData,
    async getCart(customerId) {
      const read = await readCarts(database, orders, [customerId]);
      const [quoted] = await quoteCarts(database, orders, [...read.values()]);
      return presentCart(quoted!, currency);
    },
    updateCart: (target, input) => updateCart(dependencies, target, input),
    async setItem(target, { sku, quantity }) {
      if (!isId(sku)) return presentCart(await setItem(target, { sku, quantity }), currency);
      const change = { ...target, claim: null };
      return (await updateCartItem(dependencies, change, sku, { quantity })).result;
    },
    addItem: (target, input) => addCartItem(dependencies, target, input),
    updateItem: (target, reference, input) =>
      updateCartItem(dependencies, target, reference, input),
    removeItem: (target, reference) => removeCartItem(dependencies, target, reference),
    clear: (target) => clearCart(dependencies, target),
    checkOut: (context, input, ifMatch) =>
      checkOut(dependencies, carts.getCart, context, input, ifMatch),
  };
  return {
    api: carts,
    routes: (app) => registerCartsRoutes(app, carts),
    purges: [
      {
        name: 'carts.clear-old',
        everyMs: PURGE_INTERVAL_MS,
        slices: { carts: createOldCartsPurge() },
      },
    ],
  };
}
