import { statement } from '../../../database/statement.ts';
import { wordlessPayload } from '../inbox/queries.ts';

/** Removes what people and providers wrote about refunds. The reasons of the program stay. */
export const forgetRefundReasons = statement<[orderIds: readonly string[]], never>(
  'payments.forget_refund_reasons',
  `update payment_refunds
      set reason = case when is_fixed_reason(payment_refunds.reason) then payment_refunds.reason else '' end,
          last_error = null
     from payments
     join payment_captures on payment_captures.payment_id = payments.id
    where payments.order_id = any($1::uuid[])
      and payment_refunds.capture_id = payment_captures.id
      and (payment_refunds.last_error is not null
           or (payment_refunds.reason <> '' and not is_fixed_reason(payment_refunds.reason)))`,
);

/**
 * Removes addresses from requests for pages that were never opened. A page that may be open is found by the same request, and
 * closed soon; that removes the request.
 */
export const forgetSessionRequests = statement<[orderIds: readonly string[]], never>(
  'payments.forget_session_requests',
  `update payments
      set session_request = session_request || '{"customerEmail": null}'
    where order_id = any($1::uuid[])
      and closed_at is not null
      and session_request ->> 'customerEmail' is not null`,
);

/** Removes the words of providers from what they reported about the payments of orders. */
export const forgetReports = statement<[orderIds: readonly string[]], never>(
  'payments.forget_reports',
  `update provider_events
      set payload = ${wordlessPayload},
          last_error = null
    where payload is not null
      and payload ->> 'paymentId' = any(array(select id::text from payments where order_id = any($1::uuid[])))
      and num_nonnulls(payload ->> 'reason', payload ->> 'failure', last_error) > 0`,
);

/**
 * Returns the orders of which money still has to go back: refunds that have not ended, and what has no refund yet, see
 * `findDueReturns`.
 */
export const findUnsettledOrders = statement<[orderIds: readonly string[]], { orderId: string }>(
  'payments.find_unsettled_orders',
  `select order_id as "orderId"
     from payment_refunds
    where next_attempt_at is not null
      and order_id = any($1::uuid[])
    union
   select orders.id
     from orders
     join payments on payments.order_id = orders.id
     join payment_captures on payment_captures.payment_id = payments.id
    where orders.id = any($1::uuid[])
      and payment_captures.taken_minor < payment_captures.amount_minor
      and (payment_captures.return_cause is not null
           or payment_captures.kind = 'flagged'
           or (orders.status in ('CANCELLED', 'FAILED')
               and orders.payment_status in ('PAID', 'PARTIALLY_REFUNDED')))`,
);

export const findPaymentIds = statement<[orderIds: readonly string[]], { id: string }>(
  'payments.find_ids_of_orders',
  `select id
     from payments
    where order_id = any($1::uuid[])`,
);
