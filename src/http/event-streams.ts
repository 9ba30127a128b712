import type { FastifyReply, FastifyRequest } from 'fastify';
import { unavailable } from '../shared/common-errors.ts';
import type { App } from './app.ts';
import type { Authenticator } from './authentication.ts';
import { createEventStream } from './event-stream.ts';
import { isStillAdmitted } from './still-admitted.ts';

/** A revocation is known here after two seconds, three for a key, and counts within five. */
const CHECK_MS = 1_000;
const RETRY_MS = 2_000;

export interface EventStreamOptions {
  readonly authenticator: Authenticator;
  /** How long a reader hears nothing at most. */
  readonly heartbeatMs: number;
  /** How many are open at once on this server. */
  readonly openMax: number;
}

export type Write = (text: string) => Promise<void>;

declare module 'fastify' {
  interface FastifyInstance {
    eventStreams: { readonly options: EventStreamOptions; openCount: number };
  }
}

export function installEventStreams(app: App, options: EventStreamOptions): void {
  app.decorate('eventStreams', { options, openCount: 0 });
}

/**
 * Answers with a stream of events that lasts until the reader goes, his right ends, or the server stops. `begin` is
 * given what to write by and gives how to end that; what it throws is the answer instead.
 * Source: WHATWG HTML §9.2 "Server-sent events".
 */
export async function sendEventStream(
  request: FastifyRequest,
  reply: FastifyReply,
  begin: (write: Write) => Promise<() => void>,
): Promise<void> {
  const { eventStreams, stopping } = request.server;
  const { authenticator, heartbeatMs, openMax } = eventStreams.options;
  if (eventStreams.openCount >= openMax) throw unavailable(new Error('too many open streams'));

  const stream = createEventStream();
  // At once, so that the reader and all that lies between know that it is open.
  stream.write(`retry: ${RETRY_MS}\n\n`);
  const cease = await begin(stream.write);
  reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no');
  if (request.method === 'HEAD') {
    cease();
    return reply.send();
  }

  eventStreams.openCount += 1;
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
    eventStreams.openCount -= 1;
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
