import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { startTestServer } from '../../../support/server.ts';
import { addProduct } from '../../../support/shop.ts';

/** The webhook paths for providers, with webhooks signed as the sandbox signs them. */
const db = await testDatabase();
const key = randomBytes(24);
const server = await startTestServer(db, {
  environment: { SANDBOX_WEBHOOK_SECRET: `whsec_${key.toString('base64')}` },
});
const admin = await server.asAdmin();
const product = await addProduct(db.database, { priceMinor: 590, onHand: 100 });

interface Signing {
  readonly atSeconds?: number;
  readonly secret?: Buffer;
  readonly path?: string;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

function send(body: string, signing: Signing = {}, altered: string = body) {
  const { atSeconds = nowSeconds(), secret = key, path = '/api/payments/webhook' } = signing;
  const id = `msg_${randomBytes(8).toString('hex')}`;
  const signature = createHmac('sha256', secret)
    .update(`${id}.${atSeconds}.${body}`)
    .digest('base64');
  return fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(atSeconds),
      'webhook-signature': `v1,${signature}`,
    },
    body: altered,
  });
}

function event(change: object = {}, data: object = {}) {
  return JSON.stringify({
    id: `evt_${randomBytes(8).toString('hex')}`,
    type: 'payment.captured',
    createdAt: new Date().toISOString(),
    data: {
      paymentId: newId(),
      providerReference: `ch_${randomBytes(8).toString('hex')}`,
      amount: 590,
      currency: 'GBP',
      ...data,
    },
    ...change,
  });
}

async function stored(): Promise<number> {
  const [row] = await db.database.run<{ count: number }>(
    'test.count_events',
    'select count(*)::int as count from provider_events',
    [],
  );
  return row!.count;
}

async function readCode(reply: Response): Promise<string> {
  return ((await reply.json()) as { code: string }).code;
}

