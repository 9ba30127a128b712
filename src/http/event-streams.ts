import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestErrors, unavailable } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { App } from './app.ts';
import type { Authenticator } from './authentication.ts';
import { createEventStream } from './event-stream.ts';
import { requireCaller } from './request-context.ts';
import { isStillAdmitted } from './still-admitted.ts';

/** A server knows of a revocation after two seconds, three for a key, and applies it within five. */
const CHECK_MS = 1_000;
const RETRY_MS = 2_000;
/** A guess, because it is unknown when one of the caller's streams ends. */
const RETRY_AFTER_SECONDS = 10;

export interface EventStreamOptions {
  readonly authenticator: Authenticator;
  /** The longest silence on a stream. */
  readonly heartbeatMs: number;
  /** How many streams may be open at once on this server. */
  readonly openMax: number;
  /** How many of them may belong to one caller. */
  readonly openMaxOfCaller: number;
  /** The longest stream of a caller with the token of an order. */
  readonly orderStreamMs: number;
}

/** The streams that are open or being opened on this server. */
interface OpenStreams {
  readonly options: EventStreamOptions;
  openCount: number;
  /** Counts by the id of the caller, a user, an API key or an order, without zeros. */
  readonly openOfCaller: Map<string, number>;
}

export type Write = (text: string) => Promise<void>;

declare module 'fastify' {
  interface FastifyInstance {
    readonly eventStreams: OpenStreams;
  }
}

export function installEventStreams(app: App, options: EventStreamOptions): void {
  app.decorate('eventStreams', { options, openCount: 0, openOfCaller: new Map() });
}

/** Counts a stream before it is opened, and returns a function that uncounts it. Throws if there are too many. */
function reserveStream(streams: OpenStreams, callerId: string): () => void {
  const { options, openOfCaller } = streams;
  const openCount = openOfCaller.get(callerId) ?? 0;
  if (openCount >= options.openMaxOfCaller) {
    throw new CodedError(requestErrors.rateLimited, {
      detail: `A caller may have at most ${options.openMaxOfCaller} live streams open on a server. Close one first.`,
      headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      security: { event: 'limit.reached', details: { limit: 'streams' } },
    });
  }
  if (streams.openCount >= options.openMax) throw unavailable(new Error('too many open streams'));
  streams.openCount += 1;
  openOfCaller.set(callerId, openCount + 1);
  return () => {
    streams.openCount -= 1;
    const left = (openOfCaller.get(callerId) ?? 0) - 1;
    if (left > 0) openOfCaller.set(callerId, left);
    else openOfCaller.delete(callerId);
  };
}

/**
 * Replies with a stream of events that lasts until the reader disconnects, its access ends, or the server stops.
 * `begin` receives the function to write with and returns one that stops writing. If it throws, the error is the reply.
 * Throws `request.rate_limited` if the caller has too many open streams.
 * Source: WHATWG HTML §9.2 "Server-sent events".
 */
export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  begin: (write: Write) => Promise<() => void>,
): Promise<void> {
  const { eventStreams, stopping } = request.server;
  const { authenticator, heartbeatMs, orderStreamMs } = eventStreams.options;
  const caller = requireCaller(request);
  const release = reserveStream(eventStreams, caller.id);

  const stream = createEventStream();
  // At once, so that the reader and all proxies know that the stream is open.
  stream.write(`retry: ${RETRY_MS}\n\n`);
  let stopWriting: () => void;
  try {
    stopWriting = await begin(stream.write);
  } catch (error) {
    release();
    throw error;
  }
  reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
  if (request.method === 'HEAD') {
    release();
    stopWriting();
    return reply.send();
  }

  const heartbeat = setInterval(() => stream.write(':\n\n'), heartbeatMs);
  const check = setInterval(() => {
    isStillAdmitted(request, authenticator).then(
      (isAdmitted) => isAdmitted || stream.end(),
      (error: unknown) => {
        request.log.error({ err: error }, 'cannot check whether a stream may continue');
        stream.end();
      },
    );
  }, CHECK_MS);
  // Whether the token still gives a right is read from the order, when the reader connects again.
  const renewal = caller.kind === 'order' ? setTimeout(stream.end, orderStreamMs) : undefined;
  stopping.addEventListener('abort', stream.end, { once: true });
  stream.body.once('close', () => {
    release();
    clearInterval(heartbeat);
    clearInterval(check);
    clearTimeout(renewal);
    stopping.removeEventListener('abort', stream.end);
    stopWriting();
  });
  if (stopping.aborted) stream.end();
  return reply.send(stream.body);
}

/** Formats an event for the reader. `data` is written as JSON, which has no line breaks outside its strings. */
export function eventText(id: string, type: string, data: unknown): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
