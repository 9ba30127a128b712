import type { FastifyReply } from 'fastify';
import {
  type App,
  callerOf,
  causeOf,
  entityTag,
  PreferHeaders,
  preferenceApplied,
  prefersAsync,
} from '../../../http/index.ts';
import { catalogErrors } from '../../catalog/index.ts';
import { inventoryErrors } from '../../inventory/index.ts';
import { ordersErrors } from '../errors.ts';
import { OrderReply, PlaceOrderBody } from '../schemas.ts';
import type { OrderPlacement } from './place-order.ts';
import type { PlacedOrder } from './request.ts';

/** Refusals that placing an order can meet; checkout shares them. */
export const placementErrors = [
  catalogErrors.unknownProduct,
  inventoryErrors.insufficientStock,
  ordersErrors.priceChanged,
  ordersErrors.pendingLimit,
];

/** What an operation that places an order takes and answers, besides its body; checkout shares it. */
export const placementSchema = {
  headers: PreferHeaders,
  response: { 201: OrderReply, 202: OrderReply },
};

export function registerPlaceRoutes(app: App, orders: OrderPlacement): void {
  app.post(
    '/api/orders',
    {
      schema: {
        operationId: 'placeOrder',
        tags: ['Orders'],
        summary: 'Place an order',
        description:
          'Holds the stock and starts the time to pay. Safe to repeat with the same `Idempotency-Key` or `clientToken`. With `Prefer: respond-async` the order is accepted as QUEUED (202), and a worker ends it PENDING, or FAILED with its reason; of those that wait VIPs go first, and after ten of them at the latest the oldest other order.',
        body: PlaceOrderBody,
        ...placementSchema,
      },
      config: { errors: placementErrors, replyHeaders: ['ETag', 'Location'] },
    },
    async (request, reply) => {
      const context = {
        caller: callerOf(request),
        cause: causeOf(request),
        claim: request.claim,
        operation: 'placeOrder',
        deferred: prefersAsync(request.headers.prefer),
      };
      return sendPlaced(reply, await orders.placeOrder(context, request.body));
    },
  );
}

/**
 * 201, or 202 when it is only queued, with the order as it is stored under its key: the first answer and a replay are
 * the same bytes.
 */
export function sendPlaced(reply: FastifyReply, order: PlacedOrder): FastifyReply {
  reply
    .code(order.queued ? 202 : 201)
    .header('Location', `/api/orders/${order.id}`)
    .header('ETag', entityTag(order.version))
    .header('Content-Type', 'application/json; charset=utf-8');
  if (order.queued) reply.header('Preference-Applied', preferenceApplied);
  if (order.replayed) reply.header('Idempotent-Replayed', 'true');
  return reply.send(order.body);
}
