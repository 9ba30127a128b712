import { useQuery } from '@tanstack/react-query';
import { Fragment } from 'react';
import { api, type Bill as BillReply, type Payment, readBody } from '../../shared/api.ts';
import { Bill } from '../../shared/bill.tsx';
import { LineList } from '../../shared/line-list.tsx';
import { formatMoney } from '../../shared/money.ts';
import { formatPercent } from '../../shared/percent.ts';
import { formatFulfilment, listAddressLines } from '../parts/fulfilment.ts';
import { Problem } from '../parts/problem.tsx';
import { findPromise } from '../parts/promise.ts';
import { formatDateAndClock } from '../parts/shop-clock.ts';
import type { SheetProps } from './print-page.tsx';

/** What the customer takes home: the lines, the bill, the taxes by rate, and what was paid. */
export function Receipt({ order, shop: { name: shopName, timeZone } }: SheetProps) {
  const { type, address, contact, instructions, table } = order.fulfilment;
  const promise = findPromise(order);
  const name = contact?.name ?? order.customer?.name ?? '';
  const phone = contact?.phone ?? order.customer?.phone ?? null;
  return (
    <>
      <header className="sheet-head">
        {shopName !== '' && (
          <p className="sheet-shop">
            <bdi>{shopName}</bdi>
          </p>
        )}
        <h1 className="sheet-title">Receipt {order.number}</h1>
        <p>
          <time dateTime={order.createdAt}>{formatDateAndClock(order.createdAt, timeZone)}</time>
        </p>
        <p>
          {formatFulfilment(type)}
          {table !== null && (
            <>
              {' '}
              · Table <bdi>{table}</bdi>
            </>
          )}
          {name !== '' && (
            <>
              {' '}
              · <bdi>{name}</bdi>
            </>
          )}
        </p>
        {promise !== null && (
          <p className="sheet-promise">
            For <time dateTime={promise}>{formatDateAndClock(promise, timeZone)}</time>
          </p>
        )}
        {(address !== null || phone !== null) && (
          <p dir="auto" className="sheet-lines">
            {[
              ...(address === null ? [] : listAddressLines(address)),
              ...(phone === null ? [] : [phone]),
            ].join('\n')}
          </p>
        )}
        {instructions !== null && (
          <p dir="auto" className="sheet-lines">
            {instructions}
          </p>
        )}
      </header>
      <LineList lines={order.items} />
      <div className="sheet-bill">
        <Bill bill={order.bill} />
      </div>
      <Taxes bill={order.bill} />
      <Paid orderId={order.id} />
    </>
  );
}

function Taxes({ bill: { taxes, pricesIncludeTax } }: { bill: BillReply }) {
  if (taxes.length === 0) return null;
  return (
    <table className="sheet-taxes">
      <caption>Taxes</caption>
      <thead>
        <tr>
          <th scope="col">Rate</th>
          <th scope="col">{pricesIncludeTax ? 'Gross' : 'Net'}</th>
          <th scope="col">Tax</th>
        </tr>
      </thead>
      <tbody>
        {taxes.map(({ taxRateId, name, percent, base, amount }) => (
          <tr key={taxRateId}>
            <th scope="row">
              <bdi>{name}</bdi> {formatPercent(percent)}
            </th>
            <td>{formatMoney(base)}</td>
            <td>{formatMoney(amount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Paid({ orderId }: { orderId: string }) {
  const { data, error } = useQuery({
    queryKey: ['order', orderId, 'payments'],
    queryFn: () =>
      readBody(api.GET('/api/orders/{id}/payments', { params: { path: { id: orderId } } })),
  });
  if (data === undefined) return <Problem error={error} />;
  const payments: readonly Payment[] = data.data;
  const paid = payments.filter(({ captured }) => captured.amount > 0);
  if (paid.length === 0) return <p className="sheet-paid">Not paid</p>;
  return (
    <dl className="bill sheet-paid">
      {paid.map(({ id, captured, refunded }) => (
        <Fragment key={id}>
          <div>
            <dt>Paid</dt>
            <dd>{formatMoney(captured)}</dd>
          </div>
          {refunded.amount > 0 && (
            <div>
              <dt>Refunded</dt>
              <dd>{formatMoney(refunded)}</dd>
            </div>
          )}
        </Fragment>
      ))}
    </dl>
  );
}
