import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createMemoryRateLimiters } from '../../src/drivers/limits/memory/memory-rate-limiters.ts';
import { type App, type Limit, sendCached, sendCachedPage } from '../../src/http/index.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import { testOptions } from './support.ts';

const customers = { roles: ['customer'] } as const;
const view = { name: 'Wasserkocher für 1 €', items: [{ sku: 'A' }] };
const text = JSON.stringify(view);
const cached = { version: 7, text, bytes: Buffer.byteLength(text) };

/** Serves one route with a cached reply and another with the same reply uncached. */
async function serve(changes: Partial<HttpServerOptions> = {}): Promise<{ app: App; url: string }> {
  const app = await createHttpServer(
    testOptions({
      everyRuleNeedsRoute: false,
      ...changes,
      accessTable: {
        ...testOptions().accessTable,
        getCached: customers,
        getPlain: customers,
        getCachedPage: customers,
      },
    }),
  );
  app.get(
    '/api/cached',
    { schema: { operationId: 'getCached', tags: ['Things'] }, config: { sendsCached: true } },
    (request, reply) => sendCached(request, reply, cached),
  );
  app.get(
    '/api/plain',
    { schema: { operationId: 'getPlain', tags: ['Things'] } },
    (_request, reply) =>
      reply.header('etag', '"7"').type('application/json; charset=utf-8').send(text),
  );
  app.get(
    '/api/cached-page',
    { schema: { operationId: 'getCachedPage', tags: ['Things'] }, config: { sendsCached: true } },
    (request, reply) =>
      sendCachedPage(request, reply, { data: [cached, cached], nextCursor: 'next "one"' }),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  after(() => app.close());
  return { app, url };
}

function limits(): Limit[] {
  const limiter = createMemoryRateLimiters().create('all', { pointsMax: 9, windowSeconds: 60 });
  let count = 0;
  const counting = () => {
    count += 1;
    return { limiter, key: String(count) };
  };
  return [{ name: 'global', after: 'caller', counting }];
}

async function readReply(url: string, method: string) {
  const headers = {
    authorization: 'Bearer customer',
    origin: 'https://front.example',
    'x-request-id': 'r1',
  };
  const reply = await fetch(url, { method, headers });
  const { date: _, ...others } = Object.fromEntries(reply.headers);
  return { status: reply.status, headers: others, text: await reply.text() };
}

for (const [about, changes] of Object.entries<Partial<HttpServerOptions>>({
  'with nothing else': { corsOrigins: [] },
  'for scripts of other origins': {},
  'under limits': { corsOrigins: [], findLimits: limits },
  'behind HTTPS': { publicUrl: 'https://shop.example' },
  'behind HTTP': { publicUrl: 'http://shop.example' },
})) {
  test(`a cached reply equals an uncached one to the last header, ${about}`, async () => {
    const observed: unknown[] = [];
    const { url } = await serve({
      ...changes,
      onResponse: ({ operationId, status }) => observed.push([operationId, status]),
    });
    for (const method of ['GET', 'HEAD']) {
      const one = await readReply(`${url}/api/cached`, method);
      assert.deepEqual(one, await readReply(`${url}/api/plain`, method), method);
      assert.equal(one.text, method === 'GET' ? text : '');
      assert.equal(one.headers['cache-control'], 'private, no-store');
    }
    assert.deepEqual(observed, [
      ['getCached', 200],
      ['getPlain', 200],
      ['getCached', 200],
      ['getPlain', 200],
    ]);
  });
}

test('a caller who has the version of a cached reply gets a 304', async () => {
  const { url } = await serve();
  for (const [tag, status] of [
    ['"7"', 304],
    ['"6", W/"7"', 304],
    ['*', 304],
    ['"6"', 200],
  ] as const) {
    const headers = { authorization: 'Bearer customer', 'if-none-match': tag };
    const reply = await fetch(`${url}/api/cached`, { headers });
    assert.deepEqual([reply.status, reply.headers.get('etag')], [status, '"7"'], tag);
    assert.equal(await reply.text(), status === 304 ? '' : text);
  }
});

test('a page consists of the texts of its cached replies and has no entity tag', async () => {
  const { url } = await serve();
  const reply = await readReply(`${url}/api/cached-page`, 'GET');
  const page = JSON.stringify({ data: [view, view], nextCursor: 'next "one"' });
  assert.deepEqual([reply.status, reply.text], [200, page]);
  assert.equal(reply.headers.etag, undefined);
  assert.equal(reply.headers['content-length'], String(Buffer.byteLength(page)));
});

test('a cached route under a limit that counts by response prevents the start', async () => {
  const byReplies = { ...limits()[0]!, counts: () => true };
  const findLimits = (operation: { readonly id: string }) =>
    operation.id === 'getCached' ? [byReplies] : [];
  await assert.rejects(serve({ findLimits }), {
    message: /^The replies of getCached bypass the reply hooks/,
  });
});
