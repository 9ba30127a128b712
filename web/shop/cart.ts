import { useSyncExternalStore } from 'react';
import { useProfile } from '../shared/session.ts';
import { type CartLine, type Dish, withQuantity } from './cart-line.ts';
import { useCartChange, useCartChanges, useCartOnServer } from './cart-on-server.ts';
import { guestCart } from './guest-cart.ts';

export interface CartAccess {
  readonly lines: readonly CartLine[];
  /** The number of units. */
  readonly count: number;
  /** The version of the server's cart that is shown; null while it is unknown, for a guest, and during a change. */
  readonly version: number | null;
  readonly error: unknown;
  getQuantity(sku: string): number;
  /** 0 removes the dish. */
  setQuantity(dish: Dish, quantity: number): void;
}

/**
 * Returns the contents of the cart; `useSums` returns what they cost. A customer's cart is on the server, a guest's in
 * the browser until they sign in.
 */
export function useCart(): CartAccess {
  const isCustomer = useProfile()?.role === 'customer';
  const guestLines = useSyncExternalStore(guestCart.subscribe, guestCart.read);
  const server = useCartOnServer();
  const changes = useCartChanges();
  const change = useCartChange();

  const lines = isCustomer
    ? changes.reduce<readonly CartLine[]>(
        (before, { dish, quantity }) => withQuantity(before, dish, quantity),
        server.data?.items ?? [],
      )
    : guestLines;
  return {
    lines,
    count: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    version: isCustomer && changes.length === 0 ? (server.data?.version ?? null) : null,
    error: change.error ?? server.error,
    getQuantity: (sku) => lines.find((line) => line.sku === sku)?.quantity ?? 0,
    setQuantity(dish, quantity) {
      if (isCustomer) change.mutate({ dish, quantity });
      else guestCart.set(dish, quantity);
    },
  };
}
