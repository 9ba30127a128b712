import { type App, callerOf, contextOf, prefersAsync } from '../../http/index.ts';
import { catalogErrors } from '../catalog/index.ts';
import { placementErrors, placementSchema, sendPlaced } from '../orders/index.ts';
import type { Carts } from './create-carts.ts';
import { cartsErrors } from './errors.ts';
import { CartReply, CheckOutBody, SetItemBody, SkuParameter } from './schemas.ts';

const tags = ['Cart'];
const response = { 200: CartReply };

export function registerCartsRoutes(app: App, carts: Carts): void {
  app.get(
    '/api/cart',
    { schema: { operationId: 'getCart', summary: 'Read your cart', tags, response } },
    (request) => carts.getCart(callerOf(request).id),
  );

  app.put(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'setCartItem',
        summary: 'Set how many of a product lie in your cart',
        tags,
        params: SkuParameter,
        body: SetItemBody,
        response,
      },
      config: { errors: [catalogErrors.unknownProduct] },
    },
    (request) => {
      const { sku } = request.params;
      return carts.setItem(callerOf(request).id, { sku, quantity: request.body.quantity });
    },
  );

  app.delete(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'removeCartItem',
        summary: 'Take a product out of your cart',
        tags,
        params: SkuParameter,
        response,
      },
    },
    (request) => carts.removeItem(callerOf(request).id, request.params.sku),
  );

  app.delete(
    '/api/cart',
    { schema: { operationId: 'clearCart', summary: 'Empty your cart', tags, response } },
    (request) => carts.clear(callerOf(request).id),
  );

  app.post(
    '/api/cart/checkout',
    {
      schema: {
        operationId: 'checkOut',
        summary: 'Turn your cart into an order',
        description:
          'Places the order and empties the cart in one transaction, at the prices of this moment. Safe to repeat with the same `Idempotency-Key` or `clientToken`.',
        tags,
        body: CheckOutBody,
        ...placementSchema,
      },
      config: {
        errors: [...placementErrors, cartsErrors.empty],
        replyHeaders: ['ETag', 'Location'],
      },
    },
    async (request, reply) => {
      const { caller, cause, claim } = contextOf(request);
      const deferred = prefersAsync(request.headers.prefer);
      const context = { caller, cause, claim, operation: 'checkOut', deferred };
      return sendPlaced(reply, await carts.checkOut(context, request.body));
    },
  );
}
