import { type App, buildContext, IdParameter, NoBody, sendOnce } from '../../http/index.ts';
import { requestErrors } from '../../shared/common-errors.ts';
import { registerDeliveryRoutes } from './delivery-routes.ts';
import { webhooksErrors } from './errors.ts';
import {
  CreatedEndpointReply,
  CreateEndpointBody,
  EndpointPage,
  EndpointReply,
  ListQuery,
  NoReply,
  RotatedReply,
  UpdateEndpointBody,
} from './schemas.ts';
import type { Webhooks } from './use-cases.ts';

const tags = ['Webhooks'];

export function registerWebhooksRoutes(app: App, webhooks: Webhooks): void {
  app.post(
    '/api/webhook-endpoints',
    {
      schema: {
        operationId: 'createWebhookEndpoint',
        tags,
        summary: 'Create a webhook endpoint',
        description:
          'Each message is a CloudEvent with the headers of Standard Webhooks, signed with `secret`, which is shown once. `webhook-id` is the event’s id, the same on every attempt.',
        body: CreateEndpointBody,
        response: { 201: CreatedEndpointReply },
      },
      config: { errors: [webhooksErrors.endpointLimit], replyHeaders: ['Location'] },
    },
    async (request, reply) => {
      const outcome = await webhooks.createEndpoint(buildContext(request), request.body);
      return sendOnce(reply, outcome, {
        status: 201,
        location: ({ id }) => `/api/webhook-endpoints/${id}`,
      });
    },
  );

  app.get(
    '/api/webhook-endpoints',
    {
      schema: {
        operationId: 'listWebhookEndpoints',
        tags,
        summary: 'List endpoints, newest first',
        querystring: ListQuery,
        response: { 200: EndpointPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => webhooks.listEndpoints(request.query),
  );

  app.get(
    '/api/webhook-endpoints/:id',
    {
      schema: {
        operationId: 'getWebhookEndpoint',
        tags,
        summary: 'Read an endpoint',
        params: IdParameter,
        response: { 200: EndpointReply },
      },
      config: { errors: [webhooksErrors.notFound] },
    },
    (request) => webhooks.getEndpoint(request.params.id),
  );

  app.patch(
    '/api/webhook-endpoints/:id',
    {
      schema: {
        operationId: 'updateWebhookEndpoint',
        tags,
        summary: 'Change, disable or enable an endpoint',
        description:
          'Disabling an endpoint marks its pending deliveries FAILED; a replay can send them later. A 410 response disables it too.',
        params: IdParameter,
        body: UpdateEndpointBody,
        response: { 200: EndpointReply },
      },
      config: { errors: [webhooksErrors.notFound] },
    },
    async (request, reply) => {
      const { id } = request.params;
      const outcome = await webhooks.updateEndpoint(buildContext(request), id, request.body);
      return sendOnce(reply, outcome, { status: 200 });
    },
  );

  app.delete(
    '/api/webhook-endpoints/:id',
    {
      schema: {
        operationId: 'deleteWebhookEndpoint',
        tags,
        summary: 'Delete an endpoint',
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [webhooksErrors.notFound] },
    },
    async (request, reply) => {
      await webhooks.deleteEndpoint(buildContext(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/webhook-endpoints/:id/rotate-secret',
    {
      schema: {
        operationId: 'rotateWebhookSecret',
        tags,
        summary: 'Rotate the signing secret',
        description:
          'For 24 hours the previous secret signs too: both signatures are in one `webhook-signature`.',
        params: IdParameter,
        body: NoBody,
        response: { 200: RotatedReply },
      },
      config: { errors: [webhooksErrors.notFound] },
    },
    async (request, reply) => {
      const outcome = await webhooks.rotateSecret(buildContext(request), request.params.id);
      return sendOnce(reply, outcome, { status: 200 });
    },
  );

  registerDeliveryRoutes(app, webhooks);
}
