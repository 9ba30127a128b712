import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { untilClosed } from '../support/until-closed.ts';
import { sendRaw, testServer } from './support.ts';

const REQUEST_TIMEOUT_MS = 240_000;
/** Far below the time allowed for receiving a request, even on a busy machine. */
const SOON_MS = 60_000;
const TAKEN_MAX_BYTES = 24 * 1024 * 1024;

const server = await testServer({
  bodyLimitBytes: 100_000,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
});
const { port } = server;
const PIECE = 'a'.repeat(64 * 1024);
const ENDLESS = {
  'with a length': { header: 'Content-Length: 1000000000', piece: PIECE },
  'in chunks': {
    header: 'Transfer-Encoding: chunked',
    piece: `${PIECE.length.toString(16)}\r\n${PIECE}\r\n`,
  },
};

function post(path: string, ...headers: readonly string[]): string {
  const json = 'Content-Type: application/json';
  return [`POST ${path} HTTP/1.1`, 'Host: a', json, ...headers, '', ''].join('\r\n');
}

/** Keeps writing, whatever it receives, until the server has closed the connection. */
async function writeOn(head: string, piece: string) {
  const accepted = once(server.app.server, 'connection');
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  after(() => socket.destroy());
  socket.on('error', () => {});
  let reply = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    reply += text;
  });
  socket.write(head);
  const startedAt = performance.now();
  const writing = setInterval(() => {
    if (socket.writableLength < PIECE.length) socket.write(piece);
  }, 1);
  const [serverSide] = (await accepted) as [Socket];
  await untilClosed(serverSide);
  clearInterval(writing);
  socket.destroy();
  return { reply, tookMs: performance.now() - startedAt, takenBytes: serverSide.bytesRead };
}

describe('an endless body, which the server stops reading once the request is answered', () => {
  const refused: Readonly<Record<string, (header: string) => string>> = {
    '413 request.too_large': (header) => post('/api/payments/webhook', header),
    '401 auth.unauthenticated': (header) => post('/api/things', header),
    '404 request.not_found': (header) => post('/api/nothing', header),
    '405 request.method_not_allowed': (header) =>
      post('/api/things', header).replace('POST', 'PUT'),
    '400 request.malformed': (header) => post('/api/%zz', header),
    '415 request.unsupported_media_type': (header) =>
      post('/api/payments/webhook', header).replace('application/json', 'text/plain'),
  };
  for (const [way, { header, piece }] of Object.entries(ENDLESS)) {
    for (const [refusal, head] of Object.entries(refused)) {
      // An announced length is refused as too large before these checks.
      if (way === 'with a length' && /^4(01|15)/.test(refusal)) continue;
      const [status, code] = refusal.split(' ');
      test(`${way}: ${refusal}`, async () => {
        const { reply, tookMs, takenBytes } = await writeOn(head(header), piece);
        assert.match(reply, new RegExp(`^HTTP/1\\.1 ${status} `));
        assert.match(reply, /\r\nconnection: close\r\n/i);
        assert.ok(reply.includes(`"code":"${code}"`), reply);
        assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
        assert.ok(takenBytes < TAKEN_MAX_BYTES, `${takenBytes} bytes`);
      });
    }
    test(`${way}: an answered GET`, async () => {
      const head = post('/api/things', header).replace('POST', 'GET');
      const { reply, tookMs } = await writeOn(head, piece);
      assert.match(reply, way === 'in chunks' ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 413 /);
      assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
    });
  }

  test('in chunks: broken in transit', async () => {
    const { reply, tookMs } = await writeOn(
      `${post('/api/payments/webhook', 'Transfer-Encoding: chunked')}zz\r\n`,
      PIECE,
    );
    assert.match(reply, /^HTTP\/1\.1 400 /);
    assert.ok(tookMs < SOON_MS, `${tookMs} ms`);
  });
});

describe('a client that writes its whole body before reading learns why it was refused', () => {
  for (const [what, size] of Object.entries({ 'a little': 200_000, much: 8_000_000 })) {
    for (const header of [`Content-Length: ${size}`, 'Transfer-Encoding: chunked']) {
      test(`${what} too large, ${header.split(':')[0]}`, async () => {
        const body = 'a'.repeat(size);
        const sent = header.startsWith('C') ? body : `${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
        // Reads nothing before everything is written.
        await new Promise((resolve, reject) => {
          socket.on('error', reject);
          socket.write(post('/api/payments/webhook', header) + sent, 'latin1', resolve);
        });
        let reply = '';
        for await (const text of socket.setEncoding('latin1')) reply += text;
        assert.match(reply, /^HTTP\/1\.1 413 [\s\S]*"code":"request.too_large"/);
      });
    }
  }
});

test('a short unread body keeps the connection open if it arrives completely', async () => {
  const body = '{"name":"Kettle"}';
  const refused = post('/api/things', `Content-Length: ${body.length}`) + body;
  const good = 'GET /api/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  const { head, body: rest } = await sendRaw(port, refused, good);
  assert.match(head, /^HTTP\/1\.1 401 /);
  assert.match(rest, /HTTP\/1\.1 200 OK/);

  const startedAt = performance.now();
  const { status } = await sendRaw(port, post('/api/things', 'Content-Length: 100'));
  assert.equal(status, 401);
  assert.ok(performance.now() - startedAt < SOON_MS);
});

test('a request after the last reply of a connection is not processed', async () => {
  const refused = `${post('/api/things', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`;
  const before = server.waiting();
  const { head, body } = await sendRaw(port, `${refused}GET /api/wait HTTP/1.1\r\nHost: a\r\n\r\n`);
  assert.match(head, /^HTTP\/1\.1 401 [\s\S]*\r\nconnection: close/i);
  assert.doesNotMatch(body, /HTTP\/1\.1/);
  assert.equal(server.waiting(), before);
});

test('a client that expects 100 Continue gets it only when the body is read', async () => {
  const expecting = (path: string) =>
    post(path, 'Expect: 100-continue', 'Connection: close', 'Content-Length: 2');
  const refused = await sendRaw(port, expecting('/api/things'));
  assert.equal(refused.status, 401);
  const read = await sendRaw(port, expecting('/api/payments/webhook'), '{}');
  assert.match(`${read.head}\r\n\r\n${read.body}`, /^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 200 /);
});
