import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type ReplyOf, readBody } from '../shared/api.ts';
import { useProfile } from '../shared/session.ts';
import type { Dish } from './cart-line.ts';
import { guestCart } from './guest-cart.ts';
import { notifyOtherTabs } from './other-tabs.ts';

const CART = ['cart'];

/** A new quantity that the server has not confirmed yet. */
interface Change {
  readonly dish: Dish;
  readonly quantity: number;
}

/** Reads the cart of the signed-in customer; for guests and staff it stays empty. */
export function useCartOnServer() {
  const profile = useProfile();
  return useQuery<ReplyOf<'getCart'>>({
    queryKey: CART,
    queryFn: async () => {
      await guestCart.moveToServer();
      return readBody(api.GET('/api/cart'));
    },
    enabled: profile?.role === 'customer',
  });
}

export function useCartChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationKey: CART,
    // One after the other, so that each reply includes all earlier changes.
    scope: { id: 'cart' },
    mutationFn: ({ dish: { sku }, quantity }: Change) => {
      const params = { path: { sku } };
      return quantity === 0
        ? readBody(api.DELETE('/api/cart/items/{sku}', { params }))
        : readBody(api.PUT('/api/cart/items/{sku}', { params, body: { quantity } }));
    },
    onSuccess: (cart) => {
      notifyOtherTabs();
      queries.setQueryData(CART, cart);
    },
    onError: () => queries.invalidateQueries({ queryKey: CART }),
  });
}

/** Returns the changes that the server has not confirmed yet, oldest first. */
export function useCartChanges(): readonly Change[] {
  return useMutationState({
    filters: { mutationKey: CART, status: 'pending' },
    select: ({ state }) => state.variables as Change,
  });
}
