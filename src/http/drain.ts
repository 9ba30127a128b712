import { Server } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Aborted when the stop begins: whoever holds a reply open, such as a live stream, ends it then. */
    readonly stopping: AbortSignal;
  }
}

const SWEEP_MS = 50;

/** For every reply, when it is ready: of a server that stops, its client is to begin no other request here. */
export function closeWhenStopping(reply: FastifyReply): void {
  if (reply.server.stopping.aborted) reply.header('connection', 'close');
}

export interface DrainOptions {
  /** After this long, what is still in flight is cut off. */
  readonly timeoutMs: number;
  /** How long an open connection may take to make the request that is answered with `Connection: close`. */
  readonly idleGraceMs: number;
}

/**
 * Makes `app.close()` lose no request: it stops accepting, answers what is in flight and what still comes over open
 * connections with `Connection: close`, and only then closes those that stay silent. Closing an idle connection at once
 * would race the request that its client is just sending.
 */
export function installDrain(app: App, { timeoutMs, idleGraceMs }: DrainOptions): void {
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
        if (waitedMs > timeoutMs) server.closeAllConnections();
        else if (waitedMs > idleGraceMs) server.closeIdleConnections();
      }, SWEEP_MS);
      // `http.Server.close` closes idle connections at once; the `close` that it inherits only stops accepting.
      Server.prototype.close.call(server, () => {
        clearInterval(sweep);
        resolve();
      });
    });
  });
}
