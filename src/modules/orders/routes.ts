import { Type } from 'typebox';
import {
  type App,
  buildContext,
  entityTag,
  IdParameter,
  ifMatchVersion,
  requireCaller,
  sendCached,
  sendCachedPage,
  sendOnce,
} from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { fulfilmentErrors } from '../scheduling/index.ts';
import { ordersErrors } from './errors.ts';
import { ChangeFulfilmentBody } from './fulfilment/fulfilment-input.ts';
import { registerQuoteRoutes } from './placement/quote-routes.ts';
import { registerPlaceRoutes, timeErrors } from './placement/routes.ts';
import {
  CancelBody,
  ChangeStatusBody,
  HistoryReply,
  ListOrdersQuery,
  OrderPage,
  OrderReply,
  type OrderView,
} from './schemas.ts';
import type { Orders } from './use-cases.ts';

const tags = ['Orders'];
const etag = (order: OrderView): string => entityTag(order.version);

const NotModified = Type.Unsafe<undefined>({
  type: 'null',
  description: 'The client already has this version.',
});

export function registerOrdersRoutes(app: App, orders: Orders): void {
  registerPlaceRoutes(app, orders);
  registerQuoteRoutes(app, orders);

  app.get(
    '/api/orders',
    {
      schema: {
        operationId: 'listOrders',
        tags,
        summary: 'List orders, newest first',
        description: 'Customers see their own orders, staff see all.',
        querystring: ListOrdersQuery,
        response: { 200: OrderPage },
      },
      config: { errors: [requestErrors.invalidCursor], sendsCached: true },
    },
    async (request, reply) =>
      sendCachedPage(
        request,
        reply,
        await orders.listOrders(requireCaller(request), request.query),
      ),
  );

  app.get(
    '/api/orders/:id',
    {
      schema: {
        operationId: 'getOrder',
        tags,
        summary: 'Read an order',
        params: IdParameter,
        response: { 200: OrderReply, 304: NotModified },
      },
      config: { errors: [ordersErrors.notFound], sendsCached: true },
    },
    (request, reply) => {
      const order = orders.getOrder(requireCaller(request), request.params.id);
      // No promise for a cached order: it would cost as much as the rest of the read.
      if (order instanceof Promise) {
        return order.then(async (loaded) => sendCached(request, reply, loaded));
      }
      sendCached(request, reply, order);
      return undefined;
    },
  );

  app.get(
    '/api/orders/:id/history',
    {
      schema: {
        operationId: 'getOrderHistory',
        tags,
        summary: 'Read the history of an order',
        params: IdParameter,
        response: { 200: HistoryReply },
      },
      config: { errors: [ordersErrors.notFound] },
    },
    (request) => orders.getOrderHistory(requireCaller(request), request.params.id),
  );

  app.patch(
    '/api/orders/:id/status',
    {
      schema: {
        operationId: 'changeOrderStatus',
        tags,
        summary: 'Change the status of an order',
        description: 'For kitchen and admins. `override` is for admins and requires a reason.',
        params: IdParameter,
        body: ChangeStatusBody,
        response: { 200: OrderReply },
      },
      config: {
        errors: [
          ordersErrors.notFound,
          requestErrors.preconditionFailed,
          ordersErrors.versionConflict,
          ordersErrors.illegalTransition,
        ],
      },
    },
    async (request, reply) => {
      const outcome = await orders.changeStatus(buildContext(request), {
        orderId: request.params.id,
        input: request.body,
        ifMatch: ifMatchVersion(request.headers['if-match']),
      });
      return sendOnce(reply, outcome, { status: 200, etag });
    },
  );

  app.patch(
    '/api/orders/:id/fulfilment',
    {
      schema: {
        operationId: 'changeFulfilment',
        tags,
        summary: 'Change when, where or for whom an order is',
        description:
          'For owners while it is PENDING, or CONFIRMED and promised for later than the lead time from now, and for staff until it is READY. `contact` and `address` are replaced whole. What is left out stays, and null removes it. Another time moves the place in the slot, and is refused for the same reasons as at placement; only staff choose another time during a pause. The type and the bill stay: an address with another delivery charge is `fulfilment.out_of_area`. Guard the change with `version` in the body, or with the version as an entity tag in `If-Match`.',
        params: IdParameter,
        body: ChangeFulfilmentBody,
        response: { 200: OrderReply },
      },
      config: {
        errors: [
          ordersErrors.notFound,
          requestErrors.preconditionFailed,
          ordersErrors.versionConflict,
          fulfilmentErrors.notChangeable,
          ...timeErrors,
        ],
      },
    },
    async (request, reply) => {
      const outcome = await orders.changeFulfilment(buildContext(request), {
        orderId: request.params.id,
        input: request.body,
        ifMatch: ifMatchVersion(request.headers['if-match']),
      });
      return sendOnce(reply, outcome, { status: 200, etag });
    },
  );

  app.post(
    '/api/orders/:id/cancel',
    {
      schema: {
        operationId: 'cancelOrder',
        tags,
        summary: 'Cancel an order',
        description: 'For owners while it is unpaid, and for admins until it is completed.',
        params: IdParameter,
        body: CancelBody,
        response: { 200: OrderReply },
      },
      config: {
        errors: [
          ordersErrors.notFound,
          requestErrors.preconditionFailed,
          ordersErrors.notCancellable,
          ordersErrors.cancellationLimit,
        ],
      },
    },
    async (request, reply) => {
      const outcome = await orders.cancelOrder(buildContext(request), {
        orderId: request.params.id,
        reason: request.body.reason ?? null,
        ifMatch: ifMatchVersion(request.headers['if-match']),
      });
      return sendOnce(reply, outcome, { status: 200, etag });
    },
  );
}
