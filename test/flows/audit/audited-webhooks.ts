import assert from 'node:assert/strict';
import type { AuditedOperation, World } from './audited-operation.ts';

const TOKEN = 'a-token-of-the-receiver';
/** As in the addresses that chat programs give out for messages. */
const PATH_TOKEN = 'T0000/B0000/another-token-of-the-receiver';
const body = {
  url: `https://receiver.example/hooks/${PATH_TOKEN}?shop=one&token=${TOKEN}`,
  eventTypes: ['order.placed'],
};
const shown = {
  ...body,
  url: 'https://receiver.example/[Redacted]?shop=[Redacted]&token=[Redacted]',
  active: true,
};

async function createEndpoint({ admin }: World) {
  const reply = await admin.post('/api/webhook-endpoints', body);
  assert.equal(reply.status, 201, reply.text);
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  return { id, secret, path: `/api/webhook-endpoints/${id}` };
}

export const auditedWebhooks: Readonly<Record<string, AuditedOperation>> = {
  async createWebhookEndpoint() {
    return {
      method: 'POST',
      path: '/api/webhook-endpoints',
      body,
      status: 201,
      rows: (reply) => [
        {
          type: 'webhook_endpoint.created',
          subjectId: reply.json<{ id: string }>().id,
          before: null,
          after: shown,
        },
      ],
      secrets: (reply) => [TOKEN, PATH_TOKEN, reply.json<{ secret: string }>().secret],
    };
  },

  async updateWebhookEndpoint(world) {
    const { id, path, secret } = await createEndpoint(world);
    return {
      method: 'PATCH',
      path,
      body: {
        url: body.url.replace(PATH_TOKEN, 'another-token'),
        eventTypes: ['*'],
        active: false,
      },
      status: 200,
      rows: () => [
        {
          type: 'webhook_endpoint.changed',
          subjectId: id,
          before: { eventTypes: ['order.placed'], active: true, urlReplaced: null },
          after: { eventTypes: ['*'], active: false, urlReplaced: true },
        },
      ],
      secrets: () => [secret, TOKEN, PATH_TOKEN, 'another-token'],
    };
  },

  async deleteWebhookEndpoint(world) {
    const { id, path, secret } = await createEndpoint(world);
    return {
      method: 'DELETE',
      path,
      status: 204,
      rows: () => [{ type: 'webhook_endpoint.deleted', subjectId: id, before: shown, after: null }],
      secrets: () => [secret, TOKEN, PATH_TOKEN],
    };
  },

  async rotateWebhookSecret(world) {
    const { id, path, secret } = await createEndpoint(world);
    return {
      method: 'POST',
      path: `${path}/rotate-secret`,
      status: 200,
      rows: (reply) => [
        {
          type: 'webhook_endpoint.secret_rotated',
          subjectId: id,
          before: null,
          after: { previousValidUntil: reply.json().previousValidUntil },
        },
      ],
      secrets: (reply) => [secret, reply.json<{ secret: string }>().secret],
    };
  },

  async replayWebhooks(world) {
    const { id, path } = await createEndpoint(world);
    const range = { from: '2026-01-31T18:00:00.000Z', to: '2026-01-31T19:00:00.000Z' };
    return {
      method: 'POST',
      path: `${path}/replay`,
      body: range,
      status: 202,
      rows: () => [
        { type: 'webhook_endpoint.replayed', subjectId: id, before: null, after: range },
      ],
    };
  },

  async redeliverWebhook(world) {
    const { id: endpointId, path } = await createEndpoint(world);
    const sent = await world.admin.post(`${path}/test`, {});
    assert.equal(sent.status, 202, sent.text);
    const { id, eventId, eventType, orderId } = sent.json<Record<string, string>>();
    return {
      method: 'POST',
      path: `${path}/deliveries/${id}/redeliver`,
      status: 202,
      rows: () => [
        {
          type: 'webhook_delivery.redelivered',
          subjectId: id!,
          before: null,
          after: { endpointId, eventId, eventType, orderId },
        },
      ],
    };
  },
};
