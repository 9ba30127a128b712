import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCarts } from '../../../src/modules/carts/index.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import type { CodedError } from '../../../src/shared/errors.ts';
import { createTestCatalog } from '../../support/catalogue.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext, coded, createTestOrders, parseView, settle } from '../../support/orders.ts';
import { addProduct, addUser, findStock, type TestProduct } from '../../support/shop.ts';

const { database } = await testDatabase();
const cartsOn = () =>
  createCarts({ database, orders: createTestOrders(database, { pendingMax: 0 }), currency: 'GBP' })
    .api;
const carts = cartsOn();
/** A second server, which shares only the database. */
const otherServer = cartsOn();
const admin = await addUser(database, { role: 'admin' });

const pounds = (amount: number) => ({ amount, currency: 'GBP' });

/** Refers to the cart of a customer, in any version or in one of these. */
function selectCart(customer: UserCaller, ifMatch: readonly number[] | null = null) {
  return { customerId: customer.id, ifMatch };
}

function put(customer: UserCaller, product: TestProduct, quantity = 1) {
  return carts.setItem(selectCart(customer), { sku: product.sku, quantity });
}

function edit(product: TestProduct, change: object) {
  return createTestCatalog(database).updateProduct(buildContext(admin), product.id, change, null);
}

function checkOut(
  customer: UserCaller,
  input: object = {},
  key?: string,
  server = carts,
  ifMatch: readonly number[] | null = null,
) {
  return server.checkOut(
    { ...buildContext(customer, key, input), operation: 'checkOut', deferred: false },
    input,
    ifMatch,
  );
}

describe('a cart', () => {
  test('is empty at first, and each customer has their own', async () => {
    const [one, other] = [await addUser(database), await addUser(database)];
    const { items, total, version } = await carts.getCart(one.id);
    assert.deepEqual({ items, total, version }, { items: [], total: pounds(0), version: 1 });
    await put(one, await addProduct(database));
    assert.equal((await carts.getCart(other.id)).items.length, 0);
  });

  test('keeps lines in the order in which they were added, even if a quantity is set again', async () => {
    const customer = await addUser(database);
    const rice = await addProduct(database, { priceMinor: 295, onHand: 8 });
    const naan = await addProduct(database, { priceMinor: 260 });
    await put(customer, rice, 2);
    await put(customer, naan, 1);
    const cart = await put(customer, rice, 5);
    assert.deepEqual(
      cart.items.map(({ sku, quantity, total }) => [sku, quantity, total.amount]),
      [
        [rice.sku, 5, 1475],
        [naan.sku, 1, 260],
      ],
    );
    assert.deepEqual(cart.total, pounds(1735));
    assert.equal(cart.items[0]!.available, 8);
  });

  test('shows current prices', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { priceMinor: 100 });
    await put(customer, product, 3);
    await edit(product, { price: pounds(150) });
    const cart = await carts.getCart(customer.id);
    assert.deepEqual(cart.items[0]!.unitPrice, pounds(150));
    assert.deepEqual(cart.total, pounds(450));
  });

  test('shows a product that is no longer for sale as unavailable, and accepts no more of it', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    await put(customer, product);
    await edit(product, { active: false });
    assert.equal((await carts.getCart(customer.id)).items[0]!.available, 0);
    const unknown = coded('catalog.unknown_product');
    await assert.rejects(put(customer, product, 2), unknown);
    await assert.rejects(
      carts.setItem(selectCart(customer), { sku: 'NO-SUCH', quantity: 1 }),
      unknown,
    );
  });

  test('removes one line or all lines, even if there is nothing to remove', async () => {
    const customer = await addUser(database);
    const [rice, naan] = [await addProduct(database), await addProduct(database)];
    await put(customer, rice);
    await put(customer, naan);
    const left = await carts.removeItem(selectCart(customer), rice.sku);
    assert.deepEqual(
      left.items.map(({ sku }) => sku),
      [naan.sku],
    );
    assert.deepEqual(await carts.removeItem(selectCart(customer), rice.sku), left);
    assert.deepEqual((await carts.removeItem(selectCart(customer), 'NO-SUCH')).items.length, 1);
    assert.deepEqual((await carts.clear(selectCart(customer))).items, []);
    assert.deepEqual((await carts.clear(selectCart(customer))).items, []);
  });

  test('contains at most a hundred lines, however many are added at once', async () => {
    const customer = await addUser(database);
    const products = await Promise.all(Array.from({ length: 105 }, () => addProduct(database)));
    const { done, refused } = await settle(products.map((product) => put(customer, product)));
    assert.equal(done.length, 100);
    assert.deepEqual(refused, Array(5).fill('request.invalid'));
    const { items } = await carts.getCart(customer.id);
    assert.equal(items.length, 100);
    const full = await carts.setItem(selectCart(customer), { sku: items[0]!.sku, quantity: 2 });
    assert.equal(full.items[0]!.quantity, 2);
  });
});

