import { AddressLines } from '../../shared/address-lines.tsx';
import type { Order } from '../../shared/api.ts';
import { hasTime } from '../fulfilment/draft.ts';

const fulfilmentWords: Readonly<Record<Order['fulfilment']['type'], string>> = {
  PICKUP: 'Pickup at the shop',
  DELIVERY: 'Delivery to',
  DINE_IN: 'Eaten at the shop',
  SHIPMENT: 'Shipped to',
};

/** Shows when an order was placed, how it is fulfilled, and its note, by the shop's clock. */
export function OrderFacts({ order, timeZone }: { order: Order; timeZone: string }) {
  const { fulfilment, shippingAddress, note, createdAt } = order;
  const { type, address, contact, instructions, table, requestedFor } = fulfilment;
  const format = new Intl.DateTimeFormat(undefined, {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  return (
    <div className="order-facts">
      <p>Ordered on {format.format(new Date(createdAt))}</p>
      {requestedFor !== null && hasTime(type) && <p>For {format.format(new Date(requestedFor))}</p>}
      <p>{fulfilmentWords[type]}</p>
      {table !== null && (
        <p>
          Table <bdi>{table}</bdi>
        </p>
      )}
      {address !== null && (
        <address>
          {contact?.name && (
            <>
              <bdi>{contact.name}</bdi>
              <br />
            </>
          )}
          <AddressLines address={address} />
        </address>
      )}
      {shippingAddress !== null && address === null && (
        <address dir="auto">{shippingAddress}</address>
      )}
      {address === null && contact?.name && (
        <p>
          For <bdi>{contact.name}</bdi>
        </p>
      )}
      {contact?.phone && (
        <p>
          Phone <bdi dir="ltr">{contact.phone}</bdi>
        </p>
      )}
      {instructions !== null && (
        <p>
          <bdi>{instructions}</bdi>
        </p>
      )}
      {note !== null && note !== '' && (
        <p>
          Note: <bdi>{note}</bdi>
        </p>
      )}
    </div>
  );
}
