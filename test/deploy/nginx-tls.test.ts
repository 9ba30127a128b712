import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { testDatabase } from '../support/database.ts';
import { nginxMissing, startNginx } from '../support/nginx.ts';
import { makeCertificate, opensslMissing } from '../support/nginx-certificate.ts';
import { ownPort } from '../support/own-port.ts';
import { startTestServer } from '../support/server.ts';

const missing = nginxMissing || opensslMissing;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

describe('nginx with TLS', { skip: missing }, async () => {
  if (missing !== false) return;
  const certificates = makeCertificate();
  const ca = readFileSync(join(certificates, 'fullchain.pem'));
  const db = await testDatabase();
  const server = await startTestServer(db, {
    environment: { PUBLIC_URL: 'https://shop.example', TRUSTED_PROXIES: '127.0.0.1' },
  });
  const product = await startNginx([server.url, server.url], { certificates });

  /** Shows what a server behind nginx gets, and sends a stream of which it keeps the end back. */
  const received: IncomingMessage[] = [];
  const echo = createServer((message, reply) => {
    received.push(message);
    if (message.url === '/api/stream') {
      reply.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'echo' });
      reply.write('data: 1\n\n');
    } else reply.writeHead(204, { 'x-request-id': 'echo' }).end();
  });
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  after(() => {
    echo.closeAllConnections();
    echo.close();
  });
  const echoUrl = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
  const before = await startNginx([echoUrl, echoUrl], { certificates });
  const nowhere = `http://127.0.0.1:${await ownPort()}`;
  const alone = await startNginx([nowhere, nowhere], { certificates });

  function ask(
    url: string,
    {
      method = 'GET',
      headers = {},
      body = '',
    }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, headers, ca, agent: false }, (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        reply.on('end', () => {
          resolve({ status: reply.statusCode!, headers: reply.headers, text });
        });
      });
      asked.on('error', reject).end(body);
    });
  }

  /** Sends bytes that no client library would, and returns everything that came back. */
  function send(url: string, bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca }, () => {
        socket.write(bytes);
      });
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      socket.on('error', reject).on('end', () => resolve(text));
    });
  }

  /** Returns whether openssl could connect with these options. */
  const connects = (...options: string[]) =>
    spawnSync(
      'openssl',
      ['s_client', '-connect', new URL(product.url).host, '-brief', ...options],
      // Old versions and ciphers are offered at this level only.
      { input: '', env: { ...process.env, OPENSSL_CONF: '/dev/null' }, timeout: 20_000 },
    ).status === 0;

  test('speaks TLS 1.2 and 1.3, and nothing older', () => {
    assert.ok(connects('-tls1_3'));
    assert.ok(connects('-tls1_2'));
    for (const version of ['-tls1_1', '-tls1']) {
      assert.ok(!connects(version, '-cipher', 'ALL:@SECLEVEL=0'), version);
    }
  });

  test('accepts only ciphers with forward secrecy and authenticated encryption', () => {
    assert.ok(connects('-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256'));
    for (const cipher of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-SHA']) {
      assert.ok(!connects('-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`), cipher);
    }
  });

  test('prefers the strongest cipher, whatever the client would rather have', () => {
    const strong = /AES_?256[-_]GCM|CHACHA20/;
    const names = {
      '-tls1_2': [
        'ECDHE-ECDSA-AES128-GCM-SHA256',
        'ECDHE-ECDSA-AES256-GCM-SHA384',
        'ECDHE-ECDSA-CHACHA20-POLY1305',
      ],
      '-tls1_3': [
        'TLS_AES_128_GCM_SHA256',
        'TLS_AES_256_GCM_SHA384',
        'TLS_CHACHA20_POLY1305_SHA256',
      ],
    };
    for (const [version, offered] of Object.entries(names)) {
      const option = version === '-tls1_3' ? '-ciphersuites' : '-cipher';
      const chosen = (ciphers: readonly string[]) => {
        const { stdout } = spawnSync(
          'openssl',
          [
            ...['s_client', '-connect', new URL(product.url).host, version],
            ...[option, ciphers.join(':')],
          ],
          { input: '', encoding: 'utf8' },
        );
        return /Cipher is (\S+)/.exec(stdout)?.[1];
      };
      const [weakest, strongest, forPhones] = offered;
      assert.match(chosen(offered)!, strong, version);
      assert.equal(chosen([forPhones!, weakest!, strongest!]), forPhones);
      // The weakest is there for those who have no other.
      assert.equal(chosen([weakest!]), weakest);
    }
  });

  test('offers HTTP/2, so that the streams of many tabs share one connection', () => {
    const { stdout } = spawnSync(
      'openssl',
      ['s_client', '-connect', new URL(product.url).host, '-alpn', 'h2,http/1.1'],
      { input: '', encoding: 'utf8' },
    );
    assert.match(stdout, /ALPN protocol: h2/);
  });

  test('leads people from http to https, and refuses programs, which have sent their credentials already', async () => {
    const page = await fetch(`${product.redirectsUrl}/shop?a=1`, { redirect: 'manual' });
    assert.equal(page.status, 308);
    assert.equal(page.headers.get('location'), 'https://127.0.0.1/shop?a=1');
    for (const path of ['/api/orders', '/holdfast/api/auth/login', '/metrics', '/admin/queues']) {
      const refused = await fetch(product.redirectsUrl + path, { redirect: 'manual' });
      assert.equal(refused.status, 403, path);
      assert.match(refused.headers.get('content-type')!, /application\/problem\+json/);
      await refused.json();
    }
  });

  test('its own refusals have the headers of the server and are problem documents', async () => {
    const own = await ask(`${product.url}/api/no-such-address`);
    assert.equal(own.status, 404);
    const varying = ['connection', 'content-length', 'date', 'server', 'vary', 'x-request-id'];
    const expected = Object.entries(own.headers).filter(
      ([name]) => !varying.includes(name) && !name.startsWith('ratelimit'),
    );
    assert.ok(expected.length >= 5);
    assert.match(String(own.headers['strict-transport-security']), /max-age=\d{8}/);
    const large = 'x'.repeat(3_000_000);
    const answers: [number, Answer][] = [
      [503, await ask(`${alone.url}/api/products`)],
      [413, await ask(`${product.url}/api/orders`, { method: 'POST', body: large })],
      [404, await ask(`${product.url}/metrics`)],
      [405, await ask(`${product.url}/api/products`, { method: 'TRACE' })],
      [431, await ask(`${product.url}/${'x'.repeat(9_000)}`)],
      [431, await ask(product.url, { headers: { 'x-large': 'x'.repeat(9_000) } })],
    ];
    for (const [status, answer] of answers) {
      assert.equal(answer.status, status);
      for (const [name, value] of expected) {
        assert.equal(answer.headers[name], value, `${name} of ${status}`);
      }
      const problem = JSON.parse(answer.text) as Record<string, unknown>;
      assert.equal(problem.status, status);
      assert.equal(problem.requestId, answer.headers['x-request-id']);
      assert.equal(answer.headers.server, 'nginx');
    }
  });

  test('has the same headers on what it could not even read', async () => {
    for (const bytes of [
      'NOT HTTP\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET /%00 HTTP/1.1\r\n\r\n',
    ]) {
      const text = await send(product.url, bytes);
      assert.match(text, /^HTTP\/1\.1 400 /, bytes);
      for (const name of ['X-Content-Type-Options', 'Strict-Transport-Security', 'Cache-Control']) {
        assert.match(text, new RegExp(`^${name}: `, 'm'), bytes);
      }
      assert.match(text, /"code":"request.malformed"/);
    }
  });

  test('logs no address of a request, whose query may contain a token', async () => {
    const refused = await ask(`${alone.url}/shop/orders/1?token=never-logged`);
    assert.equal(refused.status, 503);
    await ask(`${product.url}/api/orders?token=never-logged`, {
      method: 'POST',
      body: 'x'.repeat(3_000_000),
      headers: { referer: 'https://shop.example/?token=never-logged' },
    });
    assert.doesNotMatch(alone.output() + product.output(), /never-logged/);
  });

  test('passes the headers of the server unchanged, each once', async () => {
    const direct = await fetch(`${server.url}/api/products`);
    await direct.text();
    const { rawHeaders } = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${product.url}/api/products`, { ca, agent: false }, (reply) => {
        resolve(reply.resume());
      })
        .on('error', reject)
        .end();
    });
    const names = rawHeaders.filter((_, index) => index % 2 === 0).map((it) => it.toLowerCase());
    for (const name of [
      'x-request-id',
      'x-content-type-options',
      'cache-control',
      'content-security-policy',
      'referrer-policy',
    ]) {
      assert.equal(names.filter((it) => it === name).length, 1, name);
      assert.ok(direct.headers.has(name), name);
    }
    assert.ok(!names.includes('retry-after'));
  });

  test('refuses bodies above the limits of the server before it is asked', async () => {
    const post = (path: string, bytes: number) =>
      ask(before.url + path, { method: 'POST', body: 'x'.repeat(bytes) });
    const limits: [string, number][] = [
      ['/api/auth/login', 64 * 1024],
      ['/api/payments/webhook/stripe', 256 * 1024],
    ];
    for (const [path, limit] of limits) {
      assert.equal((await post(path, limit)).status, 204, path);
      assert.equal((await post(path, limit + 1)).status, 413, path);
      assert.equal((await post(`/holdfast${path}`, limit + 1)).status, 413, path);
    }
  });

  test("overwrites forwarded headers, so that a client's own values never arrive", async () => {
    received.length = 0;
    const forged = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-port': '1',
      'x-forwarded-prefix': '/evil',
      'x-forwarded-server': 'evil.example',
      'x-real-ip': '203.0.113.9',
      forwarded: 'for=203.0.113.9;host=evil.example',
    };
    for (const path of ['/api/orders', '/api/auth/login', '/shop']) {
      await ask(before.url + path, { headers: forged });
    }
    assert.equal(received.length, 3);
    for (const { headers } of received) {
      assert.equal(headers['x-forwarded-for'], '127.0.0.1');
      assert.equal(headers['x-forwarded-proto'], 'https');
      assert.equal(headers.host, new URL(before.url).host);
      for (const name of Object.keys(forged).slice(2)) assert.equal(headers[name], undefined, name);
    }
  });

  test('forwards the host and the address over HTTP/2 as well', async () => {
    received.length = 0;
    const session = http2.connect(before.url, { ca });
    const stream = session.request({ ':path': '/shop', 'x-forwarded-for': '203.0.113.9' });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    session.destroy();
    assert.equal(headers[':status'], 204);
    assert.equal(received[0]?.headers.host, new URL(before.url).host);
    assert.equal(received[0]?.headers['x-forwarded-for'], '127.0.0.1');
  });

  test('forwards each event of a live stream at once', async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const asked = request(`${before.url}/api/stream`, { ca, agent: false }, (reply) => {
        reply.setEncoding('utf8').once('data', (text: string) => {
          asked.destroy();
          resolve(text);
        });
      });
      asked.on('error', reject).end();
    });
    assert.equal(first, 'data: 1\n\n');
  });
});
