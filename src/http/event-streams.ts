import type { FastifyReply, FastifyRequest } from 'fastify';
import { requestErrors, unavailable } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { App } from './app.ts';
import type { Authenticator } from './authentication.ts';
import { createEventStream } from './event-stream.ts';
import { requireCaller } from './request-context.ts';
import { isStillAdmitted } from './still-admitted.ts';

/** A revocation is known here after two seconds, three for a key, and counts within five. */
const CHECK_MS = 1_000;
const RETRY_MS = 2_000;
/** Nobody knows when one of the caller's streams ends. */
const RETRY_AFTER_SECONDS = 10;

export interface EventStreamOptions {
  readonly authenticator: Authenticator;
  /** How long a reader hears nothing at most. */
  readonly heartbeatMs: number;
  /** How many are open at once on this server. */
  readonly openMax: number;
  /** How many of them may be one caller's. */
  readonly openMaxOfCaller: number;
}

/** The streams that are open, or being opened, on this server. */
interface OpenStreams {
  readonly options: EventStreamOptions;
  openCount: number;
  /** By the id of their caller, a user or an API key; none stands here with 0. */
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

/** Counts a stream before anything is asked for it. Gives how to end the counting; throws when there are too many. */
function reserveStream(streams: OpenStreams, callerId: string): () => void {
  const { options, openOfCaller } = streams;
  const openCount = openOfCaller.get(callerId) ?? 0;
  if (openCount >= options.openMaxOfCaller) {
    throw new CodedError(requestErrors.rateLimited, {
      detail: `At most ${options.openMaxOfCaller} live streams of one caller may be open at a server. Close one first.`,
      headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
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
 * Answers with a stream of events that lasts until the reader goes, his right ends, or the server stops. `begin` is
 * given what to write by and gives how to end that; what it throws is the answer instead. Throws `request.rate_limited`
 * when the caller has as many open here as he may.
 * Source: WHATWG HTML §9.2 "Server-sent events".
 */
export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  begin: (write: Write) => Promise<() => void>,
): Promise<void> {
  const { eventStreams, stopping } = request.server;
  const { authenticator, heartbeatMs } = eventStreams.options;
  const leave = reserveStream(eventStreams, requireCaller(request).id);

  const stream = createEventStream();
  // At once, so that the reader and all that lies between know that it is open.
  stream.write(`retry: ${RETRY_MS}\n\n`);
  let cease: () => void;
  try {
    cease = await begin(stream.write);
  } catch (error) {
    leave();
    throw error;
  }
  reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
  if (request.method === 'HEAD') {
    leave();
    cease();
    return reply.send();
  }

  const heartbeat = setInterval(() => stream.write(':\n\n'), heartbeatMs);
  const check = setInterval(() => {
    isStillAdmitted(request, authenticator).then(
      (is) => is || stream.end(),
      (error: unknown) => {
        request.log.error({ err: error }, 'whether a stream may go on cannot be told');
        stream.end();
      },
    );
  }, CHECK_MS);
  stopping.addEventListener('abort', stream.end, { once: true });
  stream.body.once('close', () => {
    leave();
    clearInterval(heartbeat);
    clearInterval(check);
    stopping.removeEventListener('abort', stream.end);
    cease();
  });
  if (stopping.aborted) stream.end();
  return reply.send(stream.body);
}

/** An event as a reader gets it. `data` is written as JSON, which has no line breaks outside its texts. */
export function eventText(id: string, type: string, data: unknown): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
