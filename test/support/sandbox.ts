import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import type { Database } from '../../src/database/database.ts';
import type {
  OpenSession,
  PaymentProvider,
  ProviderEvent,
} from '../../src/drivers/payments/payment-provider.ts';
import {
  createSandbox,
  createSandboxProvider,
  registerSandboxRoutes,
  type Sandbox,
} from '../../src/drivers/payments/sandbox/index.ts';
import { shellAccess } from '../../src/http/index.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { sandboxDeclaration } from '../../src/main/modules/sandbox-module.ts';
import { newId } from '../../src/shared/ids.ts';
import { signWebhook, webhookKey } from '../../src/shared/standard-webhooks.ts';
import { ownPort } from './own-port.ts';
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';

export const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;

export interface SandboxBench {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly provider: PaymentProvider;
  /** Where the sandbox's webhooks arrive. */
  readonly receiver: WebhookReceiver;
  /** Loses the response of the next call, which still takes effect. */
  dropNextAnswer(): void;
  /** Does what the buttons of the page do. */
  act(reference: string, action: object): Promise<Response>;
  /** Returns all webhooks so far, as the driver reads them. */
  events(): Promise<ProviderEvent[]>;
}

/** Starts the sandbox on a server without the shop. */
export async function startSandbox(
  db: { readonly database: Database },
  { retryBaseMs = 20 }: { readonly retryBaseMs?: number } = {},
): Promise<SandboxBench> {
  const port = await ownPort();
  const url = `http://127.0.0.1:${port}`;
  const receiver = await startWebhookReceiver();
  let dropsNext = false;

  const app = await createHttpServer({
    accessTable: { ...shellAccess, ...sandboxDeclaration.access },
    everyRuleNeedsRoute: false,
    authenticator: {
      authenticate: () => Promise.reject(new Error('signing in is not supported here')),
    },
    publicUrl: url,
    corsOrigins: [],
    trustedProxies: [],
    logger: false,
    errorCatalogue: [],
    cookieSecure: false,
    version: '1.0.0',
    idleGraceMs: 10,
  });
  app.addHook('onSend', async (_request, reply) => {
    if (!dropsNext) return;
    dropsNext = false;
    reply.raw.destroy();
  });
  const sandbox = createSandbox({
    database: db.database,
    webhookSecret,
    publicUrl: url,
    webhookUrl: () => receiver.url,
    onError: () => {},
    retryBaseMs,
  });
  registerSandboxRoutes(app, sandbox);
  await app.listen({ host: '127.0.0.1', port });
  after(async () => {
    await sandbox.stop();
    await app.close();
  });

  const provider = createSandboxProvider({ baseUrl: () => url, webhookSecret, timeoutMs: 5_000 });
  return {
    url,
    sandbox,
    provider,
    receiver,
    dropNextAnswer() {
      dropsNext = true;
    },
    act: (reference, action) =>
      fetch(`${url}/sandbox/sessions/${reference}/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(action),
      }),
    events: () =>
      Promise.all(receiver.received.map(async (webhook) => provider.readWebhook(webhook))),
  };
}

export function newSession(changes: Partial<OpenSession> = {}): OpenSession {
  return {
    paymentId: newId(),
    orderId: newId(),
    orderNumber: 'A-1042',
    amountMinor: 1295,
    currency: 'GBP',
    customerEmail: 'somebody@example.com',
    returnUrl: 'https://shop.example/shop',
    expiresAt: null,
    ...changes,
  };
}

/** Returns Standard Webhooks headers of a sender that has the secret but is not the sandbox. */
export function signedHeaders(
  body: string | Buffer,
  {
    id = 'msg_1',
    at = new Date(),
    secret = webhookSecret,
  }: { id?: string; at?: Date; secret?: string } = {},
): Record<string, string> {
  const timestampSeconds = Math.floor(at.getTime() / 1_000);
  const message = { id, timestampSeconds, body: Buffer.from(body) };
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signWebhook(webhookKey(secret), message),
  };
}
