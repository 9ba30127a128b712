import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, type Money, readBody } from '../../shared/api.ts';
import { notifyOtherTabs } from '../other-tabs.ts';
import { beginPayment } from '../payment.ts';

/** What the customer has seen. They order and pay it, or are asked again. */
interface SeenCart {
  readonly version: number;
  readonly total: Money;
}

interface CheckoutOptions {
  readonly note: string;
  /** A note is stored with the cart. */
  readonly hasNote: boolean;
  onOrdered(): void;
}

/** Orders the customer's cart and leads to its payment. */
export function useCheckout({ note, hasNote, onOrdered }: CheckoutOptions) {
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ version, total }: SeenCart) =>
      readBody(
        api.POST('/api/cart/checkout', {
          body: {
            cartVersion: version,
            expectedTotal: total,
            // An empty one takes the place of a note that is stored with the cart.
            ...(note.trim() === '' && !hasNote ? {} : { note: note.trim() }),
          },
        }),
      ),
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
      queries.invalidateQueries({ queryKey: ['cart'] });
      queries.invalidateQueries({ queryKey: ['products'] });
    },
  });
}
