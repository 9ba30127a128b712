import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { after, describe, test } from 'node:test';
import { createSesMailer } from '../../src/drivers/mail/ses/ses-mailer.ts';
import { createSandboxProvider } from '../../src/drivers/payments/sandbox/index.ts';
import { createStripeProvider } from '../../src/drivers/payments/stripe/index.ts';
import { createSqsQueue } from '../../src/drivers/queue/sqs/sqs-queue.ts';
import { createOtlpTracing } from '../../src/drivers/tracing/otlp/otlp-tracing.ts';
import { createHttpSender } from '../../src/drivers/webhooks/http/http-sender.ts';
import { serviceFindings } from '../../src/main/cli/doctor/services.ts';
import { createApiClient } from '../../src/main/cli/replay/api-client.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { buildMail, FROM } from '../contracts/mailer-contract.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

/** A server that nobody configured, and what reached it. */
const strangerRequests: string[] = [];
const stranger = await listen(
  createServer(({ method, url, headers }: IncomingMessage, response) => {
    strangerRequests.push(`${method} ${url} ${headers.authorization ?? ''}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }),
);

/** Sends everyone to the stranger. */
let redirected = 0;
let status = 302;
const redirecting = await listen(
  createServer((request, response) => {
    redirected += 1;
    request.resume();
    response.writeHead(status, { location: `${stranger}${request.url}` }).end();
  }),
);

const region = 'eu-west-2';
const log = { info() {}, warn() {} };
const clients: Record<string, () => Promise<unknown>> = {
  'the sender of webhooks': () =>
    createHttpSender({ allowPrivateTargets: true }).post({
      url: `${redirecting}/hook`,
      headers: { authorization: 'secret' },
      body: Buffer.from('{}'),
      signal: AbortSignal.timeout(5_000),
    }),
  'the client of Stripe': () =>
    createStripeProvider({
      secretKey: 'sk_test_1',
      webhookSecret: 'whsec_1',
      apiBase: redirecting,
    }).findSession('cs_test_1'),
  'the client of the sandbox': () =>
    createSandboxProvider({
      baseUrl: () => redirecting,
      webhookSecret: `whsec_${Buffer.alloc(32, 'x').toString('base64')}`,
    }).findSession('session'),
  'the client of SES': () => {
    const mailer = createSesMailer({ region, endpointUrl: redirecting, from: FROM });
    return mailer.send(buildMail()).finally(() => mailer.close());
  },
  'the client of SQS': () => {
    const queue = createSqsQueue({
      region,
      endpoint: redirecting,
      queueUrl: `${redirecting}/0/jobs`,
      priorityQueueUrl: null,
      deadLetterQueueUrl: null,
      log,
    });
    return queue.ping().finally(() => queue.stop());
  },
  'the exporter of traces': async () => {
    const tracing = createOtlpTracing({ endpoint: redirecting, version: '0', delayMs: 1 });
    tracing.start('work', { kind: 'internal' }).end();
    await tracing.close();
  },
  "doctor's check of the collector": () =>
    serviceFindings(readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: redirecting })),
  'the replay of orders': () =>
    createApiClient(redirecting, 'login', { email: 'a@shop.example', password: 'secret' }),
};

for (const code of [301, 302, 303, 307, 308]) {
  describe(`status ${code}`, () => {
    for (const [name, call] of Object.entries(clients)) {
      test(`${name} follows no redirect to a server that is not configured`, async () => {
        status = code;
        const before = redirected;
        // Most fail: a redirect is not the response that they need.
        await call().catch(() => {});
        assert.ok(redirected > before, 'the configured server was not called');
        assert.deepEqual(strangerRequests, []);
      });
    }
  });
}
