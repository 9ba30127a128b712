import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyWebhook, WebhookVerificationError } from '@holdfast/client';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';

const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' },
});
const admin = await server.asAdmin();
const receiver = await startWebhookReceiver();

async function nextMessage(endpointPath: string) {
  const count = receiver.received.length;
  assert.equal((await admin.post(`${endpointPath}/test`)).status, 202);
  await until(async () => assert.equal(receiver.received.length, count + 1));
  const { headers, body } = receiver.received[count]!;
  return { headers, text: body.toString('utf8') };
}

test('a webhook verifies with its secret, and with both secrets during a rotation', async () => {
  const created = await admin.post('/api/webhook-endpoints', {
    url: receiver.url,
    eventTypes: ['*'],
  });
  assert.equal(created.status, 201, created.text);
  const { id, secret } = created.json<{ id: string; secret: string }>();
  const path = `/api/webhook-endpoints/${id}`;

  const first = await nextMessage(path);
  const event = verifyWebhook(secret, first.headers, first.text);
  assert.equal(event.type, 'webhook.test');
  assert.equal(event.id, first.headers['webhook-id']);

  const rotated = await admin.post(`${path}/rotate-secret`);
  const { secret: newSecret } = rotated.json<{ secret: string }>();
  const second = await nextMessage(path);
  for (const one of [secret, newSecret]) {
    assert.equal(verifyWebhook(one, second.headers, second.text).type, 'webhook.test');
    const asFetchHasThem = new Headers(second.headers as Record<string, string>);
    assert.equal(verifyWebhook(one, asFetchHasThem, second.text).type, 'webhook.test');
  }

  assert.throws(
    () => verifyWebhook(newSecret, first.headers, first.text),
    WebhookVerificationError,
  );
  const altered = second.text.replace('webhook.test', 'order.placed');
  assert.throws(() => verifyWebhook(secret, second.headers, altered), WebhookVerificationError);
});
