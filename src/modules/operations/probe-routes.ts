import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../http/index.ts';
import { HealthReply, type HealthView } from './schemas.ts';
import type { Operations } from './use-cases.ts';

const tags = ['Operating'];

/** What load balancers, orchestrators and Prometheus ask. A worker process serves these alone. */
export function registerProbeRoutes(app: App, { health, metrics }: Operations): void {
  const response = { 200: HealthReply, 503: HealthReply };

  app.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Read the state of this server',
        tags,
        response,
      },
    },
    async (_request, reply) => sendHealth(reply, await health.readiness()),
  );

  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'getLiveness',
        summary: 'Ask whether this process lives',
        tags,
        response: { 200: HealthReply },
      },
    },
    async (_request, reply) => sendHealth(reply, health.liveness()),
  );

  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Ask whether this server can take requests',
        tags,
        response,
      },
    },
    async (_request, reply) => sendHealth(reply, await health.readiness()),
  );

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Read the numbers of this server, for Prometheus',
        description: 'For callers on the same machine, and for those who show METRICS_TOKEN.',
        tags,
        response: {
          200: {
            description: 'The text format of Prometheus.',
            content: { 'text/plain': { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) =>
      reply
        .header('Cache-Control', 'no-store')
        .type(metrics.contentType)
        .send(await metrics.render()),
  );
}

function sendHealth(reply: FastifyReply, view: HealthView): FastifyReply {
  return reply
    .code(view.status === 'unavailable' ? 503 : 200)
    .header('Cache-Control', 'no-store')
    .send(view);
}
