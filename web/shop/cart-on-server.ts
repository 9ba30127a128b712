import { useMutation, useMutationState, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, readBody } from '../shared/api.ts';
import { useProfile } from '../shared/session.ts';
import type { ServerCart } from './cart-calls.ts';
import type { CartLine } from './cart-line.ts';
import { moveCartToServer } from './move-cart.ts';
import { notifyOtherTabs } from './other-tabs.ts';
import type { Terms } from './terms.ts';

const CART = ['cart'];

/** A change that the server has not confirmed yet. */
interface Change {
  /** What the page shows until then. */
  readonly lines?: (before: readonly CartLine[]) => readonly CartLine[];
  readonly terms?: Partial<Terms>;
  /** Sends it; `cart` includes all earlier changes. */
  send(cart: ServerCart | undefined): Promise<ServerCart>;
}

/** Reads the cart of the signed-in customer; for guests and staff it stays empty. */
export function useCartOnServer() {
  const profile = useProfile();
  return useQuery<ServerCart>({
    queryKey: CART,
    queryFn: async () => {
      await moveCartToServer();
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
    mutationFn: ({ send }: Change) => send(queries.getQueryData<ServerCart>(CART)),
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
