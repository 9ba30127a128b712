import { api, HoldfastError, readBody } from '../shared/api.ts';
import { storageKey } from '../shared/paths.ts';
import type { CartLine, Dish } from './cart-line.ts';

/** Each dish has its own key, so that two tabs that add different dishes never overwrite each other. */
const PREFIX = storageKey('cart.');

interface Stored {
  readonly key: string;
  readonly text: string;
  readonly item: CartLine;
  /** The cart shows its lines in this order. */
  readonly place: number;
}

let current: readonly CartLine[] | null = null;
const listeners = new Set<() => void>();

/** Reads what this browser stores now, which may differ from what a tab remembers. Unreadable entries are skipped. */
function readAll(): Stored[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => {
      const text = localStorage.getItem(key) ?? '';
      try {
        const { item, place } = JSON.parse(text) as Stored;
        return item.sku === key.slice(PREFIX.length) && item.quantity > 0
          ? [{ key, text, item, place }]
          : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.place - b.place);
}

function changedHere(): void {
  current = null;
  for (const listener of listeners) listener();
}

addEventListener('storage', ({ key }) => {
  if (key === null || key.startsWith(PREFIX)) changedHere();
});

/** The cart of a guest, stored in this browser and shared by all its tabs. */
export const guestCart = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read(): readonly CartLine[] {
    current ??= readAll().map(({ item }) => item);
    return current;
  },
  set({ id, sku, name, price }: Dish, quantity: number): void {
    const key = PREFIX + sku;
    const all = readAll();
    const place = all.find((stored) => stored.key === key)?.place ?? (all.at(-1)?.place ?? 0) + 1;
    const item: CartLine = { sku, productId: id, name, quantity, unitPrice: price };
    if (quantity === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ item, place }));
    changedHere();
  },
  /**
   * Moves this cart into the cart on the server. A dish in both keeps the larger quantity, so it does not matter how
   * often, and from how many tabs, the same cart is moved. What the server refuses, such as a removed dish, is dropped.
   */
  async moveToServer(): Promise<void> {
    for (const stored of readAll()) {
      await merge(stored);
      if (isStillThere(stored)) localStorage.removeItem(stored.key);
      changedHere();
    }
  },
};

function isStillThere({ key, text }: Stored): boolean {
  return localStorage.getItem(key) === text;
}

async function merge(stored: Stored): Promise<void> {
  const { sku, quantity } = stored.item;
  for (;;) {
    const cart = await readBody(api.GET('/api/cart'));
    // Another tab has moved it and may have ordered it already, so it must not be added to a later version of the cart.
    if (!isStillThere(stored)) return;
    if (cart.items.some((item) => item.sku === sku && item.quantity >= quantity)) return;
    const header = { 'If-Match': `"${cart.version}"` };
    try {
      await api.PUT('/api/cart/items/{sku}', {
        params: { path: { sku }, header },
        body: { quantity },
      });
      return;
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      if (error.status === 400) return;
      if (error.code !== 'request.precondition_failed') throw error;
    }
  }
}
