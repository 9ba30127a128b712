import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { webFolder } from '../../../src/main/program.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const pagesMissing = existsSync(`${webFolder}/shop/index.html`)
  ? false
  : 'the pages are not built (npm run build:web)';

/** Each equals one of our own paths or starts like one. */
const ownPaths = ['/api', '/api/orders', '/shop', '/console', '/docs', '/problems', '/sandbox'];

for (const path of ownPaths) {
  test(`PUBLIC_URL may end in ${path}, and every address is answered with and without the path`, {
    skip: pagesMissing,
  }, async () => {
    const environment = { PUBLIC_URL: `https://example.com${path}` };
    const server = await startTestServer(db, { environment });
    const api = await server.signUp();
    for (const begin of ['', path]) {
      for (const address of ['/api/products?limit=1', '/health/live', '/openapi.json', '/docs']) {
        assert.equal((await api.get(begin + address)).status, 200, begin + address);
      }
      const cart = await api.put(`${begin}/api/cart/items/NONE`, { quantity: 1 });
      assert.notEqual(cart.status, 404, begin);
      const missing = await api.get(`${begin}/api/orders/0198c5a0-0000-7000-8000-000000000001`);
      assert.equal(missing.json<{ code: string }>().code, 'orders.not_found', begin);
      for (const page of ['shop', 'console']) {
        for (const deep of ['', '/orders/1']) {
          const { text } = await api.get(`${begin}/${page}${deep}`);
          assert.match(text, new RegExp(`name="page-path" content="${path}/${page}/"`));
          for (const [, asset = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
            assert.ok(asset.startsWith(`${path}/${page}/assets/`), asset);
            assert.equal((await api.get(asset)).status, 200, asset);
            assert.equal((await api.get(asset.slice(path.length))).status, 200, asset);
          }
        }
      }
      const payment = await api.get(`${begin}/sandbox/pay/sbs_0123456789abcdef`);
      assert.match(payment.text, /Payment not found/, begin);
    }
    await server.stop();
  });
}

test('session cookies are limited to the path, and a foreign origin cannot use them', async () => {
  const environment = { PUBLIC_URL: 'https://example.com/holdfast' };
  const server = await startTestServer(db, { environment });
  const { identity } = await server.signUp();
  const { email, password } = identity;
  const body = { email, password, credentials: 'cookie' };
  const reply = await server.anonymous.post('/holdfast/api/auth/login', body);
  const cookies = reply.headers.getSetCookie();
  assert.deepEqual(
    cookies.map((cookie) => /^(\w+)=.*; Path=([^;]+)/.exec(cookie)!.slice(1)),
    [
      ['holdfast_access', '/holdfast'],
      ['holdfast_refresh', '/holdfast/api/auth'],
      ['holdfast_device', '/holdfast'],
    ],
  );
  const cookie = cookies.map((one) => one.slice(0, one.indexOf(';'))).join('; ');
  const calls = { origin: 'https://example.com', cookie };
  const refreshed = await server.anonymous.post('/holdfast/api/auth/refresh', {}, calls);
  assert.equal(refreshed.status, 200, refreshed.text);
  const foreign = { ...calls, origin: 'https://elsewhere.example' };
  const refused = await server.anonymous.post('/holdfast/api/auth/refresh', {}, foreign);
  assert.equal(refused.json<{ code: string }>().code, 'auth.origin_not_allowed');
  const out = await server.anonymous.post('/holdfast/api/auth/logout', {}, calls);
  for (const cleared of out.headers.getSetCookie()) {
    assert.match(cleared, /Path=\/holdfast(\/api\/auth)?;/);
  }
  // Other programs of this origin keep their data there.
  assert.equal(out.headers.get('clear-site-data'), '"cache"');
  await server.stop();
});
