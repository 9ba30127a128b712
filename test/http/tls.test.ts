import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import net from 'node:net';
import { after, describe, test } from 'node:test';
import tls from 'node:tls';
import { createAuthority, presentKeyPair, readKeyPair } from '../support/certificates.ts';
import { until } from '../support/until.ts';
import { untilClosed } from '../support/until-closed.ts';
import { type Problem, testServer } from './support.ts';

const HANDSHAKE_MS = 300;
const authority = createAuthority();
const ca = readFileSync(authority.ca, 'utf8');
const presented = presentKeyPair(readKeyPair(authority.issue('DNS:localhost,IP:127.0.0.1')));
const server = await testServer({ tls: presented });
const impatient = presentKeyPair(presented.current());
const slow = await testServer({ tls: impatient, requestTimeoutMs: HANDSHAKE_MS });

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly close: boolean;
}

/** Sends a request over TLS, with a verified certificate. */
function send(
  path: string,
  { method = 'GET', body = '', port = server.port, agent = new Agent() } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length };
    const sent = request({ host: '127.0.0.1', port, path, method, ca, agent, headers }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      reply.on('end', () => {
        const type = reply.headers['content-type'] ?? '';
        const close = reply.headers.connection === 'close';
        resolve({ status: reply.statusCode!, type, text, close });
      });
    });
    sent.on('error', reject).end(body);
  });
}

/** Sends bytes over TLS and returns what came back until the server closed. */
function sendBytes(bytes: string, port = server.port): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: '127.0.0.1', port, ca }, () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    socket.on('error', reject).on('close', () => resolve(text));
  });
}

/** Opens a TCP connection, and sends bytes that need not be TLS. Returns what came back until the server closed. */
async function sendPlain(bytes: string | Buffer, port: number): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  after(() => socket.destroy());
  let text = '';
  socket.on('error', () => {}).setEncoding('latin1');
  socket.on('data', (part: string) => {
    text += part;
  });
  if (bytes.length > 0) socket.write(bytes);
  await untilClosed(socket);
  return text;
}

