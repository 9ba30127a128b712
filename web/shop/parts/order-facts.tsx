import { AddressLines } from '../../shared/address-lines.tsx';
import type { Order } from '../../shared/api.ts';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const fulfilmentWords: Readonly<Record<Order['fulfilment']['type'], string>> = {
  PICKUP: 'Pickup at the shop',
  DELIVERY: 'Delivery to',
  DINE_IN: 'Eaten at the shop',
  SHIPMENT: 'Shipped to',
};

/** Shows when an order was placed, how it is fulfilled, and its note. */
export function OrderFacts({ order }: { order: Order }) {
  const { fulfilment, shippingAddress, note, createdAt } = order;
  const { address } = fulfilment;
  return (
    <div className="order-facts">
      <p>Ordered on {when.format(new Date(createdAt))}</p>
      <p>{fulfilmentWords[fulfilment.type]}</p>
      {address !== null && (
        <address>
          <AddressLines address={address} />
        </address>
      )}
      {shippingAddress !== null && <address dir="auto">{shippingAddress}</address>}
      {note !== null && note !== '' && (
        <p>
          Note: <bdi>{note}</bdi>
        </p>
      )}
    </div>
  );
}
