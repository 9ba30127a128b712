import { useSyncExternalStore } from 'react';
import { api, readBody } from '../shared/api.ts';
import { useProfileQuery } from '../shared/session.ts';
import { addItem, replaceItem, setQuantity } from './cart-calls.ts';
import { type CartLine, type Item, withMore, withQuantity, withReplaced } from './cart-line.ts';
import { useCartChange, useCartChanges, useCartOnServer } from './cart-on-server.ts';
import { guestCart } from './guest-cart.ts';
import { guestTerms } from './guest-terms.ts';
import { noTerms, type Terms } from './terms.ts';

export interface CartAccess {
  readonly lines: readonly CartLine[];
  /** What the cart contains is not known yet. */
  readonly isLoading: boolean;
  /** The number of units. */
  readonly count: number;
  readonly terms: Terms;
  /** The note of the order that is stored with the cart. */
  readonly note: string | null;
  /** The version of the server's cart that is shown; null while it is unknown, for a guest, and during a change. */
  readonly version: number | null;
  /** The server has not confirmed every change yet. */
  readonly isChanging: boolean;
  readonly error: unknown;
  /** 0 removes the item. */
  setQuantity(item: Item, quantity: number): void;
  /** Adds units of an item. */
  add(item: Item, quantity: number): void;
  /** Changes an item into another one of the same dish. */
  replace(replaced: Item, item: Item, quantity: number): void;
  changeTerms(changes: Partial<Terms>): void;
}

/**
 * Returns the contents of the cart; `useSums` returns what they cost. A customer's cart is on the server, a guest's in
 * the browser until they sign in.
 */
export function useCart(): CartAccess {
  const { data: profile, error: profileError } = useProfileQuery();
  const isCustomer = profile?.role === 'customer';
  const guestLines = useSyncExternalStore(guestCart.subscribe, guestCart.read);
  const termsOfGuest = useSyncExternalStore(guestTerms.subscribe, guestTerms.read);
  const server = useCartOnServer();
  const changes = useCartChanges();
  const change = useCartChange();

  const lines = isCustomer
    ? changes.reduce<readonly CartLine[]>(
        (before, { lines: next }) => (next === undefined ? before : next(before)),
        server.data?.items ?? [],
      )
    : guestLines;
  const terms: Terms = isCustomer
    ? Object.assign({}, toTerms(server.data), ...changes.map((changed) => changed.terms))
    : termsOfGuest;
  return {
    lines,
    isLoading:
      (profile === undefined && profileError === null) ||
      (isCustomer && server.data === undefined && server.error === null),
    count: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    terms,
    note: isCustomer ? (server.data?.note ?? null) : null,
    version: isCustomer && changes.length === 0 ? (server.data?.version ?? null) : null,
    isChanging: isCustomer && changes.length > 0,
    error: change.error ?? server.error,
    setQuantity(item, quantity) {
      const next = (before: readonly CartLine[]) => withQuantity(before, item, quantity);
      if (!isCustomer) return guestCart.change(next);
      change.mutate({ lines: next, send: (cart) => setQuantity(cart, item, quantity) });
    },
    add(item, quantity) {
      const next = (before: readonly CartLine[]) => withMore(before, item, quantity);
      if (!isCustomer) return guestCart.change(next);
      change.mutate({ lines: next, send: () => addItem(item, quantity) });
    },
    replace(replaced, item, quantity) {
      const next = (before: readonly CartLine[]) => withReplaced(before, replaced, item, quantity);
      if (!isCustomer) return guestCart.change(next);
      change.mutate({ lines: next, send: (cart) => replaceItem(cart, replaced, item, quantity) });
    },
    changeTerms(changed) {
      if (!isCustomer) return guestTerms.change(changed);
      const { discountCodes, ...others } = changed;
      const codes = discountCodes === undefined ? {} : { discountCodes: [...discountCodes] };
      const send = () => readBody(api.PATCH('/api/cart', { body: { ...others, ...codes } }));
      change.mutate({ terms: changed, send });
    },
  };
}

function toTerms(cart: ReturnType<typeof useCartOnServer>['data']): Terms {
  if (cart === undefined) return noTerms;
  const { discountCodes, tip, fulfilment } = cart;
  return { ...noTerms, discountCodes: discountCodes ?? [], tip, fulfilment };
}
