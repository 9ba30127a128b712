import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryRateLimiters } from '../../src/drivers/limits/memory/memory-rate-limiters.ts';
import type { Rate } from '../../src/drivers/limits/rate-limiter.ts';
import type { Limit } from '../../src/http/index.ts';
import { post, problemOf, sendRaw, testServer } from './support.ts';

const server = await testServer({ bodyLimitBytes: 1_000 });
const id = '0198c5a0-0000-7000-8000-000000000001';
const thing = '{"name":"Kettle"}';

async function readCode(response: Response): Promise<string> {
  return `${response.status} ${(await problemOf(response)).code}`;
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, { headers });
}

test('requests are checked in the documented order', async () => {
  const large = 'x'.repeat(2_000);
  const steps: [Promise<Response>, string][] = [
    // Each request would also fail every check after the one that refuses it.
    [
      post(server, '/api/nothing', large, { 'content-type': 'text/plain' }),
      '404 request.not_found',
    ],
    [
      fetch(`${server.url}/api/things/${id}`, { method: 'PUT', body: large }),
      '405 request.method_not_allowed',
    ],
    [post(server, '/api/things', large, { 'content-type': 'text/plain' }), '413 request.too_large'],
    [
      post(server, '/api/things', 'x', { 'content-type': 'text/plain' }),
      '401 auth.unauthenticated',
    ],
    [
      post(server, '/api/things', 'x', {
        'content-type': 'text/plain',
        authorization: 'Bearer kitchen',
      }),
      '403 auth.forbidden',
    ],
    [
      post(server, '/api/things', 'x', {
        'content-type': 'text/plain',
        authorization: 'Bearer admin',
      }),
      '415 request.unsupported_media_type',
    ],
    [
      post(server, '/api/things', '{', { authorization: 'Bearer admin', 'idempotency-key': '"' }),
      '400 request.malformed',
    ],
    [
      post(server, '/api/things', '{}', { authorization: 'Bearer admin', 'idempotency-key': '"' }),
      '400 request.invalid',
    ],
    [
      post(server, '/api/things', thing, { authorization: 'Bearer admin', 'idempotency-key': '"' }),
      '400 idempotency.invalid_key',
    ],
    [
      post(server, '/api/things', '{"name":"taken"}', { authorization: 'Bearer admin' }),
      '409 things.taken',
    ],
  ];
  for (const [response, expected] of steps) assert.equal(await readCode(await response), expected);
});

test('an exhausted limit is reported before missing authentication', async () => {
  const limited = await testServer({
    findLimits: () => [buildLimit({ pointsMax: 1, windowSeconds: 7 })],
  });
  const call = () => post(limited, '/api/things', 'x', { 'content-type': 'text/plain' });
  assert.equal(await readCode(await call()), '401 auth.unauthenticated');
  const response = await call();
  assert.equal(response.headers.get('retry-after'), '7');
  assert.equal(response.headers.get('ratelimit-policy'), '"global";q=1;w=7');
  assert.equal(response.headers.get('ratelimit'), '"global";r=0;t=7');
  assert.equal(await readCode(response), '429 request.rate_limited');
  for (const path of ['/health', '/metrics', '/problems', '/openapi.json']) {
    const reply = await fetch(limited.url + path);
    assert.equal(reply.status, 200, path);
    assert.equal(reply.headers.get('ratelimit'), null, path);
  }
});

test('a request refused before the limits is not counted', async () => {
  const limited = await testServer({
    bodyLimitBytes: 1_000,
    findLimits: () => [buildLimit({ pointsMax: 1, windowSeconds: 60 })],
  });
  const large = 'x'.repeat(2_000);
  for (let tries = 0; tries < 3; tries += 1) {
    assert.equal((await fetch(`${limited.url}/api/nothing`)).status, 404);
    assert.equal((await fetch(`${limited.url}/api/things`, { method: 'PUT' })).status, 405);
    assert.equal((await post(limited, '/api/things', large)).status, 413);
  }
  assert.equal((await fetch(`${limited.url}/api/things`)).status, 200);
  assert.equal((await fetch(`${limited.url}/api/things`)).status, 429);
});

