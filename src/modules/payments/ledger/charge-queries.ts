import { statement } from '../../../database/statement.ts';
import type { CaptureKind } from '../payment.ts';

/** A charge as shown with its payment. */
export interface ChargeRow {
  paymentId: string;
  providerReference: string;
  kind: CaptureKind;
  returnCause: 'late' | 'surplus' | null;
  amountMinor: number;
  currency: string;
  refundAllocatedMinor: number;
  reason: string | null;
  createdAt: Date;
}

/** Returns the charges of these payments in the order of their arrival, each until all of its money has gone back. */
export const listCharges = statement<[paymentIds: readonly string[]], ChargeRow>(
  'payments.list_charges',
  `select payment_captures.payment_id as "paymentId",
          payment_captures.provider_reference as "providerReference", payment_captures.kind,
          payment_captures.return_cause as "returnCause", payment_captures.amount_minor as "amountMinor",
          payment_captures.currency, payment_captures.taken_minor as "refundAllocatedMinor", payment_captures.reason,
          payment_captures.created_at as "createdAt"
     from payment_captures
    where payment_captures.payment_id = any($1::uuid[])
      and (payment_captures.amount_minor = 0
           or payment_captures.amount_minor > (
                select coalesce(sum(payment_refunds.amount_minor), 0)
                  from payment_refunds
                 where payment_refunds.capture_id = payment_captures.id
                   and payment_refunds.status = 'SUCCEEDED'))
    order by payment_captures.created_at, payment_captures.id`,
);
