import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ConnectionError, type Order, readBody } from '../../shared/api.ts';
import { Bill } from '../../shared/bill.tsx';
import { LineList } from '../../shared/line-list.tsx';
import { useLiveEvents } from '../../shared/live.ts';
import { formatMoney } from '../../shared/money.ts';
import { refreshQueries, shouldRetry } from '../../shared/queries.ts';
import { useProfile } from '../../shared/session.ts';
import { useTitle } from '../../shared/title.ts';
import { useNow } from '../../shared/use-now.ts';
import { ChangeOrder } from '../order/change-order.tsx';
import { LoadedOrder, useOrder } from '../order/loaded-order.tsx';
import { OrderFacts } from '../order/order-facts.tsx';
import { OrderHistory } from '../order/order-history.tsx';
import { PromisedTime } from '../order/promised-time.tsx';
import { apiForOrder, useOrderToken } from '../order-tokens.ts';
import { Paid } from '../parts/paid.tsx';
import { Problem } from '../parts/problem.tsx';
import { buildHeadline, Progress } from '../parts/progress.tsx';
import { UnconfirmedHint } from '../parts/unconfirmed-hint.tsx';
import { beginPayment } from '../payment.ts';
import { hereZone } from '../times/here-zone.ts';
import type { ShopSettings } from '../times/openings.ts';

/** While the live stream is not connected, so that a customer with a bad connection still sees progress. */
const POLL_MS = 5_000;

export function OrderPage({ id }: { id: string }) {
  const profile = useProfile();
  const token = useOrderToken(id);
  const queries = useQueryClient();
  const refresh = () => {
    refreshQueries(queries, ['order', id]);
    refreshQueries(queries, ['orders']);
  };
  const stream = profile || token !== null ? `/api/orders/${id}/stream` : null;
  const isLive = useLiveEvents(stream, refresh, refresh, token);
  const order = useOrder(id, isLive ? shouldRetry : POLL_MS);
  return (
    <LoadedOrder id={id} order={order}>
      {(loaded, shop) => <Shown order={loaded} shop={shop} error={order.error} />}
    </LoadedOrder>
  );
}

interface ShownProps {
  readonly order: Order;
  readonly shop: ShopSettings | undefined;
  /** Why the order could not be refreshed. */
  readonly error: Error | null;
}

function Shown({ order, shop, error }: ShownProps) {
  const timeZone = shop?.timeZone ?? hereZone;
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
      <PromisedTime order={order} timeZone={timeZone} />
      <Progress order={order} />
      <Pay order={order} />
      <LineList lines={order.items} />
      <Bill bill={order.bill} />
      <Paid order={order} />
      <OrderFacts order={order} timeZone={timeZone} />
      <OrderHistory order={order} timeZone={timeZone} />
      <p>
        <Link href={`/orders/${order.id}/receipt`} className="text-link">
          Receipt to print
        </Link>
      </p>
      <div className="order-actions">
        {shop !== undefined && <ChangeOrder order={order} shop={shop} />}
        <Cancel order={order} />
      </div>
      <UnconfirmedHint />
    </>
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
        apiForOrder(order.id).POST('/api/orders/{id}/cancel', {
          params: { path: { id: order.id } },
          body: {},
        }),
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
