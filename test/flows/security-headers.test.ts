import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { assertSecurityHeaders } from '../support/security-headers.ts';
import { startTestServer } from '../support/server.ts';
import { addProduct } from '../support/shop.ts';

const db = await testDatabase();
const PUBLIC_URL = 'https://shop.example';
const server = await startTestServer(db, { environment: { PUBLIC_URL } });
const { sku } = await addProduct(db.database, { priceMinor: 1_000, onHand: 10 });

test('pages, files, a redirect, streams, cached replies and 304 have the security headers', async () => {
  const customer = await server.signUp();
  const authorization = { authorization: `Bearer ${customer.identity.accessToken}` };
  const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
  const { id } = placed.json<{ id: string }>();
  const { checkoutUrl } = (await customer.post('/api/payments/initiate', { orderId: id })).json<{
    checkoutUrl: string;
  }>();
  const order = `/api/orders/${id}`;
  const seen: number[] = [];

  async function check(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const stop = new AbortController();
    const reply = await fetch(server.url + path, {
      headers,
      redirect: 'manual',
      signal: stop.signal,
    });
    assertSecurityHeaders(reply.headers, `${path} ${reply.status}`, { isHttps: true });
    seen.push(reply.status);
    stop.abort();
    return reply;
  }

  for (const path of [
    '/',
    '/docs/static/index.html',
    '/shop',
    '/shop/orders',
    '/console',
    '/shop/assets/nothing.js',
    '/postman.json',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/admin/queues',
    new URL(checkoutUrl).pathname,
    '/sandbox/sessions/nothing',
    '/api/products',
    '/api/orders',
    '/api/shop',
  ]) {
    await check(path);
  }
  for (let time = 0; time < 2; time += 1) {
    const reply = await check(order, authorization);
    assert.equal(reply.headers.get('cache-control'), 'private, no-store');
    const etag = reply.headers.get('etag')!;
    const unchanged = await check(order, { ...authorization, 'if-none-match': etag });
    assert.equal(unchanged.status, 304);
    assert.equal(unchanged.headers.get('cache-control'), 'private, no-store');
    await check('/api/orders', authorization);
  }
  const stream = await check(`${order}/stream`, authorization);
  assert.match(stream.headers.get('content-type')!, /event-stream/);
  for (const status of [200, 302, 304, 401, 404]) assert.ok(seen.includes(status), `${status}`);
});

test('what a signed-in caller sees is stored nowhere, whatever the operation', async () => {
  const admin = await server.asAdmin();
  for (const path of [
    '/api/products',
    '/api/orders',
    '/api/users',
    '/api/shop',
    '/api/auth/profile',
  ]) {
    const { headers } = await admin.get(path);
    assert.equal(headers.get('cache-control'), 'private, no-store', path);
  }
});
