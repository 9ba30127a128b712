import type { Order } from '../../shared/api.ts';
import { formatFulfilment, listAddressLines } from '../parts/fulfilment.ts';

const timeFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/** What the kitchen hangs up: what to make, in large letters, without prices. */
export function Ticket({ order }: { order: Order }) {
  const { fulfilment, items, note, customer } = order;
  return (
    <div className="ticket">
      <header className="sheet-head">
        <h1 className="ticket-number">{order.number}</h1>
        <p className="ticket-type">{formatFulfilment(fulfilment.type)}</p>
        <p>
          <time dateTime={order.createdAt}>{timeFormat.format(new Date(order.createdAt))}</time>
          {customer !== undefined && customer.name !== '' && (
            <>
              {' '}
              · <bdi>{customer.name}</bdi>
            </>
          )}
          {order.vip && ' · VIP'}
        </p>
      </header>
      <ul className="ticket-lines">
        {items.map((item) => (
          <li key={item.line}>
            <span className="ticket-quantity">{item.quantity} ×</span> <bdi>{item.name}</bdi>
            {item.modifiers.length > 0 && (
              <ul className="ticket-modifiers">
                {item.modifiers.map(({ code, name, quantity }) => (
                  <li key={code}>
                    {quantity > 1 && `${quantity} × `}
                    <bdi>{name}</bdi>
                  </li>
                ))}
              </ul>
            )}
            {item.note !== null && (
              <p className="ticket-note">
                <bdi>{item.note}</bdi>
              </p>
            )}
          </li>
        ))}
      </ul>
      {note !== null && (
        <p className="ticket-note">
          <bdi>{note}</bdi>
        </p>
      )}
      {fulfilment.address !== null && (
        <p dir="auto" className="ticket-address">
          {listAddressLines(fulfilment.address).join('\n')}
        </p>
      )}
    </div>
  );
}
