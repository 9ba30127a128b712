import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createHttpServer } from '../../src/http/server.ts';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import { registerThings, testOptions } from './support.ts';

const SHOP = 'https://shop.example';
const CONSOLE = 'https://console.shop.example';
const FRONT = 'https://front.example';

async function createSend(changes: Partial<HttpServerOptions> = {}) {
  const app = await createHttpServer(testOptions({ consoleUrl: CONSOLE, ...changes }));
  registerThings(app, () => Promise.resolve());
  await app.ready();
  after(() => app.close());
  return (headers: Record<string, string>, method: 'GET' | 'POST' | 'OPTIONS' = 'POST') =>
    app.inject({
      method,
      url: '/api/things',
      headers: { ...(method === 'POST' ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(method === 'POST' ? { payload: '{"name":"one"}' } : {}),
    });
}

const send = await createSend();
const admin = '__Host-holdfast_access=admin';
const customer = '__Host-holdfast_access=customer';

test('the cookie of staff counts on the host of the console, in any spelling, and nowhere else', async () => {
  for (const host of [
    'console.shop.example',
    'Console.Shop.EXAMPLE',
    'console.shop.example:443',
    'console.shop.example:8443',
  ]) {
    const reply = await send({ host, cookie: admin, origin: CONSOLE });
    assert.equal(reply.statusCode, 201, `${host}: ${reply.body}`);
  }
  for (const host of [
    'shop.example',
    'shop.example:443',
    '127.0.0.1:3000',
    '[::1]:3000',
    'console.shop.example.',
    'console.shop.example.evil.example',
    'evilconsole.shop.example',
    '',
  ]) {
    const reply = await send({ host, cookie: admin, origin: SHOP });
    assert.equal(reply.json().code, 'auth.unauthenticated', host);
  }
});

test('customers by cookie, and staff by token, are signed in on both hosts', async () => {
  for (const url of [SHOP, CONSOLE]) {
    const { host } = new URL(url);
    const byCookie = await send({ host, cookie: customer, origin: url });
    assert.equal(byCookie.statusCode, 201, byCookie.body);
    const byToken = await send({ host, authorization: 'Bearer admin' });
    assert.equal(byToken.statusCode, 201, byToken.body);
  }
});

test('without a host of the console, the cookie of staff counts on any', async () => {
  const sendToOne = await createSend({ consoleUrl: null });
  for (const host of ['shop.example', 'console.shop.example', '127.0.0.1']) {
    const reply = await sendToOne({ host, cookie: admin, origin: SHOP });
    assert.equal(reply.statusCode, 201, reply.body);
  }
});

test('only pages of the console make changes there, and other origins read nothing', async () => {
  const host = 'console.shop.example';
  for (const origin of [SHOP, FRONT, 'https://evil.example', 'null']) {
    const refused = await send({ host, cookie: admin, origin });
    assert.equal(refused.json().code, 'auth.origin_not_allowed', origin);
    const read = await send({ host, cookie: admin, origin }, 'GET');
    assert.equal(read.headers['access-control-allow-origin'], undefined, origin);
    const asked = await send({ host, origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
    assert.equal(asked.headers['access-control-allow-origin'], undefined, origin);
  }
  // The shop's host shares with the origins that CORS_ORIGINS names, as before.
  for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
    const headers = { host: 'shop.example', cookie: customer, origin: FRONT };
    const reply = await send(
      method === 'OPTIONS' ? { ...headers, 'access-control-request-method': 'POST' } : headers,
      method,
    );
    assert.equal(reply.headers['access-control-allow-origin'], FRONT, method);
    assert.ok(reply.statusCode < 300, reply.body);
  }
  const foreign = await send({ host: 'shop.example', cookie: customer, origin: CONSOLE });
  assert.equal(foreign.json().code, 'auth.origin_not_allowed');
});

test('the host of a request allows its origin if it is an address, and not by a name, which others can point here', async () => {
  for (const consoleUrl of [null, CONSOLE]) {
    const sendTo = await createSend({ consoleUrl });
    for (const host of ['127.0.0.1:3000', '[::1]:3000', '192.0.2.7', 'localhost:3000']) {
      const reply = await sendTo({ host, cookie: customer, origin: `http://${host}` });
      assert.equal(reply.statusCode, 201, `${host}: ${reply.body}`);
      const other = await sendTo({ host, cookie: customer, origin: 'http://192.0.2.8' });
      assert.equal(other.json().code, 'auth.origin_not_allowed', host);
    }
    for (const host of [
      'evil.example',
      'evil.example:3000',
      'localhost.evil.example',
      '192.0.2.7.evil.example',
    ]) {
      const reply = await sendTo({ host, cookie: customer, origin: `http://${host}` });
      assert.equal(reply.json().code, 'auth.origin_not_allowed', host);
    }
  }
});

test('who opens a page at a name that is not known is told where it is, and how the name becomes known', async () => {
  const refuse = async (host: string, origin?: string) => {
    const reply = await send({
      host,
      cookie: customer,
      ...(origin === undefined ? {} : { origin }),
    });
    assert.equal(reply.statusCode, 403);
    return reply.json().detail as string;
  };
  const ofShop = await refuse('shop.local:3000', 'http://shop.local:3000');
  assert.equal(
    ofShop,
    `Open the page at ${SHOP}. If this server has another address, its operator sets PUBLIC_URL to it, or adds it to CORS_ORIGINS.`,
  );
  // CORS_ORIGINS change nothing there.
  assert.equal(
    await refuse('console.shop.example', 'http://console.shop.example'),
    `Open the page at ${CONSOLE}. If this server has another address, its operator sets CONSOLE_URL to it.`,
  );
  // The pages show no help that is written for programs.
  assert.doesNotMatch(ofShop, /`/);
  // No page sends a change without an origin.
  assert.match(await refuse('shop.example'), /needs the `Origin`/);
});

test('a forwarded host counts only from a trusted proxy', async () => {
  const headers = {
    host: 'shop.example',
    'x-forwarded-host': 'console.shop.example',
    'x-forwarded-proto': 'https',
    cookie: admin,
    origin: CONSOLE,
  };
  const untrusted = await send(headers);
  assert.equal(untrusted.json().code, 'auth.unauthenticated');
  const behindProxy = await createSend({ trustedProxies: ['127.0.0.1/32'] });
  const trusted = await behindProxy(headers);
  assert.equal(trusted.statusCode, 201, trusted.body);
});
