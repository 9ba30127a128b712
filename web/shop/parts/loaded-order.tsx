import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { api, HoldfastError, type Order, readBody } from '../../shared/api.ts';
import { useProfile } from '../../shared/session.ts';
import { Notice } from './notice.tsx';
import { Problem } from './problem.tsx';

type RefetchInterval = Parameters<typeof useQuery<Order>>[0]['refetchInterval'];

/** Reads an order of the customer. */
export function useOrder(id: string, refetchInterval: RefetchInterval = false) {
  const profile = useProfile();
  return useQuery<Order>({
    queryKey: ['order', id],
    queryFn: () => readBody(api.GET('/api/orders/{id}', { params: { path: { id } } })),
    refetchInterval: refetchInterval ?? false,
    enabled: Boolean(profile),
  });
}

interface LoadedOrderProps {
  readonly id: string;
  readonly order: UseQueryResult<Order>;
  children(order: Order): ReactNode;
}

/** Shows an order once it has been read, and until then why it has not been. */
export function LoadedOrder({ id, order, children }: LoadedOrderProps) {
  const profile = useProfile();
  if (profile === null) {
    return (
      <Notice title="Sign in to see your order.">
        <Link href={`/sign-in?then=/orders/${id}`} className="button">
          Sign in
        </Link>
      </Notice>
    );
  }
  // 400: the URL does not contain a valid order id.
  if (order.error instanceof HoldfastError && [400, 404].includes(order.error.status)) {
    return (
      <Notice title="Order not found.">
        <Link href="/orders">See your orders</Link>
      </Notice>
    );
  }
  if (order.data !== undefined) return children(order.data);
  return order.error ? (
    <Problem error={order.error} onRetry={() => order.refetch()} />
  ) : (
    <p className="quiet">Loading…</p>
  );
}
