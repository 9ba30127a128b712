import { formatFulfilment, listDestinationLines } from '../parts/fulfilment.ts';
import { findPromise } from '../parts/promise.ts';
import { formatDayAndClock, formatMoment } from '../parts/shop-clock.ts';
import type { SheetProps } from './print-page.tsx';

/** What the kitchen hangs up: what to make, in large letters, without prices. */
export function Ticket({ order, shop: { timeZone } }: SheetProps) {
  const { fulfilment, items, note, customer, createdAt } = order;
  const { table, contact, instructions } = fulfilment;
  const promise = findPromise(order);
  const name = contact?.name ?? customer?.name ?? '';
  const phone = contact?.phone ?? customer?.phone ?? null;
  return (
    <div className="ticket">
      <header className="sheet-head">
        <h1 className="ticket-number">{order.number}</h1>
        {promise !== null && (
          <p className="ticket-promise">
            <time dateTime={promise}>{formatPromise(promise, createdAt, timeZone)}</time>
          </p>
        )}
        <p className="ticket-type">
          {formatFulfilment(fulfilment.type)}
          {table !== null && (
            <>
              {' '}
              · Table <bdi>{table}</bdi>
            </>
          )}
        </p>
        <p>
          Placed <time dateTime={createdAt}>{formatDayAndClock(createdAt, timeZone)}</time>
          {name !== '' && (
            <>
              {' '}
              · <bdi>{name}</bdi>
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
      {instructions !== null && (
        <p dir="auto" className="ticket-note ticket-instructions">
          {instructions}
        </p>
      )}
      {(fulfilment.address !== null || phone !== null) && (
        <p dir="auto" className="ticket-address">
          {[...listDestinationLines(fulfilment), ...(phone === null ? [] : [phone])].join('\n')}
        </p>
      )}
    </div>
  );
}

/** Formats a promised time, with its day unless that is the day of the order. */
function formatPromise(promise: string, createdAt: string, timeZone: string): string {
  return formatMoment(promise, timeZone, Date.parse(createdAt));
}
