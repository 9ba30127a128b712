import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { api, ConnectionError, HoldfastError, type Order, readBody } from '../../shared/api.ts';
import { useLiveEvents } from '../../shared/live.ts';
import { formatMoney } from '../../shared/money.ts';
import { refreshQueries, shouldRetry } from '../../shared/queries.ts';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { useNow } from '../../shared/use-now.ts';
import { Notice } from '../parts/notice.tsx';
import { Problem } from '../parts/problem.tsx';
import { buildHeadline, Progress } from '../parts/progress.tsx';
import { beginPayment } from '../payment.ts';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** While the live stream is not connected, so that a customer with a bad connection still sees progress. */
const POLL_MS = 5_000;

export function OrderPage({ id }: { id: string }) {
  const profile = useProfile();
  const queries = useQueryClient();
  const refresh = () => {
    refreshQueries(queries, ['order', id]);
    refreshQueries(queries, ['orders']);
  };
  const isLive = useLiveEvents(profile ? `/api/orders/${id}/stream` : null, refresh, refresh);
  const order = useQuery({
    queryKey: ['order', id],
    queryFn: () => readBody(api.GET('/api/orders/{id}', { params: { path: { id } } })),
    refetchInterval: isLive ? shouldRetry : POLL_MS,
    enabled: Boolean(profile),
  });

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
  if (order.data === undefined) {
    return order.error ? (
      <Problem error={order.error} onRetry={() => order.refetch()} />
    ) : (
      <p className="quiet">Loading…</p>
    );
  }
  return <Shown order={order.data} error={order.error} />;
}

interface ShownProps {
  readonly order: Order;
  /** Why the order could not be refreshed. */
  readonly error: Error | null;
}

function Shown({ order, error }: ShownProps) {
  const { title, text } = buildHeadline(order);
  useTitle(`${title} · Order ${order.number}`);
  return (
    <>
      {error instanceof ConnectionError ? (
        <p className="problem" role="status">
          The connection is lost. This is the last known state; we keep trying.
        </p>
      ) : (
        <Problem error={error} />
      )}
      <p className="quiet">Order {order.number}</p>
      <div aria-live="polite">
        <h1>{title}</h1>
        <p>{text}</p>
      </div>
      <Progress status={order.status} />
      <Pay order={order} />
      <ul className="lines">
        {order.items.map((item, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an order never move
          <li className="line" key={place}>
            <span className="times">{item.quantity} ×</span>
            <bdi>{item.name}</bdi>
            <span className="line-total">{formatMoney(item.total)}</span>
          </li>
        ))}
      </ul>
      <p className="sum">
        <span>Total</span>
        <strong>{formatMoney(order.total)}</strong>
      </p>
      <Paid order={order} />
      <p className="quiet">Ordered on {when.format(new Date(order.createdAt))}</p>
      {order.note !== null && (
        <p className="quiet">
          Note: <bdi>{order.note}</bdi>
        </p>
      )}
      <Cancel order={order} />
    </>
  );
}

/** Shows that the order is paid, or how much was refunded. */
function Paid({ order }: { order: Order }) {
  const hasRefunds = ['PARTIALLY_REFUNDED', 'REFUNDED'].includes(order.paymentStatus);
  const payments = useQuery({
    queryKey: ['order', order.id, 'payments'],
    queryFn: () =>
      readBody(api.GET('/api/orders/{id}/payments', { params: { path: { id: order.id } } })),
    enabled: hasRefunds,
  });
  if (order.paymentStatus === 'PAID') return <p className="sum-note">Paid</p>;
  if (!hasRefunds || payments.data === undefined) return null;
  const amount = payments.data.data.reduce((sum, { refunded }) => sum + refunded.amount, 0);
  return (
    <p className="sum-note">
      <span>Refunded</span>
      <strong>{formatMoney({ ...order.total, amount })}</strong>
    </p>
  );
}

/** Shows the payment button while the order waits for its payment. */
function Pay({ order }: { order: Order }) {
  const pay = useMutation({
    mutationFn: () => beginPayment(order.id),
    onSuccess: (url) => location.assign(url),
  });
  const now = useNow(1_000);
  const leftMs = order.expiresAt === null ? null : Date.parse(order.expiresAt) - now;
  const isOwed = ['UNPAID', 'PENDING', 'FAILED'].includes(order.paymentStatus);
  if (order.status !== 'PENDING' || !isOwed) return null;
  return (
    <section className="pay">
      {order.paymentStatus === 'FAILED' && (
        <p>The payment did not go through. You can try again.</p>
      )}
      <button
        type="button"
        className="button wide"
        disabled={pay.isPending}
        onClick={() => pay.mutate()}
      >
        {pay.isPending ? 'Opening the payment page…' : `Pay ${formatMoney(order.total)}`}
      </button>
      {leftMs !== null && (
        <p className="quiet">
          {leftMs > 0
            ? `We will hold it for you for ${minutes(leftMs)}.`
            : 'The time to pay is over. The order may be cancelled at any moment.'}
        </p>
      )}
      <Problem error={pay.error} />
    </section>
  );
}

function Cancel({ order }: { order: Order }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () =>
      readBody(
        api.POST('/api/orders/{id}/cancel', { params: { path: { id: order.id } }, body: {} }),
      ),
    onSuccess: (changed) => queries.setQueryData(['order', order.id], changed),
    onSettled: () => queries.invalidateQueries({ queryKey: ['order', order.id] }),
  });
  const mayCancel = (order.allowedTransitions as readonly string[]).includes('CANCELLED');
  if (!mayCancel) return <Problem error={cancel.error} />;
  return (
    <>
      <button
        type="button"
        className="button quiet-button"
        disabled={cancel.isPending}
        onClick={() => {
          if (confirm('Cancel this order?')) cancel.mutate();
        }}
      >
        Cancel the order
      </button>
      <Problem error={cancel.error} />
    </>
  );
}

function minutes(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 60) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  const whole = Math.ceil(seconds / 60);
  return `${whole} ${whole === 1 ? 'minute' : 'minutes'}`;
}
