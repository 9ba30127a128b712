import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type App,
  buildContext,
  entityTag,
  ifMatchVersion,
  prefersAsync,
  requireCaller,
} from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { catalogErrors } from '../catalog/index.ts';
import { placementErrors, placementSchema, sendPlaced } from '../orders/index.ts';
import type { CartTarget } from './change-cart.ts';
import { cartsErrors } from './errors.ts';
import { CartReply, type CartView, CheckOutBody, SetItemBody, SkuParameter } from './schemas.ts';
import type { Carts } from './use-cases.ts';

const tags = ['Cart'];
const response = { 200: CartReply };
const guarded = [requestErrors.preconditionFailed];

export function registerCartsRoutes(app: App, carts: Carts): void {
  app.get(
    '/api/cart',
    {
      schema: { operationId: 'getCart', summary: 'Read your cart', tags, response },
      config: { replyHeaders: ['ETag'] },
    },
    async (request, reply) => sendCart(reply, await carts.getCart(requireCaller(request).id)),
  );

  app.put(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'setCartItem',
        summary: 'Set the quantity of a product in your cart',
        tags,
        params: SkuParameter,
        body: SetItemBody,
        response,
      },
      config: { errors: [catalogErrors.unknownProduct, ...guarded] },
    },
    async (request, reply) => {
      const item = { sku: request.params.sku, quantity: request.body.quantity };
      return sendCart(reply, await carts.setItem(buildTarget(request), item));
    },
  );

  app.delete(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'removeCartItem',
        summary: 'Remove a product from your cart',
        tags,
        params: SkuParameter,
        response,
      },
      config: { errors: guarded },
    },
    async (request, reply) =>
      sendCart(reply, await carts.removeItem(buildTarget(request), request.params.sku)),
  );

  app.delete(
    '/api/cart',
    {
      schema: { operationId: 'clearCart', summary: 'Empty your cart', tags, response },
      config: { errors: guarded },
    },
    async (request, reply) => sendCart(reply, await carts.clear(buildTarget(request))),
  );

  app.post(
    '/api/cart/checkout',
    {
      schema: {
        operationId: 'checkOut',
        summary: 'Check out your cart',
        description:
          'Places the order and empties the cart in one transaction, at current prices. State which version of the cart was seen with `If-Match`, or with `cartVersion` in the body: a cart that has changed since is not ordered. Safe to repeat with the same `Idempotency-Key` or `clientToken`.',
        tags,
        body: CheckOutBody,
        ...placementSchema,
      },
      config: {
        errors: [...placementErrors, ...guarded, cartsErrors.empty, cartsErrors.changed],
        replyHeaders: ['ETag', 'Location'],
      },
    },
    async (request, reply) => {
      const { caller, cause, claim } = buildContext(request);
      const deferred = prefersAsync(request.headers.prefer);
      const context = { caller, cause, claim, operation: 'checkOut', deferred };
      const ifMatch = ifMatchVersion(request.headers['if-match']);
      return sendPlaced(reply, await carts.checkOut(context, request.body, ifMatch));
    },
  );
}

function buildTarget(request: FastifyRequest): CartTarget {
  const ifMatch = ifMatchVersion(request.headers['if-match']);
  return { customerId: requireCaller(request).id, ifMatch };
}

/**
 * Sends a cart. Its entity tag only guards changes: prices and stock change without a new version, so there is no 304.
 */
function sendCart(reply: FastifyReply, cart: CartView): CartView {
  reply.header('ETag', entityTag(cart.version));
  return cart;
}
