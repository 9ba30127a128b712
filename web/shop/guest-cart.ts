import { api } from '../shared/api.ts';
import { type Cart, changed, type Product } from './cart.ts';

const KEY = 'holdfast.cart';
const EMPTY: Cart = { items: [], total: { amount: 0, currency: 'GBP' } };

let current = load();
const listeners = new Set<() => void>();

function load(): Cart {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? 'null') as Cart | null) ?? EMPTY;
  } catch {
    return EMPTY;
  }
}

function store(cart: Cart): void {
  current = cart;
  localStorage.setItem(KEY, JSON.stringify(cart));
  for (const listener of listeners) listener();
}

/** What somebody who is not signed in has chosen, kept in this browser. */
export const guestCart = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): Cart => current,
  set(product: Pick<Product, 'id' | 'sku' | 'name' | 'price'>, quantity: number): void {
    store(changed(current, product, quantity));
  },
  /** Puts what lies here into the cart on the server. What the server refuses, such as a dish that is gone, is left out. */
  async moveToServer(): Promise<void> {
    const { items } = current;
    if (items.length === 0) return;
    store(EMPTY);
    for (const { sku, quantity } of items) {
      await api
        .PUT('/api/cart/items/{sku}', { params: { path: { sku } }, body: { quantity } })
        .catch(() => {});
    }
  },
};
