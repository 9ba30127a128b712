import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { addDiscount } from '../../support/pricing.ts';
import { startTestServer } from '../../support/server.ts';
import { addProduct } from '../../support/shop.ts';
import { sellPizza } from './selling.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const ITEMS = '/api/cart/items';

interface CartBody {
  readonly items: readonly { id: string; quantity: number; note: string | null }[];
  readonly version: number;
}

interface ProblemBody {
  readonly code: string;
  readonly errors: readonly { pointer: string }[];
}

describe('items of a cart over HTTP', () => {
  test('are added, changed and removed, each reply with the new ETag', async () => {
    const customer = await server.signUp();
    const { pizza, cheese } = await sellPizza(db.database);
    const input = { sku: pizza.sku, quantity: 1, modifiers: [{ code: cheese, quantity: 2 }] };
    const added = await customer.post(ITEMS, input, { 'if-match': '"1"' });
    assert.deepEqual([added.status, added.headers.get('etag')], [200, '"2"'], added.text);
    const { id } = added.json<CartBody>().items[0]!;
    const stale = { 'if-match': '"1"' };
    for (const reply of [
      await customer.post(ITEMS, input, stale),
      await customer.patch(`${ITEMS}/${id}`, { quantity: 2 }, stale),
      await customer.patch('/api/cart', { note: 'x' }, stale),
      await customer.delete(`${ITEMS}/${id}`, stale),
    ]) {
      assert.deepEqual([reply.status, reply.json().code], [412, 'request.precondition_failed']);
    }
    const changed = await customer.patch(
      `${ITEMS}/${id}`,
      { quantity: 3, modifiers: null, note: 'sliced' },
      { 'if-match': '"2"' },
    );
    assert.deepEqual([changed.status, changed.headers.get('etag')], [200, '"3"'], changed.text);
    assert.deepEqual(changed.json<CartBody>(), (await customer.get('/api/cart')).json());
    assert.equal((await customer.delete(`${ITEMS}/${pizza.sku}`)).headers.get('etag'), '"3"');
    const set = await customer.put(`${ITEMS}/${id}`, { quantity: 4 }, { 'if-match': '"3"' });
    assert.deepEqual([set.status, set.headers.get('etag')], [200, '"4"'], set.text);
    assert.equal(set.json<CartBody>().items[0]!.quantity, 4);
    const removed = await customer.delete(`${ITEMS}/${id}`);
    assert.deepEqual([removed.status, removed.json<CartBody>().items], [200, []]);
    for (const gone of [
      await customer.delete(`${ITEMS}/${id}`),
      await customer.put(`${ITEMS}/${id}`, { quantity: 4 }),
    ]) {
      assert.deepEqual([gone.status, gone.json().code], [404, 'carts.item_not_found']);
    }
  });

  test('are added once for an Idempotency-Key, and a repeat has the same body and ETag', async () => {
    const customer = await server.signUp();
    const { sku } = await addProduct(db.database);
    const headers = { 'idempotency-key': 'add-once' };
    const first = await customer.post(ITEMS, { sku, quantity: 2 }, headers);
    await customer.patch('/api/cart', { note: 'later' });
    const repeat = await customer.post(ITEMS, { sku, quantity: 2 }, headers);
    assert.deepEqual(
      [repeat.status, repeat.json(), repeat.headers.get('etag')],
      [200, first.json(), '"2"'],
    );
    assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
    const reused = await customer.post(ITEMS, { sku, quantity: 3 }, headers);
    assert.equal(reused.json().code, 'idempotency.key_reused');
    // A refusal uses up no key.
    const key = { 'idempotency-key': 'refused-first' };
    const unknown = { sku: `LATER-${newId()}`, quantity: 1 };
    assert.equal((await customer.post(ITEMS, unknown, key)).status, 400);
    await addProduct(db.database, { sku: unknown.sku });
    assert.equal((await customer.post(ITEMS, unknown, key)).status, 200);
  });

  test('are refused with a pointer to what is wrong', async () => {
    const customer = await server.signUp();
    const { pizza, cheese, olives } = await sellPizza(db.database);
    const item = { sku: pizza.sku, quantity: 1 };
    const modifiers = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ code: `M-${index}` }));
    const cases: readonly (readonly [object, string])[] = [
      [{ quantity: 1 }, '/sku'],
      [{ sku: pizza.sku }, '/quantity'],
      [{ ...item, quantity: 0 }, '/quantity'],
      [{ ...item, quantity: 10_001 }, '/quantity'],
      [{ ...item, unitPrice: 1 }, '/unitPrice'],
      [{ ...item, note: 'x'.repeat(201) }, '/note'],
      [{ ...item, note: 'two\nlines' }, '/note'],
      [{ ...item, modifiers: modifiers(51) }, '/modifiers'],
      [{ ...item, modifiers: [{ code: cheese, quantity: 0 }] }, '/modifiers/0/quantity'],
      [{ ...item, modifiers: [{ code: cheese, price: 1 }] }, '/modifiers/0/price'],
      [{ ...item, modifiers: [{ code: cheese }, { code: cheese }] }, '/modifiers/1/code'],
      [{ ...item, modifiers: [{ code: '__proto__' }] }, '/modifiers/0/code'],
      [{ ...item, modifiers: [{ code: 'constructor' }] }, '/modifiers/0/code'],
      [{ ...item, modifiers: [{ code: olives, quantity: 3 }] }, '/modifiers/0'],
    ];
    for (const [body, pointer] of cases) {
      const reply = await customer.post(ITEMS, body);
      assert.equal(reply.status, 400, reply.text);
      assert.equal(reply.json<ProblemBody>().errors[0]!.pointer, pointer, reply.text);
    }
    for (const [body, pointer] of [
      [{ quantity: null }, '/quantity'],
      [{ sku: pizza.sku }, '/sku'],
      [{ modifiers: modifiers(51) }, '/modifiers'],
    ] as const) {
      const reply = await customer.patch(`${ITEMS}/${newId()}`, body);
      assert.equal(reply.json<ProblemBody>().errors[0]!.pointer, pointer, reply.text);
    }
    for (const [body, pointer] of [
      [{ discountCodes: Array(6).fill('A') }, '/discountCodes'],
      [{ discountCodes: ['-'] }, '/discountCodes/0'],
      [{ tip: 100 }, '/tip'],
      [{ tip: { amount: -1, currency: 'GBP' } }, '/tip/amount'],
      [{ note: 'x'.repeat(501) }, '/note'],
      [{ fulfilment: { type: 'DRONE' } }, '/fulfilment/type'],
      [{ items: [] }, '/items'],
    ] as const) {
      const reply = await customer.patch('/api/cart', body);
      assert.equal(reply.json<ProblemBody>().errors[0]!.pointer, pointer, reply.text);
    }
    const { items, version } = (await customer.get('/api/cart')).json<CartBody>();
    assert.deepEqual([items, version], [[], 1]);
  });

  test('are for customers only', async () => {
    for (const [session, status] of [
      [server.anonymous, 401],
      [await server.asAdmin(), 403],
    ] as const) {
      assert.equal((await session.patch('/api/cart', {})).status, status);
      assert.equal((await session.post(ITEMS, { sku: 'A', quantity: 1 })).status, status);
      assert.equal((await session.patch(`${ITEMS}/A`, {})).status, status);
    }
  });
});

test('a customer who guesses too many discount codes in their cart is refused with 429', async () => {
  const limited = await startTestServer(db, { environment: { RATE_LIMIT_CODES: '3/1h' } });
  const customer = await limited.signUp();
  const guess = async (discountCodes: readonly string[]) =>
    (await customer.patch('/api/cart', { discountCodes })).status;
  await addDiscount(db.database, { code: 'KNOWN' });
  for (let index = 0; index < 5; index += 1) assert.equal(await guess(['KNOWN']), 200);
  for (let index = 0; index < 3; index += 1) assert.equal(await guess([`NO-${index}`]), 200);
  assert.equal(await guess(['KNOWN']), 429);
  // A request that names no code is no guess.
  assert.equal(await guess([]), 200);
});
