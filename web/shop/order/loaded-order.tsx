import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { HoldfastError, type Order, readBody } from '../../shared/api.ts';
import { useProfile } from '../../shared/session.ts';
import { apiForOrder, findOrderToken, forgetOrderToken, useOrderToken } from '../order-tokens.ts';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';
import type { ShopSettings } from '../times/openings.ts';
import { useShopSettings } from '../times/use-shop-settings.ts';

type RefetchInterval = Parameters<typeof useQuery<Order>>[0]['refetchInterval'];

/** Reads an order of the customer, or the one whose token this browser has. */
export function useOrder(id: string, refetchInterval: RefetchInterval = false) {
  const profile = useProfile();
  const token = useOrderToken(id);
  return useQuery<Order>({
    queryKey: ['order', id],
    queryFn: () => readOrder(id, Boolean(profile)),
    refetchInterval: refetchInterval ?? false,
    enabled: Boolean(profile) || token !== null,
  });
}

async function readOrder(id: string, isSignedIn: boolean): Promise<Order> {
  const read = () =>
    readBody(apiForOrder(id).GET('/api/orders/{id}', { params: { path: { id } } }));
  try {
    return await read();
  } catch (error) {
    if (!isSignedIn || findOrderToken(id) === null || !isRefused(error, refusedStatuses))
      throw error;
    // The order may be in the user's account.
    forgetOrderToken(id);
    return read();
  }
}

/** How the server answers a token that is not, or no longer, valid for an order. */
const refusedStatuses = [400, 401, 403, 404];

interface LoadedOrderProps {
  readonly id: string;
  readonly order: UseQueryResult<Order>;
  /** `shop` is undefined if it could not be read. */
  children(order: Order, shop: ShopSettings | undefined): ReactNode;
}

/** Shows an order once it has been read, and until then why it has not been. */
export function LoadedOrder({ id, order, children }: LoadedOrderProps) {
  const profile = useProfile();
  const token = useOrderToken(id);
  const shop = useShopSettings();
  if (token !== null && isRefused(order.error, refusedStatuses)) return <LinkEnded id={id} />;
  if (profile === null && token === null) {
    return (
      <Notice title="Sign in to see your order.">
        <p>If you ordered without an account, open the link in the mail about your order.</p>
        <Link href={`/sign-in?then=/orders/${id}`} className="button">
          Sign in
        </Link>
      </Notice>
    );
  }
  // 400: the URL does not contain a valid order id.
  if (isRefused(order.error, [400, 404])) {
    return (
      <Notice title="Order not found.">
        <Link href="/orders">See your orders</Link>
      </Notice>
    );
  }
  // Together, so that nothing moves when the second one arrives.
  if (order.data !== undefined && !shop.isLoading) return children(order.data, shop.data);
  return order.error ? (
    <Problem error={order.error} onRetry={() => order.refetch()} />
  ) : (
    <p className="quiet">Loading…</p>
  );
}

function isRefused(error: unknown, statuses: readonly number[]): boolean {
  return error instanceof HoldfastError && statuses.includes(error.status);
}

/** The server does not accept the token that this browser has. */
function LinkEnded({ id }: { id: string }) {
  return (
    <Notice title="This link is no longer valid.">
      <p>
        A link to an order works until 30 days after the order has ended. Check that you opened the
        whole link from your mail, or ask the shop.
      </p>
      <Link href={`/sign-in?then=/orders/${id}`} className="text-link">
        Is the order in your account? Sign in
      </Link>
    </Notice>
  );
}
