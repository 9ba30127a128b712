import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type Problem, type RawReply, sendRaw, testServer } from './support.ts';

const server = await testServer({ requestTimeoutMs: 400, bodyLimitBytes: 10_000 });
const { port } = server;

function assertProblem(reply: RawReply, status: number, code: string, about: string): void {
  assert.equal(reply.status, status, about);
  assert.match(reply.head, /content-type: application\/problem\+json/i, about);
  assert.match(reply.head, /x-request-id: \S+/i, about);
  const problem = JSON.parse(reply.body) as Problem;
  assert.equal(problem.code, code, about);
  assert.equal(problem.status, status, about);
  assert.equal(problem.type, `https://shop.example/problems/${code}`, about);
}

test('bytes that are not HTTP get a problem document', async () => {
  const messages: Record<string, string> = {
    'not HTTP at all': 'hello\r\n\r\n',
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'the hello of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n',
    'an unknown method': 'FETCH /api/things HTTP/1.1\r\nHost: a\r\n\r\n',
    'a header without a name': 'GET /api/things HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n',
    'a NUL in a header': 'GET /api/things HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n',
    'two lengths':
      'POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    'a length and chunks':
      'POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a length that is not a number':
      'POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Length: two\r\n\r\n{}',
    'a negative length': 'POST /api/things HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    'a broken chunk':
      'POST /api/payments/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  };
  for (const [about, message] of Object.entries(messages)) {
    assertProblem(await sendRaw(port, message), 400, 'request.malformed', about);
  }
});

test('a request names exactly one host', async () => {
  const close = 'Connection: close\r\n\r\n';
  const two = `GET /api/things HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}`;
  assertProblem(await sendRaw(port, two), 400, 'request.malformed', 'two');
  const none = `GET /api/things HTTP/1.1\r\n${close}`;
  assertProblem(await sendRaw(port, none), 400, 'request.malformed', 'none');
  assert.equal((await sendRaw(port, 'GET /api/things HTTP/1.0\r\n\r\n')).status, 200);
});

test('headers that are too large are 431', async () => {
  const headers = `X-Large: ${'a'.repeat(20_000)}\r\n`;
  const reply = await sendRaw(port, `GET /api/things HTTP/1.1\r\nHost: a\r\n${headers}\r\n`);
  assertProblem(reply, 431, 'request.headers_too_large', 'headers');
  const path = `/api/things?search=${'a'.repeat(20_000)}`;
  const longPath = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  assertProblem(longPath, 431, 'request.headers_too_large', 'path');
});

test('headers or a body that trickle in end in a 408', async () => {
  const head =
    'POST /api/payments/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  assertProblem(await sendRaw(port, head), 408, 'request.timeout', 'headers');
  const body = await sendRaw(port, `${head}Content-Length: 100\r\n\r\n{"a":`);
  assertProblem(body, 408, 'request.timeout', 'body');
  assert.equal((JSON.parse(body.body) as Problem).instance, '/api/payments/webhook');
});

test('a body announced as too large is refused before it is read', async () => {
  const reply = await sendRaw(
    port,
    'POST /api/payments/webhook HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 10001\r\n\r\n',
  );
  assertProblem(reply, 413, 'request.too_large', 'announced');
});

test('an endless body is refused as soon as it is too large, while the client is still writing', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.setEncoding('latin1');
  socket.write(
    'POST /api/payments/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  const chunk = `400\r\n${'a'.repeat(1024)}\r\n`;
  const writing = setInterval(() => socket.write(chunk), 2);
  socket.once('data', (text: string) => resolve(text));
  const text = await promise;
  clearInterval(writing);
  socket.destroy();
  assert.match(text, /^HTTP\/1\.1 413 /);
  assert.match(text, /"code":"request.too_large"/);
});

test('unsupported methods get a 405 that lists the supported ones', async () => {
  for (const method of ['PROPFIND', 'TRACE', 'DELETE']) {
    const reply = await sendRaw(
      port,
      `${method} /api/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    assertProblem(reply, 405, 'request.method_not_allowed', method);
    assert.match(reply.head, /\r\nallow: GET, HEAD, POST, OPTIONS\r\n/i, method);
  }
  const tunnel = await sendRaw(port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n');
  assertProblem(tunnel, 405, 'request.method_not_allowed', 'CONNECT');
});

test('odd but legal requests are answered', async () => {
  const close = 'Host: a\r\nConnection: close\r\n';
  const upgrade = 'Host: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n';
  assert.equal((await sendRaw(port, `GET /api/things HTTP/1.1\r\n${upgrade}\r\n`)).status, 200);
  const expectation = `GET /api/things HTTP/1.1\r\n${close}Expect: the-unexpected\r\n\r\n`;
  assert.equal((await sendRaw(port, expectation)).status, 200);
  assert.equal((await sendRaw(port, `OPTIONS * HTTP/1.1\r\n${close}\r\n`)).status < 500, true);
  const absolute = `GET http://other.example/api/things HTTP/1.1\r\n${close}\r\n`;
  assert.equal((await sendRaw(port, absolute)).status < 500, true);
  const empty = `POST /api/payments/webhook HTTP/1.1\r\n${close}Content-Length: 0\r\n\r\n`;
  assert.equal((await sendRaw(port, empty)).status, 200);
});

test('a second request on the connection of a refused one is answered', async () => {
  const bad =
    'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{';
  const good = 'GET /api/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const reply = await sendRaw(port, bad, good);
  assert.match(reply.head, /^HTTP\/1\.1 400 /);
  assert.match(reply.body, /HTTP\/1\.1 200 OK/);
});
