import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { testServer } from './support.ts';

const REQUEST_TIMEOUT_MS = 300;
const server = await testServer({ requestTimeoutMs: REQUEST_TIMEOUT_MS });

/** Connects, sends this text and then nothing more. Resolves when both ends have closed. */
async function fallSilent(sent: string): Promise<string> {
  const accepted = once(server.app.server, 'connection');
  const socket = connect(server.port, '127.0.0.1');
  after(() => socket.destroy());
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  if (sent !== '') socket.write(sent);
  const [serverSide] = (await accepted) as [Socket];
  await Promise.all([once(serverSide, 'close'), once(socket, 'close')]);
  return received;
}

describe('a socket that falls silent is closed', () => {
  const silences: Readonly<Record<string, readonly [sent: string, received: RegExp]>> = {
    'before its first byte, without a response': ['', /^$/],
    'after an empty line': ['\r\n', /^HTTP\/1\.1 408 /],
    'in its first line': ['GET /api/thi', /^HTTP\/1\.1 408 /],
    'after some headers': ['GET /api/things HTTP/1.1\r\nHost: a\r\n', /^HTTP\/1\.1 408 /],
    'in the middle of a body': [
      'POST /api/payments/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      /^HTTP\/1\.1 408 /,
    ],
    'in a second request': [
      'GET /api/things HTTP/1.1\r\nHost: a\r\n\r\nGET /api/thi',
      /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 408 /,
    ],
  };
  for (const [when, [sent, received]] of Object.entries(silences)) {
    test(when, async () => assert.match(await fallSilent(sent), received));
  }
});

test('a client that does not read also learns that its idle socket was closed', async () => {
  const socket = connect(server.port, '127.0.0.1');
  after(() => socket.destroy());
  await once(socket, 'close');
  assert.equal(socket.bytesRead, 0);
});

test('a connection stays open for 15 s between requests, and longer for proxies', async () => {
  const measureOpenTime = async (url: string) => {
    const reply = await fetch(`${url}/api/things`);
    await reply.body?.cancel();
    return reply.headers.get('keep-alive');
  };
  assert.equal(await measureOpenTime(server.url), 'timeout=15');
  const behind = await testServer({ trustedProxies: ['127.0.0.0/8'] });
  assert.equal(await measureOpenTime(behind.url), 'timeout=65');
});
