import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, type Money, type Order, readBody } from '../../shared/api.ts';
import type { CartAccess } from '../cart.ts';
import { notifyOtherTabs } from '../other-tabs.ts';
import { beginPayment } from '../payment.ts';
import { type GuestDetails, placeAsGuest } from './place-as-guest.ts';

/** What the customer has seen. They order and pay it, or are asked again. */
interface SeenCart {
  readonly version: number;
  readonly total: Money;
}

/** What a guest has seen, who has no cart on the server. */
interface SeenByGuest {
  readonly guest: GuestDetails;
  readonly total: Money;
}

interface CheckoutOptions {
  readonly cart: CartAccess;
  readonly note: string;
  onOrdered(): void;
}

/** Orders the cart, of a customer or of a guest, and leads to its payment. */
export function useCheckout({ cart, note, onOrdered }: CheckoutOptions) {
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (seen: SeenCart | SeenByGuest) =>
      'guest' in seen ? placeAsGuest({ cart, note: note.trim(), ...seen }) : checkOut(seen),
    async onSuccess(order) {
      notifyOtherTabs();
      onOrdered();
      queries.invalidateQueries({ queryKey: ['cart'] });
      queries.setQueryData(['order', order.id], order);
      // Without a payment page the order still exists, and can be paid from its own page.
      const url = order.total.amount === 0 ? null : await beginPayment(order.id).catch(() => null);
      if (url === null) navigate(`/orders/${order.id}`);
      else location.assign(url);
    },
    onError: () => {
      for (const key of ['cart', 'quote', 'products', 'shop', 'slots']) {
        queries.invalidateQueries({ queryKey: [key] });
      }
    },
  });

  function checkOut({ version, total }: SeenCart): Promise<Order> {
    const hasNote = cart.note !== null;
    return readBody(
      api.POST('/api/cart/checkout', {
        body: {
          cartVersion: version,
          expectedTotal: total,
          // An empty one takes the place of a note that is stored with the cart.
          ...(note.trim() === '' && !hasNote ? {} : { note: note.trim() }),
        },
      }),
    );
  }
}
