import { once } from 'node:events';
import { connect } from 'node:net';
import type { Caches } from '../../drivers/cache/cache.ts';
import type { QueueDriver } from '../../drivers/queue/queue.ts';
import type { Relay } from '../../events/index.ts';
import type { Probe } from '../../modules/operations/index.ts';
import type { MailChoice } from '../config/mail-choice.ts';

/** The age of the oldest unrelayed event above which something is blocking the relay. */
const LAG_SECONDS_MAX = 60;
const CONNECT_TIMEOUT_MS = 1_500;

const SMTP_PORT = 587;
const SMTPS_PORT = 465;

/**
 * Builds the probes of services without which orders can still be placed. The payment provider is not called, because
 * each call may count against a limit.
 */
export function healthProbes(parts: {
  readonly caches: Caches;
  readonly queue: QueueDriver;
  readonly relay: Relay;
  readonly mail: MailChoice;
}): Record<string, Probe> {
  const { caches, queue, relay, mail } = parts;
  return {
    ...(caches.kind === 'redis' ? { redis: () => caches.ping() } : {}),
    queue: () => queue.ping(),
    relay: async () => {
      const seconds = await relay.lagSeconds();
      if (seconds > LAG_SECONDS_MAX) throw new Error(`the relay is ${seconds} s behind`);
    },
    ...(mail.kind === 'smtp' ? { mail: () => connectTo(new URL(mail.url)) } : {}),
  };
}

/** Rejects if nothing listens there. It does not sign in: that for each check would fill the mail server's log. */
async function connectTo({ protocol, hostname, port }: URL): Promise<void> {
  const defaultPort = protocol === 'smtps:' ? SMTPS_PORT : SMTP_PORT;
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? defaultPort : Number(port),
  });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
  } finally {
    socket.destroy();
  }
}