describe('checkout', () => {
  test('places the lines in their order at current prices and empties the cart', async () => {
    const customer = await addUser(database);
    const rice = await addProduct(database, { priceMinor: 295 });
    const naan = await addProduct(database, { priceMinor: 260 });
    await put(customer, rice, 2);
    await put(customer, naan, 1);
    await edit(rice, { price: pounds(300) });
    const order = parseView(await checkOut(customer, { note: 'no coriander' }));
    assert.deepEqual(
      order.items.map(({ sku, quantity, unitPrice }) => [sku, quantity, unitPrice.amount]),
      [
        [rice.sku, 2, 300],
        [naan.sku, 1, 260],
      ],
    );
    assert.deepEqual(order.total, pounds(860));
    assert.equal(order.note, 'no coriander');
    assert.equal((await findStock(database, rice.id)).reserved, 2);
    assert.deepEqual((await carts.getCart(customer.id)).items, []);
  });

  test('refuses an empty cart', async () => {
    await assert.rejects(checkOut(await addUser(database)), coded('carts.empty'));
  });

  test('changes neither the cart nor the stock if it is refused', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { priceMinor: 100, onHand: 2 });
    await put(customer, product, 3);
    await assert.rejects(checkOut(customer), (error: CodedError) => {
      assert.equal(error.code, 'inventory.insufficient_stock');
      assert.deepEqual(error.details.extensions, {
        lines: [{ sku: product.sku, requested: 3, available: 2 }],
      });
      return true;
    });
    await put(customer, product, 2);
    const drifted = checkOut(customer, { expectedTotal: pounds(199) });
    await assert.rejects(drifted, coded('orders.price_changed'));
    const foreign = checkOut(customer, { expectedTotal: { amount: 200, currency: 'EUR' } });
    await assert.rejects(foreign, coded('request.invalid'));
    await edit(product, { active: false });
    await assert.rejects(checkOut(customer), coded('catalog.unknown_product'));
    assert.equal((await carts.getCart(customer.id)).items[0]!.quantity, 2);
    assert.equal((await findStock(database, product.id)).reserved, 0);
  });

  test('creates one order if it is clicked twenty times, without a key and on two servers', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database, { onHand: 100 });
    await put(customer, product, 2);
    const clicks = Array.from({ length: 20 }, (_, index) =>
      checkOut(customer, {}, undefined, index % 2 === 0 ? carts : otherServer),
    );
    const { done, refused } = await settle(clicks);
    assert.equal(done.length, 1);
    assert.deepEqual([...new Set(refused)], ['carts.empty']);
    assert.equal((await findStock(database, product.id)).reserved, 2);
  });

  test('returns the first order if it is repeated with the same key or client token', async () => {
    for (const [input, key] of [
      [{}, 'checkout-key'],
      [{ clientToken: 'checkout-token' }, undefined],
    ] as const) {
      const customer = await addUser(database);
      const product = await addProduct(database, { onHand: 100 });
      await put(customer, product, 2);
      const repeats = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          checkOut(customer, input, key, index % 2 === 0 ? carts : otherServer),
        ),
      );
      assert.equal(new Set(repeats.map(({ body }) => body)).size, 1);
      assert.equal(repeats.filter(({ replayed }) => !replayed).length, 1);
      await put(customer, product, 1);
      assert.equal((await checkOut(customer, input, key)).replayed, true);
      assert.equal((await carts.getCart(customer.id)).items.length, 1);
    }
  });

  test('during an edit of the cart, puts each unit into the order or leaves it in the cart, never both or neither', async () => {
    for (let round = 0; round < 10; round += 1) {
      const customer = await addUser(database);
      const [first, second] = [await addProduct(database), await addProduct(database)];
      await put(customer, first);
      const [placed] = await Promise.all([checkOut(customer), put(customer, second)]);
      const ordered = parseView(placed).items.map(({ sku }) => sku);
      const kept = (await carts.getCart(customer.id)).items.map(({ sku }) => sku);
      assert.deepEqual([...ordered, ...kept], [first.sku, second.sku]);
    }
  });

  test('gives each of the last units to one of many customers', async () => {
    const product = await addProduct(database, { onHand: 10 });
    const customers = await Promise.all(Array.from({ length: 30 }, () => addUser(database)));
    await Promise.all(customers.map((customer) => put(customer, product)));
    const { done, refused } = await settle(
      customers.map((customer, index) =>
        checkOut(customer, {}, undefined, index % 2 === 0 ? carts : otherServer),
      ),
    );
    assert.equal(done.length, 10);
    assert.deepEqual([...new Set(refused)], ['inventory.insufficient_stock']);
    const contents = await Promise.all(customers.map(({ id }) => carts.getCart(id)));
    assert.equal(contents.filter(({ items }) => items.length === 0).length, 10);
  });
});

