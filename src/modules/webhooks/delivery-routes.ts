import { type App, buildContext, IdParameter, NoBody, sendOnce } from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { webhooksErrors } from './errors.ts';
import {
  DeliveryPage,
  DeliveryParameters,
  DeliveryReply,
  ListDeliveriesQuery,
  ReplayBody,
  ReplayReply,
} from './schemas.ts';
import type { Webhooks } from './use-cases.ts';

const tags = ['Webhooks'];
const refusals = [webhooksErrors.notFound, webhooksErrors.endpointInactive];

export function registerDeliveryRoutes(app: App, webhooks: Webhooks): void {
  app.post(
    '/api/webhook-endpoints/:id/test',
    {
      schema: {
        operationId: 'testWebhookEndpoint',
        tags,
        summary: 'Send a message of type webhook.test',
        params: IdParameter,
        body: NoBody,
        response: { 202: DeliveryReply },
      },
      config: { errors: refusals },
    },
    async (request, reply) => {
      const outcome = await webhooks.testEndpoint(buildContext(request), request.params.id);
      return sendOnce(reply, outcome, { status: 202 });
    },
  );

  app.get(
    '/api/webhook-endpoints/:id/deliveries',
    {
      schema: {
        operationId: 'listWebhookDeliveries',
        tags,
        summary: 'List the deliveries to an endpoint, newest first',
        description: 'Ended deliveries are kept for 30 days.',
        params: IdParameter,
        querystring: ListDeliveriesQuery,
        response: { 200: DeliveryPage },
      },
      config: { errors: [webhooksErrors.notFound, requestErrors.invalidCursor] },
    },
    (request) => webhooks.listDeliveries(request.params.id, request.query),
  );

  app.post(
    '/api/webhook-endpoints/:id/deliveries/:deliveryId/redeliver',
    {
      schema: {
        operationId: 'redeliverWebhook',
        tags,
        summary: 'Send a delivery again',
        description:
          'Under the same `webhook-id`, before the pending deliveries of its order, and with all its attempts.',
        params: DeliveryParameters,
        body: NoBody,
        response: { 202: DeliveryReply },
      },
      config: { errors: refusals },
    },
    async (request, reply) => {
      const { id, deliveryId } = request.params;
      const outcome = await webhooks.redeliver(buildContext(request), id, deliveryId);
      return sendOnce(reply, outcome, { status: 202 });
    },
  );

  app.post(
    '/api/webhook-endpoints/:id/replay',
    {
      schema: {
        operationId: 'replayWebhooks',
        tags,
        summary: 'Replay the events of a period',
        description:
          'Every event that the endpoint subscribes to, sent before or not, under the same `webhook-id` and in sequence for each order.',
        params: IdParameter,
        body: ReplayBody,
        response: { 202: ReplayReply },
      },
      config: { errors: refusals },
    },
    async (request, reply) => {
      const outcome = await webhooks.replay(buildContext(request), request.params.id, request.body);
      return sendOnce(reply, outcome, { status: 202 });
    },
  );
}
