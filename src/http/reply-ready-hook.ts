import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFirstReply, logAccess } from './access-log.ts';
import type { App } from './app.ts';
import { closeWhenStopping } from './drain.ts';
import type { Operation } from './operation.ts';
import { setCommonHeaders } from './reply-headers.ts';
import type { RequestObserver } from './server-options.ts';
import { discardUnreadBody } from './unread-body.ts';

export interface ReplyReadyOptions {
  readonly isHttps: boolean;
  /** Whether replies may have CORS headers. */
  readonly withCors: boolean;
  readonly onResponse: RequestObserver | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** From `performance.now()`; 0 before the first hook. */
    beganAtMs: number;
    /** Null until the operation is determined. */
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

/** Returns the time since the request arrived. Fastify's own `elapsedTime` is 0 if it does not log. */
function elapsedMs({ beganAtMs }: FastifyRequest): number {
  return beganAtMs === 0 ? 0 : performance.now() - beganAtMs;
}

/**
 * Installs the hook that handles each reply when it is ready, not when its last byte is sent: for that, Fastify would
 * listen to every reply's stream, which costs more than the rest of the shell.
 */
export function installReplyReadyHook(app: App, options: ReplyReadyOptions): void {
  app.decorate('replies', options);
  app.addHook('onSend', (request, reply, payload, done) => {
    setCommonHeaders(request, reply, options.isHttps);
    finishRequest(request, reply);
    done(null, payload);
  });
}

/** Finishes a request whose status is known and whose reply headers can still be changed. */
export function finishRequest(request: FastifyRequest, reply: FastifyReply): void {
  closeWhenStopping(reply);
  discardUnreadBody(request, reply);
  if (isFirstReply(request.raw)) reportReply(request, reply);
}

function reportReply(request: FastifyRequest, reply: FastifyReply): void {
  const { accessLog, replies } = reply.server;
  const durationMs = elapsedMs(request);
  const status = reply.statusCode;
  if (accessLog !== null) logAccess(accessLog, request, { status, durationMs });
  if (replies.onResponse === undefined) return;
  const operationId = findOperationId(request);
  if (operationId === undefined) return;
  const { method } = request;
  replies.onResponse({ operationId, method, status, durationSeconds: durationMs / 1000 });
}

/** Returns null if no route matched, and undefined for a preflight, which is not an operation. */
function findOperationId(request: FastifyRequest): string | null | undefined {
  if (request.operation !== null) return request.operation.id;
  return request.is404 ? null : request.routeOptions.config.operation?.id;
}
