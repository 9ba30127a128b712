import { money } from '../../shared/money.ts';
import type { ListedPaymentRow, PaymentRow } from './queries.ts';
import type { RefundRow } from './refund-queries.ts';
import type { ListedPaymentView, PaymentView, RefundView } from './schemas.ts';

export function presentPayment(row: PaymentRow): PaymentView {
  return {
    id: row.id,
    orderId: row.orderId,
    provider: row.provider,
    providerReference: row.providerReference,
    status: row.status,
    amount: money(row.amountMinor, row.currency),
    captured: money(row.capturedMinor, row.currency),
    refunded: money(row.refundedMinor, row.currency),
    checkoutUrl: row.checkoutUrl,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function presentListedPayment(row: ListedPaymentRow): ListedPaymentView {
  return { ...presentPayment(row), orderNumber: row.orderNumber };
}

export function presentRefund(row: RefundRow): RefundView {
  return {
    refund: {
      id: row.id,
      paymentId: row.paymentId,
      amount: money(row.amountMinor, row.currency),
      status: row.status,
      reason: row.reason,
      createdAt: row.createdAt.toISOString(),
    },
  };
}
