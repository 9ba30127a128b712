import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Claim } from '../../../database/idempotency.ts';
import {
  type App,
  buildCause,
  buildClaim,
  clientNetwork,
  entityTag,
  findPublicNetwork,
  PreferHeaders,
  preferenceApplied,
  prefersAsync,
} from '../../../http/index.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import { emailKey } from '../../accounts/index.ts';
import { catalogErrors } from '../../catalog/index.ts';
import { inventoryErrors } from '../../inventory/index.ts';
import { discountsErrors } from '../../pricing/index.ts';
import { fulfilmentErrors } from '../../scheduling/index.ts';
import { ordersErrors } from '../errors.ts';
import { OrderReply, PlacedOrderReply, PlaceOrderBody } from '../schemas.ts';
import type { OrderPlacement } from './place-order.ts';
import type { PlacedReply } from './request.ts';

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
  ordersErrors.heldLimit,
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
          'Reserves stock and a place in a slot, and starts the payment deadline. If the requested time is not available, the order is refused, and `nextTimes` lists the next available times. It is safe to repeat the request with the same `Idempotency-Key` or `clientToken`. With `Prefer: respond-async` the order is accepted as QUEUED (202), and a worker makes it PENDING, or FAILED with the reason. VIPs go first, but after at most ten of them the oldest other order is served. With `GUEST_CHECKOUT`, requests without credentials can place an order for a `guest`, and the response contains its `orderToken`; the scope of their `Idempotency-Key` is the e-mail address and the network address. The token of another order is ignored here.',
        body: PlaceOrderBody,
        headers: PreferHeaders,
        response: { 201: PlacedOrderReply, 202: PlacedOrderReply },
      },
      config: { errors: placementErrors, replyHeaders: ['ETag', 'Location'] },
    },
    async (request, reply) => {
      const { caller, body } = request;
      const network = caller === null ? clientNetwork(request) : null;
      if (network !== null) {
        request.claim = buildGuestClaim(request, network, body.guest?.email);
      }
      const common = {
        cause: buildCause(request),
        claim: request.claim,
        operation: 'placeOrder',
        deferred: prefersAsync(request.headers.prefer),
      };
      const context =
        caller === null
          ? { ...common, caller, network: network! }
          : { ...common, caller, network: findPublicNetwork(request) };
      return sendPlaced(reply, await orders.placeOrder(context, body));
    },
  );
}

/** An `Idempotency-Key` of a guest belongs to their e-mail address and their network. */
function buildGuestClaim(request: FastifyRequest, network: string, email = ''): Claim | null {
  return buildClaim(request, sha256('guest', emailKey(email), network).toString('base64url'));
}

/**
 * Sends 201, or 202 if the order is only queued, with the order as stored under its key, and its token as the last
 * member: the first response and a replay are the same bytes.
 */
export function sendPlaced(reply: FastifyReply, order: PlacedReply): FastifyReply {
  reply
    .code(order.queued ? 202 : 201)
    .header('Location', `/api/orders/${order.id}`)
    .header('ETag', entityTag(order.version))
    .header('Content-Type', 'application/json; charset=utf-8');
  if (order.queued) reply.header('Preference-Applied', preferenceApplied);
  if (order.replayed) reply.header('Idempotent-Replayed', 'true');
  return reply.send(
    order.orderToken === null ? order.body : addToken(order.body, order.orderToken),
  );
}

/** A token has no characters that JSON escapes. */
function addToken(body: string, orderToken: string): string {
  return `${body.slice(0, -1)},"orderToken":"${orderToken}"}`;
}
