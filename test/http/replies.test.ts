import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { parseTraceparent } from '../../src/shared/trace.ts';
import { post, problemOf, testServer } from './support.ts';

const server = await testServer();
const id = '0198c5a0-0000-7000-8000-000000000001';

function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  return fetch(server.url + path, { method, headers });
}

test('a refusal is a problem document with every member of the contract', async () => {
  const headers = { authorization: 'Bearer admin', 'x-request-id': 'order.42_a-B' };
  const response = await post(server, '/api/things?', '{"name":"taken"}', headers);
  assert.equal(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  assert.equal(response.headers.get('etag'), null);
  assert.deepEqual(await response.json(), {
    type: 'https://shop.example/problems/things.taken',
    title: 'There is <one> already.',
    status: 409,
    detail: 'A `name` belongs to one thing.',
    instance: '/api/things',
    code: 'things.taken',
    requestId: 'order.42_a-B',
    name: 'taken',
  });
});

test('an unexpected error reveals nothing to the client and is logged with its stack', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const logged = await testServer({ logger });
  const response = await fetch(`${logged.url}/api/broken`, { headers: { 'x-request-id': 'r1' } });
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.doesNotMatch(text, /hunter2|at |Error/);
  const line = lines.find((entry) => entry.includes('request failed')) ?? '';
  assert.match(line, /hunter2/);
  assert.match(line, /support\.ts:/);
  assert.match(line, /"requestId":"r1"/);
});

test('a 503 states when to retry, but not what is unavailable', async () => {
  const response = await get('/api/away');
  assert.equal(response.headers.get('retry-after'), '2');
  const problem = await problemOf(response);
  assert.equal(problem.code, 'service.unavailable');
  assert.doesNotMatch(JSON.stringify(problem), /10\.0\.0\.7/);
});

test('every reply has a request id: the one received if it is valid, else a new one', async () => {
  const paths = [
    '/api/things',
    '/api/nothing',
    '/api/broken',
    '/api/things/%ZZ',
    '/health',
    '/docs',
  ];
  for (const path of paths) {
    const kept = await get(path, { 'x-request-id': 'a.B_c-1' });
    assert.equal(kept.headers.get('x-request-id'), 'a.B_c-1', path);
  }
  for (const given of ['', 'a b', '<script>', 'a,b', 'a'.repeat(129), 'é']) {
    const fresh = (await get('/api/things', { 'x-request-id': given })).headers.get('x-request-id');
    assert.match(fresh ?? '', /^[0-9a-f]{32}$/, given);
  }
});

const traceIdIn = (header: string | undefined) => parseTraceparent(header)?.traceId ?? null;

test('the trace id comes from a valid traceparent, or else is new', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const parent = 'b7ad6b7169203331';
  assert.equal(traceIdIn(`00-${trace}-${parent}-01`), trace);
  assert.equal(traceIdIn(`01-${trace}-${parent}-01-more`), trace);
  const invalid = [
    `ff-${trace}-${parent}-01`,
    `00-${trace}-${parent}-01-more`,
    `00-${'0'.repeat(32)}-${parent}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${parent}-01`,
    'garbage',
  ];
  for (const header of invalid) assert.equal(traceIdIn(header), null, header);
  const readTrace = async (headers: Record<string, string>) =>
    ((await (await get('/api/things', headers)).json()) as { traceId: string }).traceId;
  assert.equal(await readTrace({ traceparent: `00-${trace}-${parent}-01` }), trace);
  const fresh = await readTrace({ traceparent: 'garbage' });
  assert.match(fresh, /^[0-9a-f]{32}$/);
  assert.notEqual(await readTrace({}), fresh);
});

test('replies that depend on the caller are stored nowhere', async () => {
  for (const path of ['/api/things', `/api/things/${id}`]) {
    const { headers } = await get(path, { authorization: 'Bearer customer' });
    assert.equal(headers.get('cache-control'), 'private, no-store', path);
    assert.match(headers.get('vary') ?? '', /Authorization, Cookie/, path);
  }
  const login = await post(server, '/api/auth/login', '{"email":"a@b.example"}');
  assert.equal(login.headers.get('cache-control'), 'no-store');
});

test('HEAD answers like GET, without a body', async () => {
  for (const path of ['/api/things', '/api/nothing', '/problems', `/api/things/${id}`]) {
    const got = await get(path);
    const asked = await get(path, {}, 'HEAD');
    assert.equal(asked.status, got.status, path);
    assert.equal(asked.headers.get('content-type'), got.headers.get('content-type'), path);
    assert.equal(await asked.text(), '');
  }
});

test('only scripts of allowed origins may read replies', async () => {
  const allowed = await get('/api/nothing', { origin: 'https://front.example' });
  assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://front.example');
  assert.equal(allowed.headers.get('access-control-allow-credentials'), 'true');
  assert.match(allowed.headers.get('access-control-expose-headers') ?? '', /X-Request-Id/);
  assert.match(allowed.headers.get('vary') ?? '', /Origin/);
  const preflight = { origin: 'https://front.example', 'access-control-request-method': 'PATCH' };
  const answer = await get(`/api/things/${id}`, preflight, 'OPTIONS');
  assert.equal(answer.status, 204);
  assert.match(answer.headers.get('access-control-allow-methods') ?? '', /PATCH/);
  for (const origin of ['https://evil.example', 'null', 'https://front.example.evil.example']) {
    const refused = await get('/api/things', { origin });
    assert.equal(refused.headers.get('access-control-allow-origin'), null, origin);
  }
  const closed = await testServer({ corsOrigins: [] });
  const none = await fetch(`${closed.url}/api/things`, { method: 'OPTIONS', headers: preflight });
  assert.equal(none.status, 405);
  assert.equal(none.headers.get('allow'), 'GET, HEAD, POST');
});

test('each reply is reported once, with its operation', async () => {
  const seen: string[] = [];
  const watched = await testServer({
    onResponse: ({ operationId, method, status, durationSeconds }) => {
      assert.ok(durationSeconds >= 0 && durationSeconds < 5);
      seen.push(`${method} ${operationId} ${status}`);
    },
  });
  await fetch(`${watched.url}/api/things?limit=3`);
  await fetch(`${watched.url}/api/things?limit=x`);
  await fetch(`${watched.url}/api/nothing`);
  await post(watched, '/api/things', '{}');
  // A reply is reported after it was sent, so the client may see it a moment earlier.
  await watched.app.close();
  assert.deepEqual(seen, [
    'GET listThings 200',
    'GET listThings 400',
    'GET null 404',
    'POST makeThing 401',
  ]);
});
