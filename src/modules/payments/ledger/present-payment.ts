import { money } from '../../../shared/money.ts';
import type { ListedPaymentRow, PaymentRow } from '../queries.ts';
import type {
  ChargeView,
  InitiatedPaymentView,
  ListedPaymentView,
  PaymentView,
  RefundView,
} from '../schemas.ts';
import type { ChargeRow } from './charge-queries.ts';
import type { RefundRow } from './refund-queries.ts';

export function presentPayment(row: PaymentRow, charges: readonly ChargeRow[]): PaymentView {
  return { ...presentInitiated(row), charges: charges.map(presentCharge) };
}

export function presentListedPayment(
  row: ListedPaymentRow,
  charges: readonly ChargeRow[],
): ListedPaymentView {
  return { ...presentPayment(row, charges), orderNumber: row.orderNumber };
}

export function presentInitiated(row: PaymentRow): InitiatedPaymentView {
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

function presentCharge(row: ChargeRow): ChargeView {
  return {
    providerReference: row.providerReference,
    kind: row.returnCause === 'late' ? 'late' : row.kind,
    amount: money(row.amountMinor, row.currency),
    refunded: money(row.refundAllocatedMinor, row.currency),
    reason: row.reason,
    createdAt: row.createdAt.toISOString(),
  };
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
