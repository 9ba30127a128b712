import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

const db = await testDatabase();
const production = {
  NODE_ENV: 'production',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'capture',
};
const servers = {
  https: await startTestServer(db, {
    environment: { ...production, PUBLIC_URL: 'https://shop.example' },
  }),
  http: await startTestServer(db, {
    environment: {
      ...production,
      PUBLIC_URL: 'http://shop.example',
      ALLOW_INSECURE: 'public-url',
    },
  }),
};

async function listCookies(scheme: keyof typeof servers): Promise<string[]> {
  const reply = await fetch(`${servers[scheme].url}/api/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `${scheme}://shop.example` },
    body: JSON.stringify({
      email: `${randomBytes(8).toString('hex')}@shop.example`,
      password: 'a long pass phrase',
      credentials: 'cookie',
    }),
  });
  assert.equal(reply.status, 201);
  return reply.headers.getSetCookie();
}

test('production sets Secure cookies, except under an http PUBLIC_URL that was allowed explicitly', async () => {
  const secure = await listCookies('https');
  assert.equal(secure.length, 3);
  for (const cookie of secure) assert.match(cookie, /; Secure/);
  const plain = await listCookies('http');
  assert.equal(plain.length, 3);
  for (const cookie of plain) {
    assert.doesNotMatch(cookie, /; Secure/);
    assert.match(cookie, /; HttpOnly/);
  }
  const names = (cookies: readonly string[]) => cookies.map((cookie) => cookie.split('=')[0]);
  assert.deepEqual(names(plain), ['holdfast_access', 'holdfast_refresh', 'holdfast_device']);
  // The prefixes make browsers refuse the cookie over http, and `__Host-` also from any other host.
  assert.deepEqual(names(secure), [
    '__Host-holdfast_access',
    '__Secure-holdfast_refresh',
    '__Host-holdfast_device',
  ]);
});

test('a browser stays signed in under an allowed http address', async () => {
  const cookie = (await listCookies('http')).map((it) => it.split(';', 1)[0]).join('; ');
  const reply = await fetch(`${servers.http.url}/api/orders`, { headers: { cookie } });
  assert.equal(reply.status, 200);
});