test('a limit knows the caller', async () => {
  const seen: (string | null)[] = [];
  const limit = buildLimit({ pointsMax: 10, windowSeconds: 60 });
  const limited = await testServer({
    findLimits: () => [
      {
        ...limit,
        counting: (request) => {
          seen.push(request.caller?.kind ?? null);
          return limit.counting(request);
        },
      },
    ],
  });
  const headers = { authorization: 'Bearer key-writing' };
  assert.equal((await post(limited, '/api/things', thing, headers)).status, 201);
  assert.equal((await post(limited, '/api/things', thing)).status, 401);
  assert.deepEqual(seen, ['api_key', null]);
});

test('a response that does not count returns the point before it is sent', async () => {
  const limited = await testServer({
    findLimits: () => [
      {
        ...buildLimit({ pointsMax: 1, windowSeconds: 60 }),
        counts: ({ status }) => status === 201,
      },
    ],
  });
  const headers = { authorization: 'Bearer admin' };
  for (let tries = 0; tries < 5; tries += 1) {
    const refused = await post(limited, '/api/things', '{', headers);
    assert.equal(refused.headers.get('ratelimit'), '"global";r=1;t=60');
    assert.equal(await readCode(refused), '400 request.malformed');
  }
  const made = await post(limited, '/api/things', thing, headers);
  assert.equal(made.headers.get('ratelimit'), '"global";r=0;t=60');
  assert.equal((await post(limited, '/api/things', '{', headers)).status, 429);
});

/** Builds one limit shared by all callers. */
function buildLimit(rate: Rate): Limit {
  const limiter = createMemoryRateLimiters().create('global', rate);
  return { name: 'global', after: 'caller', counting: () => ({ limiter, key: 'all' }) };
}

test('roles and scopes decide who is admitted', async () => {
  const expected = {
    customer: 201,
    kitchen: 403,
    admin: 201,
    'key-reading': 403,
    'key-writing': 201,
    order: 201,
  };
  for (const [token, status] of Object.entries(expected)) {
    const response = await post(server, '/api/things', thing, { authorization: `Bearer ${token}` });
    assert.equal(response.status, status, token);
    await response.body?.cancel();
  }
  const keyless = await get(`/api/things/${id}`, { authorization: 'Bearer key-writing' });
  assert.equal(await readCode(keyless), '403 auth.forbidden');
});

test('a missing or broken token gets a 401 with a challenge', async () => {
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer a b',
    'Bearer nobody',
    'nobody',
  ]) {
    const response = await get(`/api/things/${id}`, authorization === '' ? {} : { authorization });
    assert.equal(response.headers.get('www-authenticate'), 'Bearer', authorization);
    assert.equal(await readCode(response), '401 auth.unauthenticated', authorization);
  }
  assert.equal((await get(`/api/things/${id}`, { authorization: 'bearer  customer' })).status, 200);
});

test('a credential that cannot be checked gets a 503, not a 401', async () => {
  const response = await get(`/api/things/${id}`, { authorization: 'Bearer away' });
  assert.equal(response.headers.get('retry-after'), '2');
  assert.equal(await readCode(response), '503 service.unavailable');
});

test('operations open to anyone treat an expired cookie as anonymous but refuse a broken bearer token', async () => {
  const readCaller = async (headers: Record<string, string>) => {
    const response = await get('/api/things', headers);
    assert.equal(response.status, 200);
    return ((await response.json()) as { caller: string | null }).caller;
  };
  assert.equal(await readCaller({}), null);
  assert.equal(await readCaller({ cookie: '__Host-holdfast_access=expired' }), null);
  assert.notEqual(await readCaller({ cookie: 'other=1; __Host-holdfast_access=customer' }), null);
  assert.notEqual(await readCaller({ authorization: 'Bearer customer' }), null);
  const broken = await get('/api/things', { authorization: 'Bearer expired' });
  assert.equal(await readCode(broken), '401 auth.unauthenticated');
  const both = await get('/api/things', {
    authorization: 'Bearer expired',
    cookie: '__Host-holdfast_access=customer',
  });
  assert.equal(await readCode(both), '401 auth.unauthenticated');
});

