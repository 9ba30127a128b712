import { statement } from '../../../database/statement.ts';

/**
 * What the module keeps of the payments of orders: the request to the provider until it succeeds, charges, refunds, and what the
 * provider reported besides plain charges. Who of the staff refunded is in the history of the order, by their role.
 */
export const collectPayments = statement<[orderIds: readonly string[]], object>(
  'payments.collect_payments',
  `select id, order_id as "orderId", provider, status, amount_minor as "amountMinor", currency,
          captured_minor as "capturedMinor", refunded_minor as "refundedMinor",
          provider_reference as "providerReference", session_id as "sessionId", checkout_url as "checkoutUrl",
          session_request as "sessionRequest", closed_at as "closedAt", created_at as "createdAt",
          updated_at as "updatedAt",
          (select coalesce(json_agg(charge), '[]')
             from (select provider_reference as "providerReference", kind, return_cause as "returnCause",
                          amount_minor as "amountMinor", currency, taken_minor as "refundAllocatedMinor", reason,
                          created_at as "createdAt"
                     from payment_captures
                    where payment_id = payments.id
                    order by created_at, id) as charge) as charges,
          (select coalesce(json_agg(refund), '[]')
             from (select payment_refunds.id, cause, payment_refunds.amount_minor as "amountMinor",
                          payment_refunds.currency, payment_refunds.reason, status,
                          provider_refund_id as "providerRefundId", payment_refunds.created_at as "createdAt",
                          updated_at as "updatedAt"
                     from payment_captures
                     join payment_refunds on capture_id = payment_captures.id
                    where payment_captures.payment_id = payments.id
                    order by payment_refunds.created_at, payment_refunds.id) as refund) as refunds,
          (select coalesce(json_agg(report), '[]')
             from (select type, status, outcome, payload, received_at as "receivedAt"
                     from provider_events
                    where payload ->> 'paymentId' = payments.id::text
                      and payload is not null
                    order by received_at, id) as report) as "providerReports"
     from payments
    where order_id = any($1::uuid[])
    order by order_id, created_at, id`,
);
