import type { FastifyReply } from 'fastify';
import {
  type App,
  buildCause,
  entityTag,
  PreferHeaders,
  preferenceApplied,
  prefersAsync,
  requireCaller,
} from '../../../http/index.ts';
import { catalogErrors } from '../../catalog/index.ts';
import { inventoryErrors } from '../../inventory/index.ts';
import { discountsErrors } from '../../pricing/index.ts';
import { fulfilmentErrors } from '../../scheduling/index.ts';
import { ordersErrors } from '../errors.ts';
import { OrderReply, PlaceOrderBody } from '../schemas.ts';
import type { OrderPlacement } from './place-order.ts';
import type { PlacedOrder } from './request.ts';

/** The refusals of a time or a place, shared with changes of them. */
export const timeErrors = [
  ordersErrors.shopClosed,
  ordersErrors.shopPaused,
  fulfilmentErrors.outOfArea,
  fulfilmentErrors.timeNotAvailable,
  fulfilmentErrors.slotFull,
];

/** The refusals of a placement, shared with checkout. */
export const placementErrors = [
  catalogErrors.unknownProduct,
  catalogErrors.unknownModifier,
  catalogErrors.modifiersOutOfRange,
  inventoryErrors.insufficientStock,
  discountsErrors.notApplicable,
  ...timeErrors,
  fulfilmentErrors.typeNotOffered,
  ordersErrors.priceChanged,
  ordersErrors.pendingLimit,
];

/** The headers and responses of a placement, shared with checkout. */
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
          'Reserves the stock and starts the payment deadline. Safe to repeat with the same `Idempotency-Key` or `clientToken`. With `Prefer: respond-async` the order is accepted as QUEUED (202), and a worker makes it PENDING, or FAILED with the reason. VIPs go first, but after at most ten of them the oldest other order is served.',
        body: PlaceOrderBody,
        ...placementSchema,
      },
      config: { errors: placementErrors, replyHeaders: ['ETag', 'Location'] },
    },
    async (request, reply) => {
      const context = {
        caller: requireCaller(request),
        cause: buildCause(request),
        claim: request.claim,
        operation: 'placeOrder',
        deferred: prefersAsync(request.headers.prefer),
      };
      return sendPlaced(reply, await orders.placeOrder(context, request.body));
    },
  );
}

/**
 * Sends 201, or 202 if the order is only queued, with the order as stored under its key: the first response and a
 * replay are the same bytes.
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
