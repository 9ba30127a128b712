import { useIsMutating, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { answerOf, api, type Money } from '../shared/api.ts';
import { useProfile } from '../shared/session.ts';
import { type Cart, type CartItem, changed, type Product } from './changed-cart.ts';
import { guestCart } from './guest-cart.ts';
import { tellOtherTabs } from './other-tabs.ts';

export interface CartAccess {
  readonly items: readonly CartItem[];
  readonly total: Money | null;
  /** How many units lie in it. */
  readonly count: number;
  /** Of the cart on the server, as it is shown; null when it is not known: for a guest, or while a change is under way. */
  readonly version: number | null;
  readonly error: unknown;
  quantityOf(sku: string): number;
  /** 0 takes the product out. */
  setQuantity(product: Pick<Product, 'id' | 'sku' | 'name' | 'price'>, quantity: number): void;
}

/** The cart of who is signed in lies on the server; a guest's in the browser, until they sign in. */
export function useCart(): CartAccess {
  const profile = useProfile();
  const queries = useQueryClient();
  const guest = useSyncExternalStore(guestCart.subscribe, guestCart.read);
  const isCustomer = profile?.role === 'customer';
  const server = useQuery({
    queryKey: ['cart'],
    queryFn: async () => {
      await guestCart.moveToServer();
      return answerOf(api.GET('/api/cart'));
    },
    enabled: isCustomer,
  });
  const change = useMutation({
    mutationKey: ['cart'],
    scope: { id: 'cart' },
    mutationFn: ({ sku, quantity }: { sku: string; quantity: number }) => {
      const params = { path: { sku } };
      return quantity === 0
        ? answerOf(api.DELETE('/api/cart/items/{sku}', { params }))
        : answerOf(api.PUT('/api/cart/items/{sku}', { params, body: { quantity } }));
    },
    onSuccess: (cart) => {
      tellOtherTabs();
      // Of several quick touches only the last answer is shown, or the numbers would jump back.
      if (queries.isMutating({ mutationKey: ['cart'] }) === 1) queries.setQueryData(['cart'], cart);
    },
    onError: () => queries.invalidateQueries({ queryKey: ['cart'] }),
  });

  const isChanging = useIsMutating({ mutationKey: ['cart'] }) > 0;

  const cart: Cart | undefined = isCustomer ? server.data : guest;
  const items = cart?.items ?? [];
  return {
    items,
    total: cart?.total ?? null,
    count: items.reduce((sum, { quantity }) => sum + quantity, 0),
    version: isCustomer && !isChanging ? (cart?.version ?? null) : null,
    error: change.error ?? server.error,
    quantityOf: (sku) => items.find((item) => item.sku === sku)?.quantity ?? 0,
    setQuantity(product, quantity) {
      if (!isCustomer) return guestCart.set(product, quantity);
      queries.setQueryData<Cart>(['cart'], (old) => old && changed(old, product, quantity));
      change.mutate({ sku: product.sku, quantity });
    },
  };
}
