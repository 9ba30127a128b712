import { statement } from '../../../database/statement.ts';

/**
 * Returns which endpoints of the shop received events of orders, and when. Reads events, because a delivery is found by its
 * endpoint and event. Where an endpoint is, and what it replies, is the shop's own.
 */
export const collectDeliveries = statement<[orderIds: readonly string[]], object>(
  'webhooks.collect_deliveries',
  `select delivery.id, delivery.order_id as "orderId", delivery.event_id as "eventId",
          delivery.event_type as "eventType", delivery.endpoint_id as "endpointId", delivery.status, delivery.attempts,
          delivery.created_at as "createdAt", delivery.ended_at as "endedAt"
     from events
    cross join webhook_endpoints as endpoint
     join webhook_deliveries as delivery
       on delivery.endpoint_id = endpoint.id
      and delivery.event_id = events.id
    where events.order_id = any($1::uuid[])
    order by delivery.order_id, delivery.created_at, delivery.id`,
);
