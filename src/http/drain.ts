import { Server } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted when the stop begins. Open replies, such as live streams, must end then. */
    readonly stopping: AbortSignal;
  }
}

const SWEEP_MS = 50;

/**
 * Called for every reply when it is ready. If the server is stopping, tells the client to send no further request here.
 */
export function closeWhenStopping(reply: FastifyReply): void {
  if (reply.server.stopping.aborted) reply.header('connection', 'close');
}

export interface DrainOptions {
  /** After this time, requests still in progress are cut off. */
  readonly timeoutMs: number;
  /** How long an open connection may take to send the request that is answered with `Connection: close`. */
  readonly idleGraceMs: number;
  /** Closes the connections over which no request can arrive yet. */
  readonly closeHandshakes: () => void;
}

/**
 * Makes `app.close()` lose no request: it stops accepting connections, answers requests in progress and those that
 * still arrive over open connections with `Connection: close`, and only then closes idle connections. Closing these at
 * once would race with a request that the client is just sending.
 */
export function installDrain(
  app: App,
  { timeoutMs, idleGraceMs, closeHandshakes }: DrainOptions,
): void {
  const stopping = new AbortController();
  app.decorate('stopping', stopping.signal);

  app.addHook('preClose', async () => {
    stopping.abort();
    const { server } = app;
    if (!server.listening) return;
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const sweep = setInterval(() => {
        const waitedMs = performance.now() - startedAt;
        if (waitedMs > idleGraceMs) closeHandshakes();
        if (waitedMs > timeoutMs) server.closeAllConnections();
        else if (waitedMs > idleGraceMs) server.closeIdleConnections();
      }, SWEEP_MS);
      // `http.Server.close` closes idle connections at once. The inherited `close` only stops accepting new ones.
      Server.prototype.close.call(server, () => {
        clearInterval(sweep);
        resolve();
      });
    });
  });
}
