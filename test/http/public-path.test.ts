import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Problem, post, sendRaw, testServer } from './support.ts';

describe('with a path in PUBLIC_URL', async () => {
  const server = await testServer({ publicUrl: 'https://example.com/shops/caf%C3%A9' });
  const ask = (target: string) =>
    sendRaw(server.port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

  test('an address is answered with and without the path, however it is escaped', async () => {
    for (const target of [
      '/api/things',
      '/shops/caf%C3%A9/api/things?limit=3',
      '/shops/caf%c3%a9/api/things',
      '/%73hops/c%61f%C3%A9/api/things',
      'http://example.com/shops/caf%C3%A9/api/things?limit=3',
      'http://example.com/api/things',
      '/shops/caf%C3%A9/problems',
      '/shops/caf%C3%A9/docs',
    ]) {
      assert.equal((await ask(target)).status, 200, target);
    }
  });

  test('other paths, even with a common beginning, are not found', async () => {
    for (const target of [
      '/shops/api/things',
      '/shops/caf%C3%A9s/api/things',
      '/shops/caf%C3%A9%2Fapi/things',
      '/shops%2Fcaf%C3%A9/api/things',
      '/shops/caf%C3%A9/shops/caf%C3%A9/api/things',
      '/shops/caf%C3%A9',
      '/shops/caf%C3%A9?x',
    ]) {
      const reply = await ask(target);
      assert.equal(reply.status, 404, target);
      assert.equal((JSON.parse(reply.body) as Problem).code, 'request.not_found', target);
    }
    for (const target of ['/shops/caf%C3%A9/api/%zz', '/shops/%zz/api/things']) {
      assert.ok([400, 404].includes((await ask(target)).status), target);
    }
  });

  test('an unsupported method is a 405, also with the path', async () => {
    const reply = await sendRaw(
      server.port,
      'DELETE /shops/caf%C3%A9/api/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    assert.equal(reply.status, 405);
    assert.match(reply.head, /^allow: GET, HEAD, POST/im);
  });

  test('a problem names its page and the requested path as seen from outside', async () => {
    for (const target of ['/api/nothing?a=b', '/shops/caf%C3%A9/api/nothing']) {
      const { type, instance } = JSON.parse((await ask(target)).body) as Problem;
      assert.equal(type, 'https://example.com/shops/caf%C3%A9/problems/request.not_found');
      assert.equal(instance, '/shops/caf%C3%A9/api/nothing', target);
    }
    for (const begin of ['', '/shops/caf%C3%A9']) {
      const broken = `POST ${begin}/api/payments/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`;
      const { instance } = JSON.parse((await sendRaw(server.port, broken)).body) as Problem;
      assert.equal(instance, '/shops/caf%C3%A9/api/payments/webhook');
    }
  });

  test('a Location and a redirect contain the path', async () => {
    const headers = { authorization: 'Bearer admin' };
    const made = await post(server, '/api/things', '{"name":"Kettle"}', headers);
    assert.equal(made.status, 201, await made.text());
    assert.equal(made.headers.get('location'), '/shops/caf%C3%A9/api/things/1');
    const redirect = await fetch(`${server.url}/docs/static/index.html`, { redirect: 'manual' });
    assert.equal(redirect.headers.get('location'), '/shops/caf%C3%A9/docs/');
  });

  test('links in pages begin with the path', async () => {
    for (const address of ['/problems', '/problems/request.invalid', '/docs']) {
      const html = await (await fetch(server.url + address)).text();
      const links = [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(
        ([, link = '']) => link,
      );
      assert.ok(links.length > 1);
      for (const link of links) {
        assert.ok(link.startsWith('/shops/caf%C3%A9/'), link);
        assert.equal((await fetch(server.url + link)).status, 200, link);
      }
    }
  });

  test('an idempotency key is the same with and without the path', async () => {
    const headers = { authorization: 'Bearer customer', 'idempotency-key': 'one' };
    const listHashes = async (begin: string) => {
      const reply = await post(server, `${begin}/api/things`, '{"name":"Kettle"}', headers);
      return ((await reply.json()) as { hashes: string }).hashes;
    };
    assert.equal(await listHashes(''), await listHashes('/shops/caf%C3%A9'));
  });
});

test('without a path in PUBLIC_URL addresses stay unchanged', async () => {
  const server = await testServer();
  assert.equal(server.app.publicPath, '');
  assert.equal((await fetch(`${server.url}/holdfast/api/things`)).status, 404);
  const redirect = await fetch(`${server.url}/docs/static/index.html`, { redirect: 'manual' });
  assert.equal(redirect.headers.get('location'), '/docs/');
});
