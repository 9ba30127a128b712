import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { closeWhenStopping } from './drain.ts';
import type { RequestObserver } from './server-options.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** By `performance.now()`; 0 before the first hook. */
    beganAtMs: number;
    /** Set when it is let in; null before. */
    operationId: string | null;
  }
}

export function decorateObservation(app: App): void {
  app.decorateRequest('beganAtMs', 0);
  app.decorateRequest('operationId', null);
}

/** Since the request came. Fastify's own `elapsedTime` is 0 where it does not log. */
export function elapsedMs(request: FastifyRequest): number {
  return performance.now() - request.beganAtMs;
}

/**
 * What happens to each reply when it is ready: not when its last byte is out, since Fastify would listen to every
 * reply's stream for that, which costs more than all the rest of the shell.
 */
export function installLastHook(app: App, onResponse: RequestObserver | undefined): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    closeWhenStopping(reply);
    const operationId = operationIdOf(request);
    if (onResponse !== undefined && operationId !== undefined) {
      onResponse({
        operationId,
        method: request.method,
        status: reply.statusCode,
        durationSeconds: elapsedMs(request) / 1000,
      });
    }
    done(null, payload);
  });
}

/** Null where no route matched, undefined for a preflight, which is none of ours. */
function operationIdOf(request: FastifyRequest): string | null | undefined {
  if (request.operationId !== null) return request.operationId;
  return request.is404 ? null : request.routeOptions.config.operation?.id;
}
