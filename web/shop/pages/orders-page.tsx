import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, type Order, readBody } from '../../shared/api.ts';
import { ItemNames } from '../../shared/item-names.tsx';
import { formatMoney } from '../../shared/money.ts';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { useOrder } from '../order/loaded-order.tsx';
import { useOrdersWithToken } from '../order-tokens.ts';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';
import { formatStatus } from '../parts/progress.tsx';
import { UnconfirmedHint } from '../parts/unconfirmed-hint.tsx';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function OrdersPage() {
  useTitle('My orders');
  const profile = useProfile();
  const orders = useInfiniteQuery({
    queryKey: ['orders'],
    queryFn: ({ pageParam }) =>
      readBody(
        api.GET('/api/orders', {
          params: { query: pageParam === null ? {} : { cursor: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled: Boolean(profile),
  });
  if (profile === null) {
    return (
      <>
        <Notice title="Sign in to see your orders.">
          <Link href="/sign-in?then=/orders" className="button">
            Sign in
          </Link>
        </Notice>
        <OrdersHere />
      </>
    );
  }
  const all = orders.data?.pages.flatMap(({ data }) => data);
  if (all?.length === 0) {
    return (
      <Notice title="No orders yet.">
        <Link href="/" className="button">
          See the menu
        </Link>
        <UnconfirmedHint />
      </Notice>
    );
  }
  return (
    <>
      <h1>My orders</h1>
      {orders.error && <Problem error={orders.error} onRetry={() => orders.refetch()} />}
      {all === undefined && !orders.error && <p className="quiet">Loading…</p>}
      <ul className="orders">
        {all?.map((order) => (
          <li key={order.id}>
            <OrderLink order={order} />
          </li>
        ))}
      </ul>
      {orders.hasNextPage && (
        <button type="button" className="more" onClick={() => orders.fetchNextPage()}>
          {orders.isFetchingNextPage ? 'Loading…' : 'Show more'}
        </button>
      )}
      {all !== undefined && <UnconfirmedHint />}
    </>
  );
}

/** Lists the orders that were placed in this browser without an account. */
function OrdersHere() {
  const ids = useOrdersWithToken();
  if (ids.length === 0) return null;
  return (
    <section aria-labelledby="orders-here">
      <h2 id="orders-here">Ordered here without an account</h2>
      <ul className="orders">
        {ids.map((id) => (
          <OrderHere key={id} id={id} />
        ))}
      </ul>
    </section>
  );
}

/** Renders nothing for an order that its token no longer opens. */
function OrderHere({ id }: { id: string }) {
  const { data } = useOrder(id);
  return (
    data !== undefined && (
      <li>
        <OrderLink order={data} />
      </li>
    )
  );
}

function OrderLink({ order }: { order: Order }) {
  return (
    <Link href={`/orders/${order.id}`}>
      <span>
        <strong>
          <ItemNames items={order.items} />
        </strong>
        <span className="quiet">
          {order.number} · {when.format(new Date(order.createdAt))}
        </span>
      </span>
      <span className="standing">
        <span className="price">{formatMoney(order.total)}</span>
        <span className="quiet">{formatStatus(order)}</span>
      </span>
    </Link>
  );
}
