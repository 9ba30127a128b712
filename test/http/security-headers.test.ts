import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSecurityHeaders, headersIn } from '../support/security-headers.ts';
import { sendRaw, testServer } from './support.ts';

const limits = { requestTimeoutMs: 400, bodyLimitBytes: 10_000 };
const id = '0198c5a0-0000-7000-8000-000000000001';
const json = { 'content-type': 'application/json' };
const customer = { authorization: 'Bearer customer' };
const front = { origin: 'https://front.example' };

type Sent = readonly [status: number, method: string, path: string, RequestInit?];

const requests: readonly Sent[] = [
  [200, 'GET', '/api/things'],
  [200, 'HEAD', '/api/things'],
  [200, 'GET', '/api/things', { headers: front }],
  [
    204,
    'OPTIONS',
    '/api/things',
    { headers: { ...front, 'access-control-request-method': 'GET' } },
  ],
  [200, 'GET', `/api/things/${id}`, { headers: customer }],
  [201, 'POST', '/api/things', { headers: { ...json, ...customer }, body: '{"name":"x"}' }],
  [204, 'DELETE', `/api/things/${id}`, { headers: { authorization: 'Bearer admin' } }],
  [400, 'POST', '/api/things', { headers: { ...json, ...customer }, body: '{' }],
  [400, 'GET', '/api/things/%ZZ'],
  [401, 'GET', `/api/things/${id}`],
  [403, 'DELETE', `/api/things/${id}`, { headers: customer }],
  [404, 'GET', '/api/nothing'],
  [405, 'DELETE', '/api/things'],
  [409, 'POST', '/api/things', { headers: { ...json, ...customer }, body: '{"name":"taken"}' }],
  [413, 'POST', '/api/things', { headers: { ...json, ...customer }, body: 'x'.repeat(10_001) }],
  [415, 'POST', '/api/things', { headers: { ...customer, 'content-type': 'text/xml' }, body: 'x' }],
  [500, 'GET', '/api/broken'],
  [503, 'GET', '/api/away'],
  [200, 'GET', '/openapi.json'],
  [200, 'GET', '/docs'],
  [200, 'GET', '/docs/static/swagger-ui.css'],
  [404, 'GET', '/docs/static/nothing.css'],
  [200, 'GET', '/problems'],
  [200, 'GET', '/problems/things.taken'],
  [200, 'GET', '/favicon.ico'],
  [401, 'GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } }],
  [200, 'GET', '/health'],
];

const head = 'POST /api/payments/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
const early: readonly (readonly [status: number, about: string, message: string])[] = [
  [400, 'no HTTP', 'hello\r\n\r\n'],
  [400, 'two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'],
  [405, 'a tunnel', 'CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n'],
  [408, 'slow headers', head],
  [408, 'a slow body', `${head}Content-Length: 100\r\n\r\n{"a":`],
  [
    413,
    'large chunk extensions',
    `${head}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`,
  ],
  [431, 'large headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
];

for (const publicUrl of ['https://shop.example', 'http://shop.example']) {
  const isHttps = publicUrl.startsWith('https:');

  test(`every kind of reply has the security headers, behind ${publicUrl}`, async () => {
    const server = await testServer({ ...limits, publicUrl, trustedProxies: ['127.0.0.1/32'] });
    for (const [status, method, path, init] of requests) {
      const reply = await fetch(server.url + path, { method, redirect: 'manual', ...init });
      await reply.arrayBuffer();
      const about = `${method} ${path} ${reply.status}`;
      assert.equal(reply.status, status, about);
      assertSecurityHeaders(reply.headers, about, { isHttps });
    }
  });

  test(`so has what is refused before there is a request, behind ${publicUrl}`, async () => {
    const server = await testServer({ ...limits, publicUrl });
    for (const [status, about, message] of early) {
      const reply = await sendRaw(server.port, message);
      assert.equal(reply.status, status, about);
      assertSecurityHeaders(headersIn(reply.head), about, { isHttps });
    }
  });
}
