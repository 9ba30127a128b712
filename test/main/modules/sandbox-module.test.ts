import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();

test('a server with pages serves those of the sandbox', async () => {
  const server = await startTestServer(db);
  const reply = await fetch(`${server.url}/sandbox/pay/sbs_unknown`);
  assert.equal(reply.status, 404);
  assert.match(reply.headers.get('content-type') ?? '', /^text\/html/);
});

test('a worker serves no sandbox', async () => {
  const server = await startTestServer(db, { environment: { ROLE: 'worker' } });
  for (const path of ['/sandbox/pay/sbs_unknown', '/sandbox/api/refunds/x']) {
    const reply = await fetch(server.url + path);
    assert.equal(reply.status, 404, path);
    assert.match(reply.headers.get('content-type') ?? '', /problem\+json/, path);
  }
});

test('with Stripe there is no sandbox', async () => {
  const server = await startTestServer(db, {
    environment: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_SECRET_KEY: 'sk_test_0123456789abcdefghijklmn',
      STRIPE_WEBHOOK_SECRET: 'whsec_0123456789abcdefghijklmn',
    },
  });
  const reply = await fetch(`${server.url}/sandbox/sessions/sbs_unknown/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"action":"pay"}',
  });
  assert.equal(reply.status, 404);
  assert.equal(((await reply.json()) as { code: string }).code, 'request.not_found');
});
