import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import pino from 'pino';
import { createMemoryRateLimiters } from '../../src/drivers/limits/memory/memory-rate-limiters.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { newId } from '../../src/shared/ids.ts';
import { collectLines, type LogLine } from '../support/log-lines.ts';
import { until } from '../support/until.ts';
import { post, sendRaw, testOptions, testServer } from './support.ts';

const { logger, lines } = collectLines();
const server = await testServer({ logger, accessLog: true, requestTimeoutMs: 300 });

/** Waits for the lines of a request, and returns what they say in common with `expected`. */
async function readLines(requestId: string): Promise<LogLine[]> {
  const findLines = () => lines.filter((it) => it.requestId === requestId && it.msg === 'answered');
  return await until(async () => {
    const found = findLines();
    assert.notEqual(found.length, 0, requestId);
    return found;
  });
}

function describeLine({ level, method, route, status, callerId, address }: LogLine) {
  return { level, method, route, status, isKnown: callerId !== null, address };
}

const anonymous = { level: 30, isKnown: false, address: '127.0.0.1' };

async function fetchAs(method: string, path: string, headers: Record<string, string> = {}) {
  const requestId = newId();
  const response = await fetch(server.url + path, {
    method,
    headers: { 'x-request-id': requestId, ...headers },
  });
  await response.arrayBuffer();
  return readLines(requestId);
}

describe('each request has one line, with the pattern of its route', () => {
  const asAdmin = { authorization: 'Bearer admin' };
  const one = `/api/things/${newId()}`;
  for (const [name, method, path, headers, expected] of [
    ['a reply', 'GET', one, asAdmin, { route: '/api/things/:id', status: 200, isKnown: true }],
    ['HEAD', 'HEAD', '/api/things?search=x', {}, { route: '/api/things', status: 200 }],
    ['no credential', 'GET', one, {}, { route: '/api/things/:id', status: 401 }],
    [
      'no right',
      'DELETE',
      one,
      { authorization: 'Bearer kitchen' },
      { route: '/api/things/:id', status: 403, isKnown: true },
    ],
    ['no route', 'GET', '/api/ann@example.com?a=b', {}, { route: null, status: 404 }],
    ['no such method', 'PUT', '/api/things', {}, { route: null, status: 405 }],
    ['an unreadable path', 'GET', '/api/things/%ZZ', {}, { route: null, status: 400 }],
    ['a failure', 'GET', '/api/broken', {}, { route: '/api/broken', status: 500 }],
    ['a page', 'GET', '/problems/things.taken', {}, { route: '/problems/:code', status: 200 }],
    [
      'a static file',
      'GET',
      '/docs/static/index.css',
      {},
      { route: '/docs/static/*', status: 200 },
    ],
    ['an invalid query', 'GET', '/api/things?limit=x', {}, { route: '/api/things', status: 400 }],
    [
      'a preflight',
      'OPTIONS',
      one,
      { origin: 'https://front.example', 'access-control-request-method': 'GET' },
      { route: null, status: 204 },
    ],
  ] as const) {
    test(name, async () => {
      const found = await fetchAs(method, path, headers);
      assert.equal(found.length, 1, JSON.stringify(found));
      const line = describeLine(found[0]!);
      assert.deepEqual(line, { ...anonymous, method, ...expected });
      assert.deepEqual(Object.keys(found[0]!), [
        'level',
        'time',
        'method',
        'route',
        'status',
        'durationMs',
        'callerId',
        'address',
        'requestId',
        'msg',
      ]);
      assert.equal(typeof found[0]!.durationMs, 'number');
    });
  }
});

test('a body that is too large, not JSON or invalid has a line', async () => {
  for (const [body, type, status] of [
    ['x'.repeat(2_000_000), 'application/json', 413],
    ['{', 'application/json', 400],
    ['{}', 'application/json', 400],
    ['{}', 'text/plain', 415],
  ] as const) {
    const id = newId();
    await post(server, '/api/things', body, {
      'content-type': type,
      'x-request-id': id,
      authorization: 'Bearer admin',
    }).catch(() => null);
    const found = await readLines(id);
    assert.deepEqual(
      found.map((line) => [line.route, line.status]),
      [['/api/things', status]],
    );
  }
});