test('the token of an order is nobody’s sign-in', async () => {
  const authorization = 'Bearer order';
  assert.equal(
    await readCode(await get(`/api/things/${id}`, { authorization })),
    '403 auth.forbidden',
  );
  const listed = await get('/api/things', { authorization });
  assert.equal(((await listed.json()) as { caller: unknown }).caller, null);
});

test('the token of an order is refused as a cookie, and wins over the cookie of a session', async () => {
  const cookie = '__Host-holdfast_access=order';
  const origin = server.url;
  const made = await post(server, '/api/things', thing, { cookie, origin });
  assert.equal(await readCode(made), '401 auth.unauthenticated');
  assert.equal(
    await readCode(await get(`/api/things/${id}`, { cookie })),
    '401 auth.unauthenticated',
  );
  assert.equal(await callerBy(cookie), null);
  const authorization = 'Bearer order';
  const signedIn = { authorization, cookie: '__Host-holdfast_access=admin' };
  assert.equal(await readCode(await get(`/api/things/${id}`, signedIn)), '403 auth.forbidden');
});

test('below /api/auth a body may have at most 64 KiB, also in chunks', async () => {
  const large = await testServer();
  const logIn = (bytes: number) => JSON.stringify({ email: 'x'.repeat(bytes - 12) });
  assert.equal((await post(large, '/api/auth/login', logIn(64 * 1024))).status, 200);
  const beyond = logIn(64 * 1024 + 1);
  assert.equal(
    await readCode(await post(large, '/api/auth/login', beyond)),
    '413 request.too_large',
  );
  const chunks = await fetch(`${large.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob([beyond]).stream(),
    duplex: 'half',
  } as RequestInit);
  assert.equal(await readCode(chunks), '413 request.too_large');
  assert.equal((await post(large, '/api/payments/webhook', beyond)).status, 200);
});

test('two session cookies are refused, since one may be planted', async () => {
  const pairs = [
    '__Host-holdfast_access=admin; __Host-holdfast_access=customer',
    '__Host-holdfast_access=customer; other=1; __Host-holdfast_access=admin',
    '__Host-holdfast_access=customer;__Host-holdfast_access=customer',
    '__Host-holdfast_access=; __Host-holdfast_access=customer',
    '__Host-holdfast_access =admin;\t__Host-holdfast_access= customer',
    '__Host-holdfast_access="customer"; __Host-holdfast_access=customer',
    'a="1; __Host-holdfast_access=admin; b=2"; __Host-holdfast_access=customer',
  ];
  for (const cookie of pairs) {
    for (const path of ['/api/things', `/api/things/${id}`]) {
      const response = await get(path, { cookie });
      assert.equal(await readCode(response), '400 request.malformed', `${path} ${cookie}`);
    }
    const origin = server.url;
    const made = await post(server, '/api/things', thing, { cookie, origin });
    assert.equal(await readCode(made), '400 request.malformed', cookie);
  }
  const apart =
    'Cookie: __Host-holdfast_access=admin\r\nX: 1\r\nCookie: __Host-holdfast_access=customer\r\n';
  const head = `GET /api/things/${id} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`;
  assert.equal((await sendRaw(server.port, `${head}${apart}\r\n`)).status, 400);
});

test('cookies with other names are ignored, and so are two session cookies where no cookie is used', async () => {
  const near = [
    'Holdfast_Access=admin',
    'holdfast%5Faccess=admin',
    '__Host-holdfast_access2=admin',
    'x__Host-holdfast_access=admin',
    '=__Host-holdfast_access=admin',
  ];
  for (const other of near) {
    for (const cookie of [
      `${other}; __Host-holdfast_access=customer`,
      `__Host-holdfast_access=customer; ${other}`,
    ]) {
      assert.equal(
        await callerBy(cookie),
        await callerBy('__Host-holdfast_access=customer'),
        cookie,
      );
    }
    assert.equal((await get(`/api/things/${id}`, { cookie: other })).status, 401, other);
  }
  const cookie = '__Host-holdfast_access=admin; __Host-holdfast_access=customer';
  const bearer = await get(`/api/things/${id}`, { cookie, authorization: 'Bearer customer' });
  assert.equal(bearer.status, 200);
  const signIn = await post(server, '/api/auth/login', '{"email":"a@b.example"}', { cookie });
  assert.equal(signIn.status, 200);
  for (const path of ['/health', '/metrics'])
    assert.equal((await get(path, { cookie })).status, 200);
});

async function callerBy(cookie: string): Promise<unknown> {
  return ((await (await get('/api/things', { cookie })).json()) as { caller: unknown }).caller;
}

test('a request with two session cookies counts against the limits like any other', async () => {
  const limited = await testServer({
    findLimits: () => [buildLimit({ pointsMax: 1, windowSeconds: 60 })],
  });
  const headers = { cookie: '__Host-holdfast_access=a; __Host-holdfast_access=b' };
  assert.equal((await fetch(`${limited.url}/api/things`, { headers })).status, 400);
  assert.equal((await fetch(`${limited.url}/api/things`, { headers })).status, 429);
});

test('signing in ignores any other credential', async () => {
  for (const headers of [
    { authorization: 'Bearer expired' },
    { authorization: 'Bearer away' },
    { cookie: '__Host-holdfast_access=customer' },
  ]) {
    const response = await post(server, '/api/auth/login', '{"email":"a@b.example"}', {
      ...headers,
    } as Record<string, string>);
    assert.deepEqual(await response.json(), { caller: null });
  }
});

test('cookies are set HttpOnly, SameSite, and Secure if configured', async () => {
  const response = await post(server, '/api/auth/login', '{"email":"a@b.example"}');
  assert.equal(
    response.headers.get('set-cookie'),
    '__Host-holdfast_access=customer; Path=/; HttpOnly; Secure; SameSite=Lax',
  );
});

test('a change authenticated by a cookie needs our own or an allowed origin', async () => {
  const make = (headers: Record<string, string>) =>
    post(server, '/api/things', thing, { cookie: '__Host-holdfast_access=customer', ...headers });
  for (const origin of ['https://shop.example', 'https://front.example', server.url]) {
    assert.equal((await make({ origin })).status, 201, origin);
  }
  const foreign = [
    'https://evil.example',
    'http://shop.example',
    'https://shop.example.evil.example',
    'https://shop.example:8443',
    'null',
    server.url.replace('http:', 'https:'),
  ];
  for (const origin of foreign) {
    assert.equal(await readCode(await make({ origin })), '403 auth.origin_not_allowed', origin);
  }
  assert.equal(await readCode(await make({})), '403 auth.origin_not_allowed');
  const bearer = { authorization: 'Bearer customer', origin: 'https://evil.example' };
  assert.equal((await make(bearer)).status, 201);
  const reading = { cookie: '__Host-holdfast_access=customer', origin: 'https://evil.example' };
  assert.equal((await get(`/api/things/${id}`, reading)).status, 200);
});

test('forwarding headers count only from trusted proxies', async () => {
  const forwarded = { 'x-forwarded-host': '192.0.2.7:8443', 'x-forwarded-proto': 'https' };
  const headers = {
    cookie: '__Host-holdfast_access=customer',
    origin: 'https://192.0.2.7:8443',
    ...forwarded,
  };
  assert.equal((await post(server, '/api/things', thing, headers)).status, 403);
  const behind = await testServer({ trustedProxies: ['127.0.0.0/8'] });
  assert.equal((await post(behind, '/api/things', thing, headers)).status, 201);
});

test('metrics are readable from the machine itself and with their token', async () => {
  assert.equal((await get('/metrics')).status, 200);
  const behindProxy = { 'x-forwarded-for': '203.0.113.9' };
  const refused = await get('/metrics', behindProxy);
  assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
  assert.equal(await readCode(refused), '401 auth.unauthenticated');
  const withToken = (token: string) =>
    get('/metrics', { ...behindProxy, authorization: `Bearer ${token}` });
  assert.equal((await withToken('metrics-token')).status, 200);
  assert.equal((await withToken('metrics-tokem')).status, 401);
  assert.equal((await withToken('admin')).status, 401);
  const tokenless = await testServer({ metricsToken: '' });
  const empty = await fetch(`${tokenless.url}/metrics`, {
    headers: { ...behindProxy, authorization: 'Bearer ' },
  });
  assert.equal(empty.status, 401);
});
