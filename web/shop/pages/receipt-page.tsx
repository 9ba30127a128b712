import './receipt.css';
import { Link } from 'wouter';
import type { Order } from '../../shared/api.ts';
import { Bill } from '../../shared/bill.tsx';
import { LineList } from '../../shared/line-list.tsx';
import { useTitle } from '../../shared/title.ts';
import { LoadedOrder, useOrder } from '../order/loaded-order.tsx';
import { OrderFacts } from '../order/order-facts.tsx';
import { Paid } from '../parts/paid.tsx';
import { hereZone } from '../times/here-zone.ts';

/** An order as it is printed, on A4 or on a roll of 80 mm: the printer's paper decides. */
export function ReceiptPage({ id }: { id: string }) {
  const order = useOrder(id);
  return (
    <LoadedOrder id={id} order={order}>
      {(loaded, shop) => <Receipt order={loaded} timeZone={shop?.timeZone ?? hereZone} />}
    </LoadedOrder>
  );
}

function Receipt({ order, timeZone }: { order: Order; timeZone: string }) {
  useTitle(`Receipt · Order ${order.number}`);
  return (
    <article className="receipt">
      <h1>Receipt</h1>
      <p>Order {order.number}</p>
      <LineList lines={order.items} />
      <Bill bill={order.bill} />
      <Paid order={order} />
      {['UNPAID', 'PENDING', 'FAILED'].includes(order.paymentStatus) && <p>Not paid</p>}
      <OrderFacts order={order} timeZone={timeZone} />
      <p className="receipt-buttons">
        <button type="button" className="button" onClick={() => print()}>
          Print
        </button>
        <Link href={`/orders/${order.id}`} className="text-link">
          Back to the order
        </Link>
      </p>
    </article>
  );
}
