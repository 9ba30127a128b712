import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { addProduct } from '../../support/shop.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const customer = await server.signUp();

interface CartBody {
  readonly items: readonly { id: string; sku: string; quantity: number }[];
  readonly total: object;
}

describe('the cart over HTTP', () => {
  test('can be filled and ordered, and is empty afterwards', async () => {
    const product = await addProduct(db.database, { priceMinor: 295 });
    const path = `/api/cart/items/${product.sku}`;
    assert.deepEqual((await customer.get('/api/cart')).json<CartBody>().items, []);
    const filled = await customer.put(path, { quantity: 2 });
    assert.equal(filled.status, 200, filled.text);
    const [unitPrice, total, nothing] = [295, 590, 0].map((amount) => ({
      amount,
      currency: 'GBP',
    }));
    assert.deepEqual(filled.json<CartBody>(), {
      items: [
        {
          id: filled.json<CartBody>().items[0]!.id,
          line: 1,
          sku: product.sku,
          productId: product.id,
          name: `Product ${product.sku}`,
          quantity: 2,
          unitPrice,
          total,
          modifiers: [],
          note: null,
          basePrice: unitPrice,
          discount: nothing,
          tax: nothing,
          charged: total,
          available: 10,
        },
      ],
      bill: {
        subtotal: total,
        pricesIncludeTax: true,
        discounts: [],
        charges: [],
        taxes: [],
        tip: nothing,
        total,
      },
      total,
      refusals: [],
      discountCodes: [],
      tip: null,
      note: null,
      fulfilment: null,
      version: 2,
    });
    assert.equal(filled.headers.get('etag'), '"2"');
    const input = { expectedTotal: { amount: 590, currency: 'GBP' } };
    const headers = { 'idempotency-key': 'the-checkout' };
    const placed = await customer.post('/api/cart/checkout', input, headers);
    assert.equal(placed.status, 201, placed.text);
    const order = placed.json<{ id: string; total: object }>();
    assert.deepEqual(order.total, { amount: 590, currency: 'GBP' });
    assert.equal(placed.headers.get('location'), `/api/orders/${order.id}`);
    assert.equal(placed.headers.get('etag'), '"1"');
    const repeat = await customer.post('/api/cart/checkout', input, headers);
    assert.equal(repeat.text, placed.text);
    assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual((await customer.get('/api/cart')).json<CartBody>().items, []);
    const again = await customer.post('/api/cart/checkout');
    assert.deepEqual([again.status, again.json().code], [409, 'carts.empty']);
  });

  test('is ordered only in the version that was seen, given by If-Match or cartVersion', async () => {
    const product = await addProduct(db.database);
    const path = `/api/cart/items/${product.sku}`;
    const seen = (await customer.put(path, { quantity: 1 })).headers.get('etag')!;
    const now = await customer.put(path, { quantity: 2 }, { 'if-match': seen });
    assert.equal(now.status, 200, now.text);
    assert.deepEqual(
      (await customer.get('/api/cart')).headers.get('etag'),
      now.headers.get('etag'),
    );
    const checkOut = (body: object, headers: Record<string, string> = {}) =>
      customer.post('/api/cart/checkout', body, headers);
    for (const tag of [seen, `W/${now.headers.get('etag')}`, '"no-version"']) {
      for (const reply of [
        await checkOut({}, { 'if-match': tag }),
        await customer.put(path, { quantity: 3 }, { 'if-match': tag }),
        await customer.delete(path, { 'if-match': tag }),
        await customer.delete('/api/cart', { 'if-match': tag }),
      ]) {
        assert.deepEqual([reply.status, reply.json().code], [412, 'request.precondition_failed']);
      }
    }
    assert.equal((await checkOut({}, { 'if-match': 'garbage' })).status, 400);
    for (const cartVersion of [0, -1, 1.5, '2', 2 ** 31, null]) {
      assert.equal((await checkOut({ cartVersion })).status, 400, String(cartVersion));
    }
    const changed = await checkOut({ cartVersion: 1 });
    assert.deepEqual([changed.status, changed.json().code], [409, 'carts.changed']);
    assert.deepEqual(changed.json<{ cart: CartBody }>().cart, now.json());
    const { version } = now.json<{ version: number }>();
    const placed = await checkOut({ cartVersion: version }, { 'if-match': `"1", "${version}"` });
    assert.equal(placed.status, 201, placed.text);
  });

  test('can remove one line or all lines, repeatedly', async () => {
    const product = await addProduct(db.database);
    const path = `/api/cart/items/${product.sku}`;
    await customer.put(path, { quantity: 1 });
    for (const gone of [path, path, '/api/cart', '/api/cart']) {
      const reply = await customer.delete(gone);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.json<CartBody>().items, []);
    }
  });

  test('refuses invalid quantities and unknown products', async () => {
    const { sku } = await addProduct(db.database);
    for (const quantity of [0, -1, 1.5, '2', 10_001, 2 ** 53, null]) {
      const reply = await customer.put(`/api/cart/items/${sku}`, { quantity });
      assert.deepEqual([reply.status, reply.json().code], [400, 'request.invalid']);
    }
    const priced = await customer.put(`/api/cart/items/${sku}`, { quantity: 1, unitPrice: 1 });
    assert.equal(priced.status, 400);
    const unknown = await customer.put('/api/cart/items/NO-SUCH', { quantity: 1 });
    assert.deepEqual([unknown.status, unknown.json().code], [400, 'catalog.unknown_product']);
    const trick = await customer.put(`/api/cart/items/${encodeURIComponent("' or 1=1 --")}`, {
      quantity: 1,
    });
    assert.deepEqual([trick.status, trick.json().code], [400, 'request.invalid']);
  });

  test('is for customers only', async () => {
    for (const [session, status] of [
      [server.anonymous, 401],
      [await server.asAdmin(), 403],
      [await server.signInAs('kitchen'), 403],
    ] as const) {
      assert.equal((await session.get('/api/cart')).status, status);
      assert.equal((await session.delete('/api/cart')).status, status);
      assert.equal((await session.post('/api/cart/checkout', {})).status, status);
    }
  });
});
