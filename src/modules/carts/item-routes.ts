import { type App, sendOnce } from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { catalogErrors } from '../catalog/index.ts';
import { cartsErrors } from './errors.ts';
import { AddItemBody, ItemParameter, SetItemBody, UpdateItemBody } from './schemas.ts';
import { buildClaimedTarget, buildTarget, changed, response, sendCart, tags } from './send-cart.ts';
import type { Carts } from './use-cases.ts';

const guarded = [requestErrors.preconditionFailed];
const modifierErrors = [catalogErrors.unknownModifier, catalogErrors.modifiersOutOfRange];

export function registerItemRoutes(app: App, carts: Carts): void {
  app.post(
    '/api/cart/items',
    {
      schema: {
        operationId: 'addCartItem',
        summary: 'Add an item to your cart',
        description:
          'If the cart has an item of the same product with the same modifiers and note, its quantity increases.',
        tags,
        body: AddItemBody,
        response,
      },
      config: {
        errors: [catalogErrors.unknownProduct, ...modifierErrors, ...guarded],
        replyHeaders: ['ETag'],
      },
    },
    async (request, reply) => {
      const outcome = await carts.addItem(buildClaimedTarget(request), request.body);
      return sendOnce(reply, outcome, changed);
    },
  );

  app.put(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'setCartItem',
        summary: 'Set the quantity of an item of your cart',
        description:
          'With a SKU, the item without modifiers and note is set, or added. Other items of the product remain. A product that requires modifiers is refused.',
        tags,
        params: ItemParameter,
        body: SetItemBody,
        response,
      },
      config: {
        errors: [
          catalogErrors.unknownProduct,
          catalogErrors.modifiersOutOfRange,
          cartsErrors.itemNotFound,
          ...guarded,
        ],
      },
    },
    async (request, reply) => {
      const { sku } = request.params;
      const { quantity } = request.body;
      return sendCart(reply, await carts.setItem(buildTarget(request), { sku, quantity }));
    },
  );

  app.patch(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'updateCartItem',
        summary: 'Change an item of your cart',
        description:
          '`modifiers` replaces the list; null or an empty list removes all. If the item becomes equal to another item, that one is removed and its quantity added.',
        tags,
        params: ItemParameter,
        body: UpdateItemBody,
        response,
      },
      config: {
        errors: [
          catalogErrors.unknownProduct,
          ...modifierErrors,
          cartsErrors.itemNotFound,
          ...guarded,
        ],
        replyHeaders: ['ETag'],
      },
    },
    async (request, reply) => {
      const target = buildClaimedTarget(request);
      const outcome = await carts.updateItem(target, request.params.sku, request.body);
      return sendOnce(reply, outcome, changed);
    },
  );

  app.delete(
    '/api/cart/items/:sku',
    {
      schema: {
        operationId: 'removeCartItem',
        summary: 'Remove an item from your cart',
        description: 'A SKU that is not in the cart is no error; an unknown id is.',
        tags,
        params: ItemParameter,
        response,
      },
      config: { errors: [cartsErrors.itemNotFound, ...guarded] },
    },
    async (request, reply) =>
      sendCart(reply, await carts.removeItem(buildTarget(request), request.params.sku)),
  );
}