/** Returns the first message of a client that opens a TLS connection. */
async function recordHello(): Promise<Buffer> {
  const listener = net.createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as net.AddressInfo;
  const accepted = once(listener, 'connection');
  const client = tls.connect(port, '127.0.0.1').on('error', () => {});
  const [socket] = (await accepted) as [net.Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  listener.close();
  return hello;
}

/** Connects with openssl and these options, and returns what it says. */
async function connect(...options: string[]): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${server.port}`, ...options], {
    // Old versions and ciphers are offered at this level only.
    env: { ...process.env, OPENSSL_CONF: '/dev/null' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  await once(child, 'close');
  return output;
}

describe('with a certificate the server', () => {
  test('serves requests over TLS, and says so in its address', async () => {
    assert.match(server.url, /^https:/);
    const { status, text } = await send('/api/things');
    assert.equal(status, 200);
    assert.match(text, /"caller":null/);
  });

  test('speaks TLS 1.2 and 1.3 with the ciphers of nginx, and nothing else', async () => {
    const best = await connect();
    assert.match(best, /TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384/);
    const weakFirst = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384';
    const chosen = await connect('-tls1_2', '-cipher', weakFirst);
    assert.match(chosen, /Cipher is ECDHE-ECDSA-AES256-GCM-SHA384/);
    const refused = [
      ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
      ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'],
      ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0'],
      ['-tls1_2', '-cipher', 'AES128-SHA:@SECLEVEL=0'],
      ['-alpn', 'h2'],
    ];
    for (const options of refused) {
      assert.match(await connect(...options), /Cipher is \(NONE\)/, options.join(' '));
    }
    assert.match(await connect('-alpn', 'http/1.1'), /ALPN protocol: http\/1\.1/);
  });

  test('resumes no session, which somebody who gets a key later could read', async () => {
    const first = tls.connect({ host: '127.0.0.1', port: server.port, ca });
    const sessions: Buffer[] = [];
    first.on('session', (session) => sessions.push(session));
    first.write('GET /api/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    first.resume();
    await once(first, 'close');
    for (const session of sessions) {
      const second = tls.connect({ host: '127.0.0.1', port: server.port, ca, session });
      await once(second, 'secureConnect');
      assert.equal(second.isSessionReused(), false);
      second.destroy();
    }
  });

  test('refuses what is not HTTP with a problem document', async () => {
    const text = await sendBytes('NOT HTTP\r\n\r\n');
    assert.match(text, /^HTTP\/1\.1 400 [\s\S]*Strict-Transport-Security/i);
    assert.match(text, /"code":"request\.malformed"/);
  });

  test('refuses a large body with a reply that arrives, and closes within a second', async () => {
    const started = performance.now();
    const { status, text, close } = await send('/api/things', {
      method: 'POST',
      body: 'x'.repeat(3_000_000),
    });
    assert.equal(status, 413);
    assert.equal((JSON.parse(text) as Problem).code, 'request.too_large');
    assert.ok(close);
    await until(async () => {
      const open = await new Promise((resolve) =>
        server.app.server.getConnections((_, count) => resolve(count)),
      );
      assert.equal(open, 0);
    });
    assert.ok(performance.now() - started < 10_000);
  });

  test('closes a connection over which http arrives, without an answer, and counts it', async () => {
    presented.failures.length = 0;
    const request = 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}';
    const answer = await sendPlain(request, server.port);
    assert.doesNotMatch(answer, /HTTP/);
    await until(async () => assert.deepEqual(presented.failures, ['plain_http']));
  });

  test('learns that a client does not trust its certificate', async () => {
    presented.failures.length = 0;
    const stranger = tls.connect({ host: '127.0.0.1', port: server.port });
    const [error] = (await once(stranger, 'error')) as [Error & { code: string }];
    assert.match(error.code, /UNABLE_TO_VERIFY|SELF_SIGNED/);
    await connect('-verify_return_error');
    await until(async () => assert.ok(presented.failures.includes('untrusted')));
  });
});

describe('after its handshake a client that falls silent', () => {
  test('before its first byte is closed without a response', async () => {
    assert.equal(await sendBytes('', slow.port), '');
  });

  test('in a request is told so', async () => {
    const text = await sendBytes('GET /api/thi', slow.port);
    assert.match(text, /^HTTP\/1\.1 408 [\s\S]*"code":"request\.timeout"/);
  });
});

describe('a handshake', () => {
  test('that does not end is closed after the time of a request, also one that goes on slowly', async () => {
    impatient.failures.length = 0;
    const hello = await recordHello();
    assert.equal(await sendPlain('', slow.port), '');
    assert.equal(await sendPlain(hello.subarray(0, 100), slow.port), '');
    const socket = net.connect(slow.port, '127.0.0.1').on('error', () => {});
    let sent = 0;
    const sending = setInterval(() => socket.write(hello.subarray(sent, ++sent)), 20);
    await untilClosed(socket);
    clearInterval(sending);
    assert.ok(sent < hello.length);
    assert.deepEqual(impatient.failures, ['timeout', 'timeout', 'timeout']);
  });

  test('is not waited for when the server stops, while a request is', async () => {
    const stopped = await testServer({ tls: presentKeyPair(presented.current()) });
    const agent = new Agent({ keepAlive: true });
    after(() => agent.destroy());
    const waiting = send('/api/wait', { port: stopped.port, agent });
    await until(async () => assert.equal(stopped.waiting(), 1));
    const accepted = once(stopped.app.server, 'connection');
    const socket = net.connect(stopped.port, '127.0.0.1').on('error', () => {});
    await accepted;
    const cut = untilClosed(socket);
    const closed = stopped.app.close();
    await cut;
    stopped.release();
    const { status, close } = await waiting;
    assert.deepEqual([status, close], [200, true]);
    await closed;
  });
});

describe('a new certificate', () => {
  test('is presented to new connections, while those that exist go on', async () => {
    const source = presentKeyPair(presented.current());
    const renewed = await testServer({ tls: source });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    after(() => agent.destroy());
    const serialOf = async () => {
      const socket = tls.connect({ host: '127.0.0.1', port: renewed.port, ca });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const before = await serialOf();
    await send('/api/things', { port: renewed.port, agent });
    const [kept] = Object.values(agent.freeSockets)[0]!;
    source.changes.publish(readKeyPair(authority.issue('DNS:localhost,IP:127.0.0.1')));
    assert.notEqual(await serialOf(), before);
    assert.equal((await send('/api/things', { port: renewed.port, agent })).status, 200);
    assert.equal(Object.values(agent.freeSockets)[0]![0], kept);
  });
});
