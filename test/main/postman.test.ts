import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUser } from '../../src/modules/accounts/index.ts';
import { testDatabase } from '../support/database.ts';
import { newmanMissing, runNewman } from '../support/newman.ts';
import { startTestServer } from '../support/server.ts';
import { testAuthor } from '../support/shop.ts';

interface Item {
  readonly name: string;
  readonly request: { readonly method: string; readonly url: { readonly raw: string } };
}

interface Collection {
  readonly item: readonly { readonly name: string; readonly item: readonly Item[] }[];
}

const sandboxWebhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: {
    SANDBOX_WEBHOOK_SECRET: sandboxWebhookSecret,
    // As an operator runs it, with the default limits: a run must pass under them.
    RATE_LIMIT_GLOBAL: '',
    RATE_LIMIT_AUTH: '',
    RATE_LIMIT_CHECKOUT: '',
    RATE_LIMIT_CODES: '',
  },
});
const admin = { email: 'admin@holdfast.example', password: 'the pass phrase of an admin' };
await createUser(db.database, testAuthor, { ...admin, role: 'admin' });

const text = await (await fetch(`${server.url}/postman.json`)).text();
const items = (JSON.parse(text) as Collection).item.flatMap(({ item }) => item);

test('the collection names each request once and calls every operation of the document', async () => {
  const names = items.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const called = new Set(
    items.flatMap(({ request }) => {
      const path = request.url.raw.replace('{{baseUrl}}', '').replaceAll(/:(\w+)/g, '{$1}');
      return [`${request.method} ${path}`, ...(request.method === 'HEAD' ? [`GET ${path}`] : [])];
    }),
  );
  const missed = Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((it) => `${it.toUpperCase()} ${path}`))
    .filter((operation) => !called.has(operation));
  assert.deepEqual(missed, []);
});

test('Newman runs the collection on a fresh server, and every response is as expected', {
  skip: newmanMissing,
}, async () => {
  const { failures, requests, assertions } = await runNewman(text, {
    baseUrl: server.url,
    adminEmail: admin.email,
    adminPassword: admin.password,
    sandboxWebhookSecret,
  });
  assert.deepEqual(failures, []);
  assert.ok(requests >= items.length, String(requests));
  // Each request has at least one, for its status.
  assert.ok(assertions >= items.length, String(assertions));
});
