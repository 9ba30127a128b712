import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { takeRandomBytes } from '../shared/random-bytes.ts';
import { parseTraceparent, type TraceContext } from '../shared/trace.ts';
import type { App } from './app.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Returns the client's `X-Request-Id` if it is safe for headers and logs, otherwise a new one. */
export function getRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given)
    ? given
    : takeRandomBytes(16).toString('hex');
}

/** The trace that a request belongs to. */
export interface RequestTrace {
  /** From `traceparent`, or new. */
  readonly traceId: string;
  /** The content of `traceparent`; null without a valid one. */
  readonly parent: TraceContext | null;
  /** Our own span if one is recorded, otherwise the caller's; null without either. */
  readonly spanId: string | null;
}

const trace = Symbol('trace');

/** Returns the trace of a request. Created on first use, because most reads never need it. */
export function getTrace(request: IncomingMessage & { [trace]?: RequestTrace }): RequestTrace {
  let known = request[trace];
  if (known === undefined) {
    const header = request.headers.traceparent;
    const parent = parseTraceparent(typeof header === 'string' ? header : null);
    known = {
      traceId: parent?.traceId ?? takeRandomBytes(16).toString('hex'),
      parent,
      spanId: parent?.spanId ?? null,
    };
    request[trace] = known;
  }
  return known;
}

/** Makes the span the request's own: everything that follows from the request belongs to it. */
export function enterSpan(
  request: IncomingMessage & { [trace]?: RequestTrace },
  { traceId, spanId }: TraceContext,
): void {
  request[trace] = { ...getTrace(request), traceId, spanId };
}

export function decorateTraceId(app: App): void {
  app.decorateRequest('traceId', {
    getter(this: FastifyRequest) {
      return getTrace(this.raw).traceId;
    },
  });
}
