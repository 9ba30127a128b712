import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type App, mayReadMetrics } from '../../http/index.ts';
import { HealthReply, type HealthView } from './schemas.ts';
import type { Operations } from './use-cases.ts';

const tags = ['Operating'];

/** Registers the routes for load balancers, orchestrators and Prometheus. A worker process serves only these. */
export function registerProbeRoutes(
  app: App,
  { health, metrics }: Operations,
  metricsToken: string | null,
): void {
  const readiness = (request: FastifyRequest) =>
    health.readiness(mayReadMetrics(request, metricsToken ?? undefined));
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
    async (request, reply) => sendHealth(reply, await readiness(request)),
  );

  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'getLiveness',
        summary: 'Check whether this process is alive',
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
        summary: 'Check whether this server can take requests',
        tags,
        response,
      },
    },
    async (request, reply) => sendHealth(reply, await readiness(request)),
  );

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: "Read this server's metrics, for Prometheus",
        description: 'For callers on the same machine, and those that send METRICS_TOKEN.',
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
