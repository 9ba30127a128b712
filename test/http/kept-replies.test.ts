import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createMemoryRateLimiters } from '../../src/drivers/limits/memory/memory-rate-limiters.ts';
import {
  type App,
  createHttpServer,
  type HttpServerOptions,
  keptReply,
  type Limit,
  sendKept,
} from '../../src/http/index.ts';
import { testOptions } from './support.ts';

const customers = { roles: ['customer'] } as const;
const text = JSON.stringify({ name: 'Wasserkocher für 1 €' });
const kept = keptReply(text, '"7"');

/** One route answers with what is kept, another one the same as any route does. */
async function serve(changes: Partial<HttpServerOptions> = {}): Promise<{ app: App; url: string }> {
  const app = await createHttpServer(
    testOptions({
      everyRuleNeedsRoute: false,
      ...changes,
      accessTable: {
        ...testOptions().accessTable,
        getKept: customers,
        getPlain: customers,
      },
    }),
  );
  app.get(
    '/api/kept',
    { schema: { operationId: 'getKept', tags: ['Things'] }, config: { sendsKept: true } },
    (request, reply) => sendKept(request, reply, kept),
  );
  app.get(
    '/api/plain',
    { schema: { operationId: 'getPlain', tags: ['Things'] } },
    (_request, reply) =>
      reply.header('etag', '"7"').type('application/json; charset=utf-8').send(text),
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

async function replyOf(url: string, method: string) {
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
  'under limits': { corsOrigins: [], limitsOf: limits },
  'behind HTTPS': { publicUrl: 'https://shop.example' },
  'behind HTTP': { publicUrl: 'http://shop.example' },
})) {
  test(`a kept reply is the same as any other to the last header, ${about}`, async () => {
    const observed: unknown[] = [];
    const { url } = await serve({
      ...changes,
      onResponse: ({ operationId, status }) => observed.push([operationId, status]),
    });
    for (const method of ['GET', 'HEAD']) {
      const one = await replyOf(`${url}/api/kept`, method);
      assert.deepEqual(one, await replyOf(`${url}/api/plain`, method), method);
      assert.equal(one.text, method === 'GET' ? text : '');
      assert.equal(one.headers['cache-control'], 'private, no-cache');
    }
    assert.deepEqual(observed, [
      ['getKept', 200],
      ['getPlain', 200],
      ['getKept', 200],
      ['getPlain', 200],
    ]);
  });
}

test('a route of kept replies under a limit that counts by replies stops the start', async () => {
  const byReplies = { ...limits()[0]!, counts: () => true };
  const limitsOf = (operation: { readonly id: string }) =>
    operation.id === 'getKept' ? [byReplies] : [];
  await assert.rejects(serve({ limitsOf }), { message: /^The replies of getKept pass no hook/ });
});
