import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { testServer } from './support.ts';

const REQUEST_TIMEOUT_MS = 300;
const server = await testServer({ requestTimeoutMs: REQUEST_TIMEOUT_MS });

/** Connects, sends what is given and then nothing more. Resolves when both ends have closed. */
async function fallSilent(sent: string): Promise<string> {
  const accepted = once(server.app.server, 'connection');
  const socket = connect(server.port, '127.0.0.1');
  after(() => socket.destroy());
  let heard = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
  });
  if (sent !== '') socket.write(sent);
  const [taking] = (await accepted) as [Socket];
  await Promise.all([once(taking, 'close'), once(socket, 'close')]);
  return heard;
}

describe('a socket that falls silent is closed', () => {
  const silences: Readonly<Record<string, readonly [sent: string, heard: RegExp]>> = {
    'before its first byte, without a word': ['', /^$/],
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
  for (const [when, [sent, heard]] of Object.entries(silences)) {
    test(when, async () => assert.match(await fallSilent(sent), heard));
  }
});

test('a client that does not read hears too that a socket without a byte was closed', async () => {
  const socket = connect(server.port, '127.0.0.1');
  after(() => socket.destroy());
  await once(socket, 'close');
  assert.equal(socket.bytesRead, 0);
});

test('between two requests a connection is kept for 15 s, and longer for proxies', async () => {
  const measureOpenTime = async (url: string) => {
    const reply = await fetch(`${url}/api/things`);
    await reply.body?.cancel();
    return reply.headers.get('keep-alive');
  };
  assert.equal(await measureOpenTime(server.url), 'timeout=15');
  const behind = await testServer({ trustedProxies: ['127.0.0.0/8'] });
  assert.equal(await measureOpenTime(behind.url), 'timeout=65');
});