describe('an untrustworthy webhook', () => {
  const body = event();
  const untrustworthy: Record<string, () => Promise<Response>> = {
    forged: () => send(body, { secret: randomBytes(24) }),
    'ten minutes old': () => send(body, { atSeconds: nowSeconds() - 600 }),
    'from the future': () => send(body, { atSeconds: nowSeconds() + 600 }),
    'altered by one byte': () => send(body, {}, body.replace('590', '591')),
    unsigned: () =>
      fetch(`${server.url}/api/payments/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }),
  };
  for (const [what, attempt] of Object.entries(untrustworthy)) {
    test(`is refused and not stored: ${what}`, async () => {
      const before = await stored();
      const reply = await attempt();
      assert.equal(reply.status, 400);
      assert.equal(await readCode(reply), 'payments.invalid_signature');
      assert.equal(await stored(), before);
    });
  }
});

describe('a body without a valid signature', () => {
  const unread: Record<string, string> = {
    'invalid JSON': '{"id": "evt_1",',
    'JSON that is nested too deeply': '['.repeat(100),
    'JSON with NUL': '{"id":"a\\u0000b"}',
  };
  for (const [what, body] of Object.entries(unread)) {
    for (const path of ['/api/payments/webhook', '/api/payments/webhook/sandbox']) {
      test(`is not parsed at ${path}: ${what}`, async () => {
        const reply = await send(body, { secret: randomBytes(24), path });
        assert.equal(reply.status, 400);
        assert.equal(await readCode(reply), 'payments.invalid_signature');
      });
    }
  }

  test('is not read at all above 256 KiB', async () => {
    const before = await stored();
    const large = (bytes: number) =>
      event({ more: '' }).replace('"more":""', `"more":"${'x'.repeat(bytes)}"`);
    for (const path of ['/api/payments/webhook', '/api/payments/webhook/sandbox']) {
      const reply = await send(large(256 * 1024), { path });
      assert.equal(reply.status, 413);
      assert.equal(await readCode(reply), 'request.too_large');
      const chunks = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Blob([large(256 * 1024)]).stream(),
        duplex: 'half',
      } as RequestInit);
      assert.equal(chunks.status, 413);
      await chunks.body?.cancel();
    }
    assert.equal(await stored(), before);
    assert.equal((await send(large(255 * 1024))).status, 200);
  });
});

describe('a genuine but invalid event', () => {
  const invalid: Record<string, string> = {
    'a fraction of a penny': event({}, { amount: 5.5 }),
    'a negative amount': event({}, { amount: -1 }),
    'an amount in words': event({}, { amount: '590' }),
    'an id that is not a string': event({ id: 7 }),
    'a payment that is not a string': event({}, { paymentId: 7 }),
    'a reference that is not a string': event({}, { providerReference: null }),
    'an empty body': '',
    'invalid JSON': '{"id": "evt_1",',
    'too many levels': event({ more: 0 }).replace(
      '"more":0',
      `"more":${'['.repeat(40)}${']'.repeat(40)}`,
    ),
    'NUL in an unused member': event({ more: 'a\0b' }),
    'half of a surrogate pair': event({ more: '\ud800' }),
    'a member that sets a prototype': event({ more: 0 }).replace('"more"', '"__proto__"'),
    'a reference that is too long': event({}, { providerReference: 'x'.repeat(5_000) }),
  };
  for (const [what, body] of Object.entries(invalid)) {
    test(`is refused and not stored: ${what}`, async () => {
      const before = await stored();
      const reply = await send(body);
      assert.equal(reply.status, 400);
      assert.equal(await readCode(reply), 'payments.invalid_event');
      assert.equal(await stored(), before);
    });
  }
});

describe('a webhook', () => {
  test('is stored once by the id of its event, even if it is sent twenty times at once', async () => {
    const before = await stored();
    const body = event();
    const replies = await Promise.all(Array.from({ length: 20 }, () => send(body)));
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
    assert.equal(await stored(), before + 1);
  });

  test('is also accepted at the path of its provider, and at no other', async () => {
    const body = event();
    assert.equal((await send(body, { path: '/api/payments/webhook/sandbox' })).status, 200);
    const other = await send(body, { path: '/api/payments/webhook/nobody' });
    assert.equal(other.status, 404);
    assert.equal(await readCode(other), 'request.not_found');
  });

  test('may contain unknown members and unknown types', async () => {
    const reply = await send(event({ type: 'customer.moved', more: { of: 'it' } }));
    assert.equal(reply.status, 200);
  });

  test('pays its order and is counted by its outcome', async () => {
    const customer = await server.signUp();
    const placed = await customer.post('/api/orders', {
      items: [{ sku: product.sku, quantity: 1 }],
    });
    const { id: orderId } = placed.json<{ id: string }>();
    const initiated = await customer.post('/api/payments/initiate', { orderId });
    assert.equal(initiated.status, 201, initiated.text);
    const { payment } = initiated.json<{ payment: { id: string } }>();
    assert.equal((await send(event({}, { paymentId: payment.id }))).status, 200);
    while ((await server.application.modules.payments.applyDueEvents()) > 0);
    const order = (await customer.get(`/api/orders/${orderId}`)).json();
    assert.deepEqual([order.status, order.paymentStatus], ['CONFIRMED', 'PAID']);
    const seen = await customer.get(`/api/payments/${payment.id}`);
    assert.equal(seen.json().status, 'CAPTURED');
    const { text } = await server.anonymous.get('/metrics');
    const counted = text.split('\n').filter((line) => line.startsWith('payment_webhooks_total{'));
    assert.ok(counted.includes('payment_webhooks_total{outcome="matched"} 1'), counted.join());
    assert.ok(
      counted.includes('payment_webhooks_total{outcome="invalid_signature"} 11'),
      counted.join(),
    );
  });
});

describe('payments over HTTP', () => {
  test('a payment or a refund repeated with the same key gets the same response', async () => {
    const customer = await server.signUp();
    const placed = await customer.post('/api/orders', {
      items: [{ sku: product.sku, quantity: 1 }],
    });
    const body = { orderId: placed.json<{ id: string }>().id };
    const headers = { 'idempotency-key': 'pay-once' };
    const first = await customer.post('/api/payments/initiate', body, headers);
    const again = await customer.post('/api/payments/initiate', body, headers);
    assert.deepEqual([first.status, again.status], [201, 201]);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('location'), first.headers.get('location'));
    const open = await customer.post('/api/payments/initiate', body);
    assert.equal(open.status, 200);

    const { payment } = first.json<{ payment: { id: string } }>();
    await send(event({}, { paymentId: payment.id }));
    while ((await server.application.modules.payments.applyDueEvents()) > 0);
    const refund = { amount: { amount: 90, currency: 'GBP' }, reason: 'A cold naan' };
    const path = `/api/payments/${payment.id}/refunds`;
    const given = await admin.post(path, refund, { 'idempotency-key': 'back-once' });
    const repeated = await admin.post(path, refund, { 'idempotency-key': 'back-once' });
    assert.equal(given.status, 201, given.text);
    assert.equal(repeated.text, given.text);
    assert.equal((await admin.post(path, { amount: refund.amount })).status, 400);
    const exceeding = await admin.post(path, {
      amount: { amount: 501, currency: 'GBP' },
      reason: 'Too much',
    });
    assert.equal(exceeding.status, 409);
    assert.deepEqual(exceeding.json().left, { amount: 500, currency: 'GBP' });
  });
});