test('a request over its limit has a line', async () => {
  const limiter = createMemoryRateLimiters().create('all', { pointsMax: 1, windowSeconds: 60 });
  const own = collectLines();
  const limited = await testServer({
    logger: own.logger,
    accessLog: true,
    findLimits: () => [
      { name: 'global', after: 'caller', counting: () => ({ limiter, key: 'all' }) },
    ],
  });
  for (const status of [200, 429]) {
    assert.equal((await fetch(`${limited.url}/api/things`)).status, status);
  }
  await limited.app.close();
  const statuses = own.lines.filter(({ msg }) => msg === 'answered').map(({ status }) => status);
  assert.deepEqual(statuses, [200, 429]);
});

test('what is refused before there is a request has a line', async () => {
  for (const [bytes, expected] of [
    ['nonsense\r\n\r\n', { method: null, status: 400 }],
    [
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      { method: null, status: 431 },
    ],
    ['CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n', { method: 'CONNECT', status: 405 }],
    [
      'POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nContent-Type: application/json\r\nAuthorization: Bearer admin\r\n\r\n{',
      { method: 'POST', status: 408 },
    ],
  ] as const) {
    const { status, body } = await sendRaw(server.port, bytes);
    assert.equal(status, expected.status);
    const { requestId } = JSON.parse(body) as { requestId: string };
    const found = await readLines(requestId);
    assert.deepEqual(found.map(describeLine), [{ ...anonymous, route: null, ...expected }]);
  }
});

test('a request that its client cuts off has one line', async () => {
  const id = newId();
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `POST /api/things HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\nContent-Length: 9\r\nContent-Type: application/json\r\nAuthorization: Bearer admin\r\n\r\n{`,
    () => socket.destroy(),
  );
  const found = await readLines(id);
  assert.deepEqual(
    found.map(({ status }) => status),
    [400],
  );
});

test('a client that leaves before a file is sent is no failure of the server, and has one line', async () => {
  const own = collectLines();
  const app = await createHttpServer(
    testOptions({ logger: own.logger, accessLog: true, everyRuleNeedsRoute: false }),
  );
  after(() => app.close());
  const opened = Promise.withResolvers<void>();
  // A file whose first bytes have not been read yet.
  const body = new Readable({ read: () => opened.resolve() });
  app.get('/file', { schema: { operationId: 'getHealth' }, config: { page: true } }, (_, reply) =>
    reply.send(body),
  );
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /file HTTP/1.1\r\nHost: a\r\n\r\n');
  await opened.promise;
  socket.destroy();
  await until(async () => assert.ok(own.lines.some(({ msg }) => /client left/.test(msg))));
  await app.close();
  assert.deepEqual(
    own.lines.filter(({ level }) => level > 40),
    [],
  );
  assert.equal(own.lines.filter(({ msg }) => msg === 'answered').length, 1);
});

test('the address is that of the client as the trusted proxies tell it, and never a text that is none', async () => {
  const own = collectLines();
  const proxied = await testServer({
    logger: own.logger,
    accessLog: true,
    trustedProxies: ['127.0.0.1'],
  });
  for (const forwarded of ['203.0.113.9', '::ffff:203.0.113.9', '2001:db8::7', 'ann@example.com']) {
    await fetch(`${proxied.url}/health`, { headers: { 'x-forwarded-for': forwarded } });
  }
  await proxied.app.close();
  assert.deepEqual(
    own.lines.filter(({ msg }) => msg === 'answered').map(({ address }) => address),
    ['203.0.113.9', '203.0.113.9', '2001:db8::7', '127.0.0.1'],
  );
});

test('switched off, the lines are at level debug', async () => {
  for (const [level, levels] of [
    ['info', []],
    ['debug', [20]],
  ] as const) {
    const written: string[] = [];
    const own = pino({ level }, { write: (line: string) => void written.push(line) });
    const quiet = await testServer({ logger: own, accessLog: false });
    await fetch(`${quiet.url}/api/things?search=secret`);
    await quiet.app.close();
    const answered = written.filter((line) => line.includes('"answered"'));
    assert.deepEqual(
      answered.map((line) => JSON.parse(line).level),
      levels,
    );
    assert.doesNotMatch(written.join(''), /secret/);
  }
});
