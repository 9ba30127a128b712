import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { fetchOperations, findType, type JsonSchema, wrongTexts } from '../support/openapi.ts';
import { startTestServer } from '../support/server.ts';

/** Texts that people write, in every module: deceptive ones are refused, the others are stored in one spelling. */
const db = await testDatabase();
const server = await startTestServer(db);
const operations = (await fetchOperations(server.url)).filter(({ path }) =>
  path.startsWith('/api/'),
);
const admin = await server.asAdmin();
const customer = await server.signUp();

const product = await admin.post('/api/products', {
  sku: 'PIE',
  name: 'Pie',
  price: { amount: 500, currency: 'GBP' },
  onHand: 100,
});
const { id: productId } = product.json<{ id: string }>();

/** Members that are not texts of people: secrets, names given by other systems, and values with their own parser. */
const noTexts = new Set([
  'recoveryCode',
  // Of passkeys: judged by the library, and never shown.
  'authenticatorAttachment',
  'transports',
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'refreshToken',
  'email',
  'cursor',
  'providerReference',
]);

/** Yields the names of the members of a request shape that may be any text. */
function* freeTexts(schema: JsonSchema, name: string): Generator<readonly [string, JsonSchema]> {
  for (const branch of schema.anyOf ?? []) yield* freeTexts(branch, name);
  for (const [member, shape] of Object.entries(schema.properties ?? {})) {
    yield* freeTexts(shape, member);
  }
  if (schema.items !== undefined) yield* freeTexts(schema.items, name);
  const isBound = schema.pattern ?? schema.enum ?? schema.format;
  if (findType(schema) === 'string' && isBound === undefined) yield [name, schema];
}

test('every text of a request has a form or is a secret', () => {
  let forms = 0;
  for (const { operationId, path, body, parameters } of operations) {
    if (path.startsWith('/api/payments/webhook')) continue;
    const members = body === null ? [] : [...freeTexts(body, '')];
    const queries = parameters
      .filter((parameter) => parameter.in === 'query')
      .flatMap(({ name, schema }) => [...freeTexts(schema, name)]);
    for (const [name, schema] of [...members, ...queries]) {
      if (noTexts.has(name)) continue;
      assert.ok(schema['x-text'], `${operationId} accepts any text as ${name}`);
      forms += 1;
    }
  }
  assert.ok(forms > 12, String(forms));
});

describe('deceptive texts, refused with the pointer of the field', () => {
  const order = { items: [{ sku: 'PIE', quantity: 1 }] };
  const price = { amount: 500, currency: 'GBP' };
  const path = `/api/products/${productId}`;
  const cases = [
    ['a name at sign-up', 'name', (text: string) => signUp(text)],
    ['a changed own name', 'name', (name: string) => customer.patch('/api/auth/profile', { name })],
    [
      'the name of a new product',
      'name',
      (name: string) => admin.post('/api/products', { sku: 'X', name, price }),
    ],
    ['the name of a product', 'name', (name: string) => admin.patch(path, { name })],
    ['a description', 'lines', (description: string) => admin.patch(path, { description })],
    [
      'the reason of a stock adjustment',
      'statement',
      (reason: string) => admin.post(`${path}/stock-adjustments`, { delta: 1, reason }),
    ],
    ['a note', 'lines', (note: string) => customer.post('/api/orders', { ...order, note })],
    [
      'an address',
      'lines',
      (shippingAddress: string) => customer.post('/api/orders', { ...order, shippingAddress }),
    ],
    [
      'a note at checkout',
      'lines',
      (note: string) => customer.post('/api/cart/checkout', { note }),
    ],
    [
      'the name of a key',
      'name',
      (name: string) => admin.post('/api/api-keys', { name, scopes: ['orders:read'] }),
    ],
    [
      'the reason of a cancellation',
      'statement',
      (reason: string) => admin.post(`/api/orders/${productId}/cancel`, { reason }),
    ],
    [
      'the reason of a refund',
      'statement',
      (reason: string) => admin.post(`/api/payments/${productId}/refunds`, { reason }),
    ],
    [
      'a search of products',
      'name',
      (text: string) => admin.get(`/api/products?search=${encodeURIComponent(text)}`),
    ],
    [
      'a search of orders',
      'name',
      (text: string) => admin.get(`/api/orders?search=${encodeURIComponent(text)}`),
    ],
    [
      'a search of users',
      'name',
      (text: string) => admin.get(`/api/users?search=${encodeURIComponent(text)}`),
    ],
  ] as const;
  for (const [what, form, send] of cases) {
    test(what, async () => {
      const attempts = wrongTexts(form);
      assert.ok(attempts.length >= 3);
      for (const text of attempts) {
        const reply = await send(text);
        const shown = `${JSON.stringify(text)}: ${reply.status} ${reply.text}`;
        assert.equal(reply.status, 400, shown);
        const { code, errors } = reply.json<{ code: string; errors: { pointer: string }[] }>();
        assert.equal(code, 'request.invalid');
        assert.match(
          errors[0]!.pointer,
          /^(\/(name|note|reason|description|shippingAddress)|\?search)$/,
        );
      }
    });
  }
});

function signUp(name: string) {
  const email = `texts-${Math.random()}@example.com`;
  return server.anonymous.post('/api/auth/signup', {
    email,
    password: 'a long pass phrase',
    name,
  });
}

const twoParts = 'Cafe\u0301';
const onePart = 'Café';

test('a text is stored in one spelling, and its length is counted in that spelling', async () => {
  const long = 'e\u0301'.repeat(200);
  const named = await customer.patch('/api/auth/profile', { name: long });
  assert.equal(named.status, 200, named.text);
  assert.equal(named.json<{ name: string }>().name, 'é'.repeat(200));
  const made = await admin.post('/api/products', {
    sku: 'CAFE',
    name: twoParts,
    description: twoParts,
    price: { amount: 500, currency: 'GBP' },
    onHand: 10,
  });
  const { name, description } = made.json<{ name: string; description: string }>();
  assert.deepEqual([name, description], [onePart, onePart]);
  const placed = await customer.post('/api/orders', {
    items: [{ sku: 'CAFE', quantity: 1 }],
    note: `${twoParts}\nwithout sugar`,
    shippingAddress: `1 ${twoParts} Street\r\n\tLondon`,
  });
  const order = placed.json<{ note: string; shippingAddress: string }>();
  assert.equal(order.note, `${onePart}\nwithout sugar`);
  assert.equal(order.shippingAddress, `1 ${onePart} Street\r\n\tLondon`);
});
