import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { redisMissing, startRedis } from '../support/redis-server.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { until } from '../support/until.ts';

const db = await testDatabase();
const product = await addProduct(db.database, { onHand: 1_000 });
const order = { items: [{ sku: product.sku, quantity: 1 }] };
const unlimitedOrders = { PENDING_ORDERS_MAX: '0' };

function tally(replies: readonly Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function assertLimited(reply: Reply, name: string, windowSeconds: number): void {
  assert.equal(reply.status, 429, reply.text);
  assert.equal(reply.json().code, 'request.rate_limited');
  const retryAfter = Number(reply.headers.get('retry-after'));
  assert.ok(retryAfter > windowSeconds - 60 && retryAfter <= windowSeconds, `${retryAfter}`);
  assert.ok(
    reply.headers.get('ratelimit')?.endsWith(`"${name}";r=0;t=${retryAfter}`),
    String(reply.headers.get('ratelimit')),
  );
}

function place(session: Session, body: unknown = order, headers = {}): Promise<Reply> {
  return session.post('/api/orders', body, headers);
}

describe('checkout', async () => {
  const server = await startTestServer(db, {
    environment: { ...unlimitedOrders, RATE_LIMIT_CHECKOUT: '10/1h' },
  });

  test('the eleventh order within an hour is refused, with headers that state the limit', async () => {
    const customer = await server.signUp();
    for (let left = 9; left >= 0; left -= 1) {
      const reply = await place(customer);
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.headers.get('ratelimit-policy'), '"checkout";q=10;w=3600');
      assert.match(
        reply.headers.get('ratelimit') ?? '',
        new RegExp(`^"checkout";r=${left};t=\\d+$`),
      );
    }
    assertLimited(await place(customer), 'checkout', 3_600);
    assertLimited(await customer.post('/api/cart/checkout'), 'checkout', 3_600);
    assert.equal((await place(await server.signUp())).status, 201);
  });

  test('of 40 concurrent orders of one customer exactly ten are placed', async () => {
    const customer = await server.signUp();
    const replies = await Promise.all(Array.from({ length: 40 }, () => place(customer)));
    assert.deepEqual(tally(replies), { 201: 10, 429: 30 });
  });

  test('replays do not count, whether sequential or concurrent', async () => {
    const customer = await server.signUp();
    const headers = { 'idempotency-key': newId() };
    const together = await Promise.all(
      Array.from({ length: 50 }, () => place(customer, order, headers)),
    );
    assert.deepEqual(tally(together), { 201: 50 });
    for (let tries = 0; tries < 12; tries += 1) {
      const replay = await place(customer, order, headers);
      assert.equal(replay.headers.get('idempotent-replayed'), 'true');
      assert.match(replay.headers.get('ratelimit') ?? '', /^"checkout";r=9;/);
    }
    const byToken = { ...order, clientToken: newId() };
    for (let tries = 0; tries < 12; tries += 1) {
      assert.equal((await place(customer, byToken)).status, 201);
    }
    for (let more = 0; more < 8; more += 1) assert.equal((await place(customer)).status, 201);
    assertLimited(await place(customer), 'checkout', 3_600);
  });

  test('invalid input does not count, but refusals because of the state do', async () => {
    const customer = await server.signUp();
    for (let tries = 0; tries < 12; tries += 1) {
      assert.equal((await place(customer, { items: [] })).status, 400);
      const unknown = { items: [{ sku: 'NO-SUCH-THING', quantity: 1 }] };
      assert.equal((await place(customer, unknown)).json().code, 'catalog.unknown_product');
    }
    const tooMany = { items: [{ sku: product.sku, quantity: 10_000 }] };
    for (let tries = 0; tries < 10; tries += 1) {
      assert.equal((await place(customer, tooMany)).json().code, 'inventory.insufficient_stock');
    }
    assertLimited(await place(customer), 'checkout', 3_600);
  });

  test('placing orders and starting payments share one bucket; getting the open payment again is free', async () => {
    const customer = await server.signUp();
    const initiate = (orderId: string) => customer.post('/api/payments/initiate', { orderId });
    for (let pair = 0; pair < 5; pair += 1) {
      const { id } = (await place(customer)).json<{ id: string }>();
      const begun = await initiate(id);
      assert.equal(begun.status, 201, begun.text);
      assert.match(begun.headers.get('ratelimit') ?? '', new RegExp(`r=${8 - 2 * pair};`));
      if (pair < 4) assert.equal((await initiate(id)).status, 200);
      else assertLimited(await initiate(id), 'checkout', 3_600);
    }
    assertLimited(await place(customer), 'checkout', 3_600);
  });

  test('orders placed by staff do not count against the limit of their customer', async () => {
    const admin = await server.asAdmin();
    const { identity } = await server.signUp();
    const body = { ...order, customerId: identity.userId };
    for (let tries = 0; tries < 12; tries += 1) {
      const reply = await place(admin, body);
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.headers.get('ratelimit'), null);
    }
  });
});

