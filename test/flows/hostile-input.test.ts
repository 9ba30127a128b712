import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import {
  buildSample,
  fetchOperations,
  type Operation,
  wrongBodies,
  wrongTexts,
} from '../support/openapi.ts';
import { startTestServer } from '../support/server.ts';

/**
 * Sends every class of hostile input to every operation of the OpenAPI document. The response is never a 5xx and always
 * a problem document, and nothing is written. The caller is authorized, so that the input is actually examined.
 */
const db = await testDatabase();
const server = await startTestServer(db, {
  environment: { PENDING_ORDERS_MAX: '0', HELD_UNITS_MAX: '0' },
});
const operations = (await fetchOperations(server.url)).filter(({ path }) =>
  path.startsWith('/api/'),
);
const admin = await server.asAdmin();
const customer = await server.signUp();
// Samples of products name this group, so that only their wrong member is refused.
await db.database.run(
  'test.add_group',
  `insert into modifier_groups (id, name, min, max, currency)
   values ('0198b5c4-1111-7abc-8abc-000000000001', 'Sample', 0, 1, 'GBP')`,
  [],
);

interface Attempt {
  readonly what: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

const json = { 'content-type': 'application/json' };

async function send(operation: Operation, attempt: Attempt): Promise<Response> {
  const session = operation.path.startsWith('/api/cart') ? customer : admin;
  return fetch(`${server.url}${attempt.path ?? buildPath(operation)}`, {
    method: operation.method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${session.identity.accessToken}`,
      ...(operation.body === null ? {} : json),
      ...attempt.headers,
    },
    ...(attempt.body === undefined ? {} : { body: attempt.body }),
  });
}

/** Fills each parameter of the path with a valid value. */
function buildPath(
  operation: Operation,
  change: (sample: string) => string = (sample) => sample,
): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = operation.parameters.find((one) => one.in === 'path' && one.name === name);
    assert.ok(parameter, `${operation.operationId} does not describe {${name}}`);
    return change(String(buildSample(parameter.schema)));
  });
}

const tables = await db.database.run<{ name: string }>(
  'test.tables',
  `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
  [],
);
/** One statement for all tables, because there are hundreds of tests. */
const digests = tables.map(
  ({ name }) =>
    `select '${name}' as table, count(*) || ':' || coalesce(sum(hashtext(row_of::text)::bigint), 0) as digest from "${name}" as row_of`,
);

/** Digests the contents of the whole database by table. */
function fingerprint(): Promise<{ table: string; digest: string }[]> {
  return db.database.run('test.digests', digests.join(' union all '), []);
}

let stored = await fingerprint();

async function assertRefused(operation: Operation, attempt: Attempt): Promise<void> {
  const reply = await send(operation, attempt);
  const text = await reply.text();
  const where = `${operation.operationId}, ${attempt.what}: ${reply.status} ${text.slice(0, 300)}`;
  assert.ok(reply.status >= 400 && reply.status < 500, where);
  assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/, where);
  assert.ok(reply.headers.get('x-request-id'), where);
  const problem = JSON.parse(text) as Record<string, unknown>;
  assert.equal(problem.status, reply.status, where);
  assert.match(String(problem.code), /^[a-z]+\.[a-z_]+$/, where);
  assert.doesNotMatch(text, /node_modules|\.ts:\d|at \w+ \(|select |insert into|pg_/i, where);
}

async function assertAllRefused(operation: Operation, attempts: readonly Attempt[]): Promise<void> {
  const before = stored;
  for (const attempt of attempts) await assertRefused(operation, attempt);
  stored = await fingerprint();
  assert.deepEqual(stored, before, `${operation.operationId} wrote something`);
}

function wrongMessages(operation: Operation): Attempt[] {
  const sample = JSON.stringify(buildSample(operation.body!));
  const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000);
  const typed = (type: string): Attempt => ({
    what: `content type ${type}`,
    headers: { 'content-type': type },
    body: sample,
  });
  return [
    { what: 'truncated JSON', body: sample.length > 2 ? sample.slice(0, -1) : '{' },
    { what: 'text after the JSON', body: `${sample} x` },
    { what: 'deep arrays', body: deep('[', ']') },
    { what: 'deep objects', body: deep('{"a":', '}').replace(':}', ':1}') },
    { what: 'unclosed depth', body: '['.repeat(100_000) },
    { what: 'a __proto__ member', body: `{"__proto__":{"role":"admin"},${sample.slice(1)}` },
    { what: 'a constructor member', body: `{"constructor":{"prototype":{"role":"admin"}}}` },
    {
      what: 'bytes that are not UTF-8',
      body: new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    },
    { what: 'UTF-16', body: new Uint8Array(Buffer.from(sample, 'utf16le')) },
    { what: 'a body of 1 MiB plus one byte', body: `"${'x'.repeat(1024 * 1024 - 1)}"` },
    { what: 'NaN', body: '{"quantity":NaN}' },
    typed('text/plain'),
    typed('application/xml'),
    typed('application/x-www-form-urlencoded'),
    typed('multipart/form-data'),
    typed('application/json; charset=utf-16'),
    typed('nonsense'),
  ];
}

const wrongIds = [
  '0',
  'null',
  '0198B5C4-1111-7ABC-8ABC-000000000001',
  '0198b5c4-1111-4abc-8abc-000000000001',
  '0198b5c4-1111-7abc-8abc-000000000001%00',
  '%27%20or%201%3D1--',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f',
  '%ff',
  '%',
  '%00',
  'a'.repeat(5_000),
  '%F0%9F%8D%9B',
];

function wrongPaths(operation: Operation): Attempt[] {
  if (!operation.path.includes('{')) return [];
  const body = operation.body === null ? {} : { body: JSON.stringify(buildSample(operation.body)) };
  const isSku = operation.path.includes('{sku}');
  // A SKU may be almost any text, and removing an absent one is not an error.
  const texts = isSku ? wrongIds.filter((text) => /%|\.\.|^.{65,}$/.test(text)) : wrongIds;
  return texts.map((text) => ({
    what: `path parameter ${text.slice(0, 40)}`,
    path: buildPath(operation, () => text),
    ...body,
  }));
}

function wrongQueries(operation: Operation): Attempt[] {
  const body = operation.body === null ? {} : { body: JSON.stringify(buildSample(operation.body)) };
  const known = operation.parameters.filter((parameter) => parameter.in === 'query');
  const values = known.flatMap(({ name, schema }) => {
    const numeric = [
      '',
      '0',
      '-1',
      '101',
      '1.5',
      '1e1',
      '+5',
      '%205',
      'abc',
      '9'.repeat(400),
      '0x10',
      'null',
    ];
    const textual = ['%00', '%ff', '%', 'x'.repeat((schema.maxLength ?? 2_000) + 1)];
    textual.push(...wrongTexts(schema['x-text']).map(encodeURIComponent));
    if (schema.pattern !== undefined || schema.enum !== undefined) textual.push("' or 1=1", '');
    if (schema.format !== undefined)
      textual.push('yesterday', '2026-13-45', '0000-00-00T00:00:00Z');
    const wrong =
      schema.type === 'integer' ? numeric : schema.type === 'boolean' ? ['1', 'yes', ''] : textual;
    return [...wrong.map((value) => `${name}=${value}`), `${name}=1&${name}=2`, `${name}[$ne]=1`];
  });
  return ['unknown=1', '__proto__=1', 'constructor=1', 'isAdmin=true', ...values].map((query) => ({
    what: `query ${query.slice(0, 60)}`,
    path: `${buildPath(operation)}?${query}`,
    ...body,
  }));
}

describe('hostile input', () => {
  assert.ok(operations.length > 25);
  for (const operation of operations) {
    const name = `${operation.method} ${operation.path}`;
    if (operation.body !== null) {
      const schema = operation.body;
      test(`${name} refuses broken messages`, () =>
        assertAllRefused(operation, wrongMessages(operation)));
      test(`${name} refuses members of wrong types, out of range or unknown`, () =>
        assertAllRefused(
          operation,
          wrongBodies(schema, buildSample(schema)).map(({ what, body }) => ({
            what,
            body: JSON.stringify(body),
          })),
        ));
    }
    test(`${name} refuses wrong paths and queries`, () =>
      assertAllRefused(operation, [...wrongPaths(operation), ...wrongQueries(operation)]));
  }

  test('foreign tokens are refused by every operation that needs authentication', async () => {
    const [header = '', payload = ''] = admin.identity.accessToken.split('.');
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tokens = [
      '',
      'x',
      'null',
      `${header}.${payload}.`,
      `${header}.${payload}.${'A'.repeat(43)}`,
      `${encoded({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
      `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: '../../etc/passwd' })}.${payload}.${'A'.repeat(43)}`,
      `hf_${'a'.repeat(50)}`,
      'a'.repeat(7_000),
    ];
    for (const token of tokens) {
      const reply = await server.anonymous.get('/api/orders', { authorization: `Bearer ${token}` });
      assert.equal(reply.status, 401, token.slice(0, 80));
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer');
    }
  });

  test('garbage in If-Match, Idempotency-Key and Origin is refused', async () => {
    const [order] = operations.filter(({ operationId }) => operationId === 'changeOrderStatus');
    const body = JSON.stringify({ status: 'CONFIRMED' });
    await assertAllRefused(order!, [
      { what: 'If-Match', headers: { 'if-match': 'garbage' }, body },
      { what: 'weak If-Match', headers: { 'if-match': 'W/"1"' }, body },
      { what: 'empty key', headers: { 'idempotency-key': '' }, body },
      { what: 'key of 256', headers: { 'idempotency-key': 'k'.repeat(256) }, body },
      { what: 'key that is not ASCII', headers: { 'idempotency-key': 'k\u00e9' }, body },
    ]);
  });

  test('a total beyond the range is refused, not rounded', async () => {
    const product = await admin.post('/api/products', {
      sku: 'DEAR',
      name: 'Dear',
      price: { amount: 100_000_000, currency: 'GBP' },
      onHand: 1_000_000_000,
    });
    assert.equal(product.status, 201);
    const items = new Array(100).fill({ sku: 'DEAR', quantity: 10_000 });
    const reply = await customer.post('/api/orders', { items });
    assert.equal(reply.status, 201);
    assert.equal(reply.json<{ total: { amount: number } }>().total.amount, 100_000_000_000_000);
    const beyond = await admin.post(
      `/api/products/${product.json<{ id: string }>().id}/stock-adjustments`,
      {
        delta: 1_000_000_001,
        reason: 'too much',
      },
    );
    assert.equal(beyond.status, 400);
  });
});
