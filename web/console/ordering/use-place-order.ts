import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, type BodyOf, type Order, readBody } from '../../shared/api.ts';

export type Payment = 'counter' | 'link';

export interface Placement {
  readonly body: BodyOf<'placeOrder'>;
  readonly payment: Payment;
}

export interface PlacedOrder {
  readonly order: Order;
  /** What the guest needs to see and pay the order. Null: the customer has an account. */
  readonly orderToken: string | null;
  /** Why the order is not confirmed, although it is paid at the counter. */
  readonly confirmError: unknown;
}

/**
 * Places an order; one that is paid at the counter is confirmed, too. The same order has the same key however often it is
 * sent, so that it is placed once although a reply is lost.
 */
export function usePlaceOrder(onPlaced: (placed: PlacedOrder) => void) {
  const queries = useQueryClient();
  const sent = useRef({ text: '', key: '' });
  return useMutation({
    async mutationFn({ body, payment }: Placement): Promise<PlacedOrder> {
      const text = JSON.stringify(body);
      if (sent.current.text !== text) sent.current = { text, key: createKey() };
      const reply = await readBody(
        api.POST('/api/orders', {
          body,
          params: { header: { 'Idempotency-Key': sent.current.key } },
        }),
      );
      const { orderToken = null, ...order } = reply as Order & { orderToken?: string };
      if (payment === 'link' || order.status !== 'PENDING') {
        return { order, orderToken, confirmError: null };
      }
      try {
        return { order: await confirmOrder(order), orderToken, confirmError: null };
      } catch (confirmError) {
        return { order, orderToken, confirmError };
      }
    },
    onSuccess(placed) {
      sent.current = { text: '', key: '' };
      onPlaced(placed);
    },
    onSettled() {
      for (const key of ['quote', 'slots', 'products', 'orders']) {
        void queries.invalidateQueries({ queryKey: [key] });
      }
    },
  });
}

/** Confirms an order that is paid at the counter. */
export async function confirmOrder({ id, version }: Pick<Order, 'id' | 'version'>): Promise<Order> {
  return readBody(
    api.PATCH('/api/orders/{id}/status', {
      params: { path: { id } },
      body: { status: 'CONFIRMED', version },
    }),
  );
}

/** A page served over plain http has no `crypto.randomUUID`. */
function createKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
