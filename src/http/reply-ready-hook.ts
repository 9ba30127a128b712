import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from './app.ts';
import { closeWhenStopping } from './drain.ts';
import type { Operation } from './operation.ts';
import { setCommonHeaders } from './reply-headers.ts';
import type { RequestObserver } from './server-options.ts';
import { discardUnreadBody } from './unread-body.ts';

export interface ReplyReadyOptions {
  readonly isHttps: boolean;
  /** Replies may bear headers for scripts of other origins. */
  readonly withCors: boolean;
  readonly onResponse: RequestObserver | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** By `performance.now()`; 0 before the first hook. */
    beganAtMs: number;
    /** Null before the request has found its operation. */
    operation: Operation | null;
  }
  interface FastifyInstance {
    readonly replies: ReplyReadyOptions;
  }
}

export function decorateProgress(app: App): void {
  app.decorateRequest('beganAtMs', 0);
  app.decorateRequest('operation', null);
}

/** Since the request came. Fastify's own `elapsedTime` is 0 where it does not log. */
export function elapsedMs(request: FastifyRequest): number {
  return performance.now() - request.beganAtMs;
}

/**
 * What happens to each reply when it is ready: not when its last byte is out, since Fastify would listen to every
 * reply's stream for that, which costs more than all the rest of the shell.
 */
export function installReplyReadyHook(app: App, options: ReplyReadyOptions): void {
  app.decorate('replies', options);
  app.addHook('onSend', (request, reply, payload, done) => {
    setCommonHeaders(request, reply, options.isHttps);
    finishRequest(request, reply);
    done(null, payload);
  });
}

/** The head of the reply may still be changed, its status is known. */
export function finishRequest(request: FastifyRequest, reply: FastifyReply): void {
  closeWhenStopping(reply);
  discardUnreadBody(request, reply);
  const { onResponse } = reply.server.replies;
  if (onResponse === undefined) return;
  const operationId = findOperationId(request);
  if (operationId === undefined) return;
  onResponse({
    operationId,
    method: request.method,
    status: reply.statusCode,
    durationSeconds: elapsedMs(request) / 1000,
  });
}

/** Null where no route matched, undefined for a preflight, which is none of ours. */
function findOperationId(request: FastifyRequest): string | null | undefined {
  if (request.operation !== null) return request.operation.id;
  return request.is404 ? null : request.routeOptions.config.operation?.id;
}