describe('signing in', async () => {
  const server = await startTestServer(db, {
    environment: {
      PUBLIC_URL: 'http://localhost:3000',
      RATE_LIMIT_AUTH: '5/15m',
      TRUSTED_PROXIES: '127.0.0.0/8',
    },
  });
  /** Counts addresses that differ from those of other tests: IPv4 as a whole, IPv6 by network. */
  let addresses = 0;
  const newAddress = () => {
    addresses += 1;
    return `203.0.113.${addresses}`;
  };
  const logIn = (email: string, password: string, address: string) =>
    server.anonymous.post('/api/auth/login', { email, password }, { 'x-forwarded-for': address });

  test('refuses the sixth failure and then even the right password; from another address the owner can sign in', async () => {
    const { email, password } = (await server.signUp()).identity;
    const address = newAddress();
    for (let left = 4; left >= 0; left -= 1) {
      const failed = await logIn(email, 'wrong password', address);
      assert.equal(failed.json().code, 'accounts.invalid_credentials');
      assert.equal(failed.headers.get('ratelimit-policy'), '"auth";q=5;w=900');
      assert.match(failed.headers.get('ratelimit') ?? '', new RegExp(`^"auth";r=${left};t=\\d+$`));
    }
    assertLimited(await logIn(email, 'wrong password', address), 'auth', 900);
    assertLimited(await logIn(email, password, address), 'auth', 900);
    assertLimited(await logIn(email.toUpperCase(), password, address), 'auth', 900);
    assert.equal((await logIn(email, password, newAddress())).status, 200);
    const neighbour = (await server.signUp()).identity;
    assert.equal((await logIn(neighbour.email, neighbour.password, address)).status, 200);
  });

  test('counts neither successes nor invalid input', async () => {
    const { email, password } = (await server.signUp()).identity;
    const address = newAddress();
    for (let tries = 0; tries < 8; tries += 1) {
      const reply = await logIn(email, password, address);
      assert.match(reply.headers.get('ratelimit') ?? '', /^"auth";r=5;/);
      assert.equal(reply.status, 200);
      assert.equal((await logIn(email, '', address)).status, 400);
    }
    const together = await Promise.all(
      Array.from({ length: 12 }, () => logIn(email, password, address)),
    );
    assert.deepEqual(tally(together), { 200: 12 });
  });

  test('checks only five of 30 concurrent guesses', async () => {
    const { email } = (await server.signUp()).identity;
    const address = newAddress();
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, index) => logIn(email, `guess ${index}`, address)),
    );
    const { 401: lookedAt, 429: limited = 0, 503: tooBusy = 0 } = tally(replies);
    assert.deepEqual([lookedAt, limited + tooBusy], [5, 25]);
  });

  test('counts a taken address at sign-up in the same bucket', async () => {
    const { email, password } = (await server.signUp()).identity;
    const headers = { 'x-forwarded-for': newAddress() };
    const body = { email, password: 'another password' };
    for (const path of ['/api/auth/signup', '/api/auth/register', '/api/auth/signup']) {
      const reply = await server.anonymous.post(path, body, headers);
      assert.equal(reply.json().code, 'accounts.email_taken');
    }
    for (let tries = 0; tries < 2; tries += 1) {
      assert.equal((await logIn(email, 'wrong', headers['x-forwarded-for'])).status, 401);
    }
    assertLimited(await server.anonymous.post('/api/auth/signup', body, headers), 'auth', 900);
    assertLimited(await logIn(email, password, headers['x-forwarded-for']), 'auth', 900);
  });

  test('counts the addresses of one IPv6 network as one', async () => {
    const { email, password } = (await server.signUp()).identity;
    for (let host = 1; host <= 5; host += 1) {
      assert.equal((await logIn(email, 'wrong', `2001:db8:0:1::${host}`)).status, 401);
    }
    assertLimited(await logIn(email, password, '2001:db8:0:1:ffff::9'), 'auth', 900);
    assert.equal((await logIn(email, password, '2001:db8:0:2::9')).status, 200);
  });

  test('limits guesses of the current password within a session too', async () => {
    const session = await server.signUp();
    const change = (currentPassword: string) =>
      session.post('/api/auth/password', { currentPassword, newPassword: 'a new password' });
    for (let tries = 0; tries < 5; tries += 1) assert.equal((await change('wrong')).status, 401);
    assertLimited(await change(session.identity.password), 'auth', 900);
  });

  test('of one network address, only 50 wrong proofs and 50 begun sign-ins with a passkey pass', async () => {
    const address = newAddress();
    const { email } = (await server.signUp()).identity;
    const prove = (from: string) =>
      server.anonymous.post(
        '/api/auth/login/verify',
        { challengeId: newId(), totp: '123456' },
        { 'x-forwarded-for': from },
      );
    const begin = (from: string) =>
      server.anonymous.post('/api/auth/login/passkey', undefined, { 'x-forwarded-for': from });
    for (const [send, passed] of [
      [prove, 401],
      [begin, 200],
    ] as const) {
      const replies = await Promise.all(Array.from({ length: 60 }, () => send(address)));
      assert.deepEqual(tally(replies), { [passed]: 50, 429: 10 });
      // Nobody learns from it of others at the same address.
      const stated = replies.map(({ headers }) => headers.get('ratelimit') ?? '');
      assert.ok(stated.every((text) => !/auth-address|passkey-challenges/.test(text)));
      assert.equal((await send(newAddress())).status, passed);
    }
    // Wrong passwords count with wrong proofs.
    assert.equal((await logIn(email, 'wrong', address)).status, 429);
  });

  test('ignores an address forwarded by an untrusted peer', async () => {
    const direct = await startTestServer(db, { environment: { RATE_LIMIT_AUTH: '5/15m' } });
    const { email, password } = (await direct.signUp()).identity;
    const from = (address: string, tried: string) =>
      direct.anonymous.post(
        '/api/auth/login',
        { email, password: tried },
        { 'x-forwarded-for': address, forwarded: `for=${address}` },
      );
    for (let host = 1; host <= 5; host += 1) {
      assert.equal((await from(`198.51.100.${host}`, 'wrong')).status, 401);
    }
    assertLimited(await from('198.51.100.77', password), 'auth', 900);
  });
});

