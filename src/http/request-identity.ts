import { randomFillSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { newTraceId, parseTraceparent, type TraceContext } from '../shared/trace.ts';
import type { App } from './app.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

const ID_BYTES = 16;
const random = Buffer.alloc(256 * ID_BYTES);
let digits = '';
let taken = 0;

/** 32 hexadecimal digits. Made many at a time: one by one they take a fiftieth of a read from the cache. */
function newRequestId(): string {
  if (taken === digits.length) {
    digits = randomFillSync(random).toString('hex');
    taken = 0;
  }
  const from = taken;
  taken += 2 * ID_BYTES;
  return digits.slice(from, taken);
}

/** The client's `X-Request-Id` when it is one that can stand in headers and logs, else a new one. */
export function getRequestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newRequestId();
}

/** The trace that a request belongs to. */
export interface RequestTrace {
  /** Of its `traceparent`, or new. */
  readonly traceId: string;
  /** What its `traceparent` says; null when it has none that is valid. */
  readonly parent: TraceContext | null;
  /** That of our own span where one is recorded, else that of the caller; null when there is neither. */
  readonly spanId: string | null;
}

const trace = Symbol('trace');

/** Made when it is first asked for: most reads never ask. */
export function getTrace(request: IncomingMessage & { [trace]?: RequestTrace }): RequestTrace {
  let known = request[trace];
  if (known === undefined) {
    const header = request.headers.traceparent;
    const parent = parseTraceparent(typeof header === 'string' ? header : null);
    known = {
      traceId: parent?.traceId ?? newTraceId(),
      parent,
      spanId: parent?.spanId ?? null,
    };
    request[trace] = known;
  }
  return known;
}

/** The request has a span of its own from now on: what follows from it belongs there. */
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
