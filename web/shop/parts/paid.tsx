import { useQuery } from '@tanstack/react-query';
import { type Order, readBody } from '../../shared/api.ts';
import { formatMoney } from '../../shared/money.ts';
import { apiForOrder } from '../order-tokens.ts';

/** Shows that the order is paid, or how much was refunded. */
export function Paid({ order }: { order: Order }) {
  const hasRefunds = ['PARTIALLY_REFUNDED', 'REFUNDED'].includes(order.paymentStatus);
  const payments = useQuery({
    queryKey: ['order', order.id, 'payments'],
    queryFn: () =>
      readBody(
        apiForOrder(order.id).GET('/api/orders/{id}/payments', {
          params: { path: { id: order.id } },
        }),
      ),
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