describe('everything', async () => {
  const server = await startTestServer(db, { environment: { RATE_LIMIT_GLOBAL: '3/15m' } });

  test('authenticated callers have ten times the points, and staff a hundred times', async () => {
    const [customer, admin] = [await server.signUp(), await server.asAdmin()];
    const readPolicy = async (session: Session) =>
      (await session.get('/api/products')).headers.get('ratelimit-policy');
    assert.equal(await readPolicy(customer), '"global";q=30;w=900');
    assert.equal(await readPolicy(admin), '"global";q=300;w=900');
    const key = await admin.post('/api/api-keys', { name: 'till', scopes: ['orders:read'] });
    const headers = { authorization: `Bearer ${key.json<{ secret: string }>().secret}` };
    const reply = await server.anonymous.get('/api/orders', headers);
    assert.equal(reply.headers.get('ratelimit-policy'), '"global";q=300;w=900');
    // Signing in counted apart.
    const broken = { authorization: 'Bearer broken' };
    for (let times = 0; times < 2; times += 1) await server.anonymous.get('/api/orders', broken);
    const last = await server.anonymous.get('/api/orders', broken);
    assert.equal(last.status, 401);
    assert.match(last.headers.get('ratelimit') ?? '', /^"global";r=0;/);
    assertLimited(await server.anonymous.get('/api/products'), 'global', 900);
    assertLimited(await server.anonymous.get('/api/orders'), 'global', 900);
    assert.equal((await customer.get('/api/products')).status, 200);
  });

  test('those who look at the menu sign nobody out of the same network, and keep nobody from signing in', async () => {
    const { email, password } = (await server.signUp()).identity;
    for (let times = 0; times < 5; times += 1) await server.anonymous.get('/api/products');
    assertLimited(await server.anonymous.get('/api/products'), 'global', 900);
    const signedIn = await server.anonymous.post('/api/auth/login', { email, password });
    assert.equal(signedIn.status, 200, signedIn.text);
    assert.equal(signedIn.headers.get('ratelimit-policy'), '"global";q=30;w=900');
    const { refreshToken } = signedIn.json<{ refreshToken: string }>();
    const refreshed = await server.anonymous.post('/api/auth/refresh', { refreshToken });
    assert.equal(refreshed.status, 200, refreshed.text);
  });

  test('health, metrics and pages are served even to a caller without points', async () => {
    await Promise.all(Array.from({ length: 10 }, () => server.anonymous.get('/api/products')));
    assert.equal((await server.anonymous.get('/api/products')).status, 429);
    for (const path of [
      '/health',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/openapi.json',
      '/docs',
      '/problems/request.rate_limited',
    ]) {
      const reply = await server.anonymous.get(path);
      assert.equal(reply.status, 200, path);
      assert.equal(reply.headers.get('ratelimit'), null, path);
    }
    assert.equal((await server.anonymous.get('/api/nothing')).status, 404);
    assert.equal((await server.anonymous.delete('/api/products')).status, 405);
  });

  test('the OpenAPI document describes the limits', async () => {
    interface Documented {
      readonly responses: Record<string, { readonly headers?: Record<string, unknown> }>;
    }
    const document = (await server.anonymous.get('/openapi.json')).json<{
      paths: Record<string, Record<string, Documented>>;
    }>();
    const { responses } = document.paths['/api/products']!.get!;
    for (const status of ['200', '429']) {
      assert.ok(responses[status]?.headers?.RateLimit, status);
      assert.ok(responses[status]?.headers?.['RateLimit-Policy'], status);
    }
  });
});

