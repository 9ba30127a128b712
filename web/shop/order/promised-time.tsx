import './order.css';
import type { Order } from '../../shared/api.ts';
import { differsFromShop, formatShopMoment, formatShopTime } from '../../shared/shop-clock.ts';
import { useNow } from '../../shared/use-now.ts';

const NOW_MS = 30_000;
const MINUTE_MS = 60_000;

const words: Readonly<Record<Order['fulfilment']['type'], string>> = {
  PICKUP: 'Pick up',
  DELIVERY: 'Delivery',
  DINE_IN: 'At your table',
  SHIPMENT: 'Shipped',
};

const underWay: readonly Order['status'][] = [
  'QUEUED',
  'PENDING',
  'CONFIRMED',
  'PREPARING',
  'READY',
];

/** Shows when an order is promised. Renders nothing once it is over, and for orders without a time. */
export function PromisedTime({ order, timeZone }: { order: Order; timeZone: string }) {
  const now = new Date(useNow(NOW_MS));
  const { type, requestedFor, promisedFor } = order.fulfilment;
  if (promisedFor === null || !underWay.includes(order.status)) return null;
  const at = new Date(promisedFor);
  // A shop without a lead time promises the moment of the order, which is no time to wait for.
  const isSoon = requestedFor === null && at.getTime() - Date.parse(order.createdAt) < MINUTE_MS;
  return (
    <p className="promised">
      <span>{words[type]}</span>
      <strong>{isSoon ? 'as soon as possible' : formatShopMoment(at, { timeZone, now })}</strong>
      {!isSoon && differsFromShop(at, timeZone) && (
        <small>By the shop’s clock, which now shows {formatShopTime(now, timeZone)}.</small>
      )}
    </p>
  );
}
