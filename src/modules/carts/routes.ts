import {
  type App,
  buildContext,
  findPublicNetwork,
  ifMatchVersion,
  prefersAsync,
  requireCaller,
  sendOnce,
} from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { placementErrors, placementSchema, sendPlaced } from '../orders/index.ts';
import { countRefusedGuesses } from '../pricing/index.ts';
import { cartsErrors } from './errors.ts';
import { registerItemRoutes } from './item-routes.ts';
import { CheckOutBody, UpdateCartBody } from './schemas.ts';
import { buildClaimedTarget, buildTarget, changed, response, sendCart, tags } from './send-cart.ts';
import type { Carts } from './use-cases.ts';

const guarded = [requestErrors.preconditionFailed];

export function registerCartsRoutes(app: App, carts: Carts): void {
  registerItemRoutes(app, carts);

  app.get(
    '/api/cart',
    {
      schema: { operationId: 'getCart', summary: 'Read your cart', tags, response },
      config: { replyHeaders: ['ETag'] },
    },
    async (request, reply) => sendCart(reply, await carts.getCart(requireCaller(request).id)),
  );

  app.patch(
    '/api/cart',
    {
      schema: {
        operationId: 'updateCart',
        summary: 'Change the codes, tip, note or fulfilment of your cart',
        description:
          'Null clears, and what is left out remains. A checkout uses them unless it states its own. Discount codes are stored even if they do not apply: `refusals` states why.',
        tags,
        body: UpdateCartBody,
        response,
      },
      config: { errors: guarded, replyHeaders: ['ETag'] },
    },
    async (request, reply) => {
      const outcome = await carts.updateCart(buildClaimedTarget(request), request.body);
      request.guesses = countRefusedGuesses(outcome.result.refusals);
      return sendOnce(reply, outcome, changed);
    },
  );

  app.delete(
    '/api/cart',
    {
      schema: {
        operationId: 'clearCart',
        summary: 'Empty your cart',
        tags,
        response,
      },
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
      const network = findPublicNetwork(request);
      const context = { caller, cause, claim, operation: 'checkOut', deferred, network };
      const ifMatch = ifMatchVersion(request.headers['if-match']);
      return sendPlaced(reply, await carts.checkOut(context, request.body, ifMatch));
    },
  );
}
