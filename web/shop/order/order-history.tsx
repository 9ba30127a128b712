import './order.css';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ItemOf, type Order, readBody } from '../../shared/api.ts';
import { formatShopMoment } from '../../shared/shop-clock.ts';
import { useNow } from '../../shared/use-now.ts';
import { apiForOrder } from '../order-tokens.ts';
import { Problem } from '../parts/problem.tsx';

type HistoryEvent = ItemOf<'getOrderHistory'>;

const NOW_MS = 60_000;

/** What customers care about; other events are the shop's own. */
const words: Readonly<Record<string, string>> = {
  'order.queued': 'Received',
  'order.placed': 'Placed',
  'order.confirmed': 'Confirmed',
  'order.preparing': 'The kitchen has started',
  'order.ready': 'Ready',
  'order.completed': 'Complete',
  'order.cancelled': 'Cancelled',
  'order.failed': 'Not placed',
  'order.rescheduled': 'The time was changed',
  'order.readdressed': 'The details were changed',
  'payment.captured': 'Paid',
  'payment.failed': 'The payment did not go through',
  'refund.succeeded': 'Money sent back',
};

/** Lists what has happened to an order, once the customer asks for it. */
export function OrderHistory({ order, timeZone }: { order: Order; timeZone: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const now = new Date(useNow(NOW_MS));
  const { id } = order;
  const history = useQuery({
    // Read again with each change of the order.
    queryKey: ['order', id, 'history'],
    queryFn: () =>
      readBody(apiForOrder(id).GET('/api/orders/{id}/history', { params: { path: { id } } })),
    enabled: isOpen,
  });
  const events = history.data?.data.filter(({ type }) => type in words) ?? [];
  return (
    <details className="history" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>What has happened</summary>
      {history.error !== null && (
        <Problem error={history.error} onRetry={() => history.refetch()} />
      )}
      <ol>
        {events.map((event) => (
          <li key={event.sequence}>
            <span>{describeEvent(event, timeZone, now)}</span>
            <time dateTime={event.at}>
              {formatShopMoment(new Date(event.at), { timeZone, now })}
            </time>
          </li>
        ))}
      </ol>
    </details>
  );
}

function describeEvent({ type, data }: HistoryEvent, timeZone: string, now: Date): string {
  const text = words[type] ?? type;
  const toMs = type === 'order.rescheduled' ? Date.parse(String(data.to)) : Number.NaN;
  if (Number.isNaN(toMs)) return text;
  return `Moved to ${formatShopMoment(new Date(toMs), { timeZone, now }).replace(/^on /, '')}`;
}