describe('two servers that share a Redis', { skip: redisMissing }, async () => {
  if (redisMissing !== false) return;
  const redis = await startRedis();
  const environment = {
    ...unlimitedOrders,
    REDIS_URL: redis.url,
    JWT_SECRET: newId() + newId(),
    RATE_LIMIT_CHECKOUT: '10/1h',
    RATE_LIMIT_AUTH: '5/15m',
    RATE_LIMIT_GLOBAL: '1000000/15m',
  };
  const servers = [
    await startTestServer(db, { environment }),
    await startTestServer(db, { environment }),
  ];
  const onBoth = (session: Session) =>
    servers.map(({ url }) => createSession(url, session.identity));
  // Until a server is connected, it counts on its own.
  for (const server of servers) {
    await until(async () => {
      await server.anonymous.get('/api/products');
      const [key] = (await redis.keys()).filter((name) => name.includes('anonymous'));
      assert.ok(key !== undefined);
      await redis.flush();
    });
  }

  test('count in common', async () => {
    // On a busy machine Redis may miss the deadline of a request; the servers then count separately for a while.
    await until(async () => {
      const sessions = onBoth(await servers[0]!.signUp());
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, index) => place(sessions[index % 2]!)),
      );
      assert.deepEqual(tally(replies), { 201: 10, 429: 30 });
    });
    await until(async () => {
      const { email, password } = (await servers[0]!.signUp()).identity;
      const logIn = (index: number, tried: string) =>
        servers[index % 2]!.anonymous.post('/api/auth/login', { email, password: tried });
      for (let tries = 0; tries < 5; tries += 1) {
        assert.equal((await logIn(tries, 'wrong')).status, 401);
      }
      for (const index of [0, 1]) assertLimited(await logIn(index, password), 'auth', 900);
    });
  });

  test('accept orders while Redis is unavailable', async () => {
    const sessions = onBoth(await servers[0]!.signUp());
    await redis.kill();
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, index) => place(sessions[index % 2]!)),
    );
    // Each server counts on its own.
    assert.deepEqual(tally(replies), { 201: 20, 429: 20 });
  });

  test('store no e-mail address in Redis', async () => {
    await redis.start();
    await until(async () => {
      await servers[0]!.anonymous.post('/api/auth/login', {
        email: 'person@x.example',
        password: 'x',
      });
      assert.ok((await redis.keys()).some((key) => key.includes('auth')));
    });
    assert.ok((await redis.keys()).every((key) => !key.includes('@') && key.length < 120));
  });
});
