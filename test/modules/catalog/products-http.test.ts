import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import type { Reply } from '../../support/session.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const { anonymous } = server;
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
const customer = await server.signUp();

interface ProductBody {
  readonly id: string;
  readonly sku: string;
  readonly version: number;
  readonly stock: object;
}

let count = 0;
function body(rest: object = {}) {
  count += 1;
  const price = { amount: 295, currency: 'GBP' };
  return { sku: `RICE-${count}`, name: `Pilau Rice ${count}`, price, ...rest };
}

async function create(rest: object = {}): Promise<ProductBody> {
  const reply = await admin.post('/api/products', body(rest));
  assert.equal(reply.status, 201, reply.text);
  return reply.json<ProductBody>();
}

function isProblem(reply: Reply, status: number, code: string, pointer?: string): void {
  assert.equal(reply.status, status, reply.text);
  const problem = reply.json<{ code: string; errors?: { pointer: string }[] }>();
  assert.equal(problem.code, code);
  if (pointer !== undefined) assert.equal(problem.errors?.[0]?.pointer, pointer);
}

describe('the catalogue over HTTP', () => {
  test('a new product has a location, an entity tag and its stock; a repeat with the same key is marked as one', async () => {
    const input = body({ onHand: 4 });
    const headers = { 'idempotency-key': 'one-product' };
    const first = await admin.post('/api/products', input, headers);
    const repeat = await admin.post('/api/products', input, headers);
    const { id, stock } = first.json<ProductBody>();
    assert.equal(first.status, 201);
    assert.deepEqual(stock, { onHand: 4, reserved: 0, available: 4 });
    assert.equal(first.headers.get('location'), `/api/products/${id}`);
    assert.equal(first.headers.get('etag'), '"1"');
    assert.equal(first.headers.get('idempotent-replayed'), null);
    assert.equal(repeat.status, 201);
    assert.equal(repeat.text, first.text);
    assert.equal(repeat.headers.get('location'), `/api/products/${id}`);
    assert.equal(repeat.headers.get('etag'), '"1"');
    assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
    isProblem(await admin.post('/api/products', body(), headers), 422, 'idempotency.key_reused');
    isProblem(await admin.post('/api/products', input), 409, 'catalog.sku_taken');
  });

  test('anyone can read a product, only staff see the units on hand, and the response is never a 304', async () => {
    const { id } = await create({ onHand: 2 });
    const seen = await anonymous.get(`/api/products/${id}`, { 'if-none-match': '"1"' });
    assert.equal(seen.status, 200);
    assert.equal(seen.headers.get('etag'), '"1"');
    assert.deepEqual(seen.json<ProductBody>().stock, { available: 2 });
    const stock = { onHand: 2, reserved: 0, available: 2 };
    const byKitchen = await kitchen.get(`/api/products/${id}`);
    assert.deepEqual(byKitchen.json<ProductBody>().stock, stock);
    const list = await anonymous.get('/api/products?limit=1&available=true');
    const { data, nextCursor } = list.json<{ data: ProductBody[]; nextCursor: string | null }>();
    assert.equal(data.length, 1);
    const rest = await anonymous.get(
      `/api/products?available=true&cursor=${encodeURIComponent(nextCursor ?? '')}`,
    );
    assert.equal(rest.status, 200, rest.text);
    isProblem(
      await anonymous.get(`/api/products?cursor=${nextCursor}`),
      400,
      'request.invalid_cursor',
    );
  });

  test('an edit is guarded by If-Match or by a version, each with its own error code', async () => {
    const path = `/api/products/${(await create()).id}`;
    const edited = await admin.patch(path, { name: 'Boiled Rice' }, { 'if-match': '"1"' });
    assert.equal(edited.status, 200, edited.text);
    assert.equal(edited.headers.get('etag'), '"2"');
    for (const tag of ['"1"', 'W/"2"', '"x"']) {
      const stale = await admin.patch(path, { name: 'X' }, { 'if-match': tag });
      isProblem(stale, 412, 'request.precondition_failed');
    }
    isProblem(await admin.patch(path, {}, { 'if-match': 'garbage' }), 400, 'request.invalid');
    const late = await admin.patch(path, { name: 'X', version: 1 });
    isProblem(late, 409, 'catalog.version_conflict');
    assert.equal(late.json<{ currentVersion: number }>().currentVersion, 2);
  });

  test('only admins can write', async () => {
    const { id } = await create();
    for (const [session, status] of [
      [anonymous, 401],
      [customer, 403],
      [kitchen, 403],
    ] as const) {
      assert.equal((await session.post('/api/products', body())).status, status);
      assert.equal((await session.patch(`/api/products/${id}`, { name: 'X' })).status, status);
      const path = `/api/products/${id}/stock-adjustments`;
      assert.equal((await session.post(path, { delta: 1, reason: 'x' })).status, status);
      assert.equal((await session.get(path)).status, status);
    }
  });

  test('refuses an invalid body and names the field', async () => {
    const price = { amount: 1, currency: 'GBP' };
    const cases: [object, string][] = [
      [{ sku: '-RICE' }, '/sku'],
      [{ sku: 'R'.repeat(65) }, '/sku'],
      [{ name: '' }, '/name'],
      [{ name: '   ' }, '/name'],
      [{ name: 'Rice\r\nBcc: all@example.com' }, '/name'],
      [{ name: 'R'.repeat(201) }, '/name'],
      [{ description: 'R'.repeat(5001) }, '/description'],
      [{ price: { ...price, amount: -1 } }, '/price/amount'],
      [{ price: { ...price, amount: 1.5 } }, '/price/amount'],
      [{ price: { ...price, amount: '1' } }, '/price/amount'],
      [{ price: { ...price, amount: 100_000_001 } }, '/price/amount'],
      [{ price: { ...price, currency: 'gbp' } }, '/price/currency'],
      [{ price: { ...price, currency: 'EUR' } }, '/price/currency'],
      [{ onHand: -1 }, '/onHand'],
      [{ onHand: 1_000_000_001 }, '/onHand'],
      [{ active: 1 }, '/active'],
      [{ stock: 5 }, '/stock'],
    ];
    for (const [wrong, pointer] of cases) {
      isProblem(await admin.post('/api/products', body(wrong)), 400, 'request.invalid', pointer);
    }
    isProblem(await anonymous.get('/api/products?available=yes'), 400, 'request.invalid');
    isProblem(await anonymous.get('/api/products?serach=x'), 400, 'request.invalid');
    isProblem(await anonymous.get('/api/products/1'), 400, 'request.invalid');
    const unknown = await anonymous.get('/api/products/01980000-0000-7000-8000-000000000000');
    isProblem(unknown, 404, 'catalog.not_found');
  });
});