describe('the version of a cart', () => {
  test('increases with each change of the lines and with checkout, and with nothing else', async () => {
    const customer = await addUser(database);
    const [rice, naan] = [await addProduct(database), await addProduct(database)];
    const versions = [(await carts.getCart(customer.id)).version];
    const note = async (change: Promise<{ version: number }>) => {
      versions.push((await change).version);
      assert.equal((await carts.getCart(customer.id)).version, versions.at(-1));
    };
    await note(put(customer, rice));
    await note(put(customer, rice, 3));
    await note(put(customer, naan));
    await note(carts.removeItem(selectCart(customer), rice.sku));
    await note(carts.removeItem(selectCart(customer), rice.sku));
    await edit(naan, { price: pounds(1) });
    await note(carts.clear(selectCart(customer)));
    await note(carts.clear(selectCart(customer)));
    await note(put(customer, naan));
    await checkOut(customer);
    await note(carts.getCart(customer.id));
    assert.deepEqual(versions, [1, 2, 3, 4, 5, 5, 6, 6, 7, 8]);
  });

  test('guards changes: one of another version is refused and leaves the cart unchanged', async () => {
    const customer = await addUser(database);
    const other = await addUser(database);
    const product = await addProduct(database);
    const item = { sku: product.sku, quantity: 2 };
    const { version } = await carts.setItem(selectCart(customer, [1]), item);
    const stale = coded('request.precondition_failed');
    // In one transaction with another customer's change, whose version is right.
    const [refused, fine] = await Promise.allSettled([
      carts.setItem(selectCart(customer, [1]), { ...item, quantity: 5 }),
      carts.setItem(selectCart(other, [1, 7]), item),
    ]);
    assert.equal(
      refused.status === 'rejected' && refused.reason.code,
      'request.precondition_failed',
    );
    assert.equal(fine.status, 'fulfilled');
    await assert.rejects(carts.removeItem(selectCart(customer, [1]), product.sku), stale);
    await assert.rejects(carts.clear(selectCart(customer, [])), stale);
    const kept = await carts.getCart(customer.id);
    assert.deepEqual([kept.version, kept.items[0]!.quantity], [version, 2]);
    assert.equal((await carts.clear(selectCart(customer, [version]))).items.length, 0);
  });

  test('ensures that a checkout orders what was seen, even if the total is equal', async () => {
    const customer = await addUser(database);
    const [soup, stew] = [
      await addProduct(database, { priceMinor: 500 }),
      await addProduct(database, { priceMinor: 500 }),
    ];
    const seen = await put(customer, soup);
    await carts.removeItem(selectCart(customer), soup.sku);
    const now = await put(customer, stew);
    const input = { expectedTotal: seen.total, cartVersion: seen.version };
    await assert.rejects(checkOut(customer, input, 'swapped'), (error: CodedError) => {
      assert.equal(error.code, 'carts.changed');
      assert.deepEqual(error.details.extensions, { cart: now });
      return true;
    });
    await assert.rejects(
      checkOut(customer, {}, undefined, carts, [seen.version]),
      coded('request.precondition_failed'),
    );
    assert.equal((await findStock(database, stew.id)).reserved, 0);
    assert.deepEqual(await carts.getCart(customer.id), now);

    const right = { expectedTotal: now.total, cartVersion: now.version };
    const placed = await checkOut(customer, right, 'seen', carts, [now.version]);
    assert.deepEqual(
      parseView(placed).items.map(({ sku }) => sku),
      [stew.sku],
    );
    // The repeat is answered before the cart is read, whose version has increased since.
    const repeat = await checkOut(customer, right, 'seen', otherServer, [now.version]);
    assert.deepEqual(repeat, { ...placed, replayed: true });
    await assert.rejects(checkOut(customer, right), coded('carts.changed'));
    await assert.rejects(
      checkOut(customer, { cartVersion: now.version + 1 }),
      coded('carts.empty'),
    );
  });

  test('decides between a checkout and a concurrent edit: the order is what was seen, or there is none', async () => {
    for (let round = 0; round < 10; round += 1) {
      const customer = await addUser(database);
      const [first, second] = [await addProduct(database), await addProduct(database)];
      const { version } = await put(customer, first);
      const [placed, edited] = await Promise.allSettled([
        checkOut(customer, { cartVersion: version }, undefined, otherServer),
        put(customer, second),
      ]);
      assert.equal(edited.status, 'fulfilled');
      const kept = (await carts.getCart(customer.id)).items.map(({ sku }) => sku);
      if (placed.status === 'fulfilled') {
        assert.deepEqual(
          parseView(placed.value).items.map(({ sku }) => sku),
          [first.sku],
        );
        assert.deepEqual(kept, [second.sku]);
      } else {
        assert.equal((placed.reason as CodedError).code, 'carts.changed');
        assert.deepEqual(kept, [first.sku, second.sku]);
      }
    }
  });
});