describe('the stock over HTTP', () => {
  test('a correction returns the resulting stock and appears in the list', async () => {
    const { id } = await create({ onHand: 5 });
    const path = `/api/products/${id}/stock-adjustments`;
    const reply = await admin.post(path, { delta: -2, reason: 'Broken' });
    assert.equal(reply.status, 201, reply.text);
    const adjustment = reply.json();
    assert.equal(adjustment.onHand, 3);
    assert.deepEqual(adjustment.actor, {
      type: 'user',
      id: admin.identity.userId,
      role: 'admin',
    });
    const list = (await admin.get(path)).json<{ data: { delta: number }[] }>();
    assert.deepEqual(list.data[0], adjustment);
    assert.deepEqual(
      list.data.map(({ delta }) => delta),
      [-2, 5],
    );
  });

  test('refuses a correction by zero, without a reason, or below the units on hand', async () => {
    const { id } = await create({ onHand: 5 });
    const path = `/api/products/${id}/stock-adjustments`;
    const post = (input: object) => admin.post(path, input);
    isProblem(await post({ delta: 0, reason: 'x' }), 400, 'request.invalid', '/delta');
    isProblem(await post({ delta: 1.5, reason: 'x' }), 400, 'request.invalid', '/delta');
    isProblem(await post({ delta: 1e9, reason: 'x' }), 400, 'request.invalid', '/delta');
    isProblem(await post({ delta: 1, reason: ' ' }), 400, 'request.invalid', '/reason');
    isProblem(await post({ delta: 1 }), 400, 'request.invalid', '/reason');
    isProblem(await post({ delta: -6, reason: 'x' }), 409, 'inventory.below_reserved');
    const nowhere = '/api/products/01980000-0000-7000-8000-000000000000/stock-adjustments';
    isProblem(await admin.post(nowhere, { delta: 1, reason: 'x' }), 404, 'catalog.not_found');
  });
});
