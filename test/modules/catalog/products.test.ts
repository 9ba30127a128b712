import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Caller, systemActor } from '../../../src/shared/caller.ts';
import type { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createTestCatalog, createTestInventory } from '../../support/catalogue.ts';
import { testDatabase } from '../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  settle,
} from '../../support/orders.ts';
import { findPriceChanges } from '../../support/price-changes.ts';
import { addUser, apiKey, testCause } from '../../support/shop.ts';

const { database } = await testDatabase();
const catalog = createTestCatalog(database);
const admin = await addUser(database, { role: 'admin' });
const kitchen = await addUser(database, { role: 'kitchen' });
const customer = await addUser(database);

const pounds = (amount: number) => ({ amount, currency: 'GBP' });
let count = 0;

async function create(rest: object = {}) {
  count += 1;
  const input = { sku: `DISH-${count}`, name: `Dish ${count}`, price: pounds(500), ...rest };
  return (await catalog.createProduct(buildContext(admin), input)).result;
}

async function update(
  productId: string,
  input: Parameters<typeof catalog.updateProduct>[2],
  accepted: number[] | null = null,
) {
  return (await catalog.updateProduct(buildContext(admin), productId, input, accepted)).result;
}

async function listNames(input: object, caller: Caller | null = null): Promise<string[]> {
  const { data } = await catalog.listProducts(caller, { limit: 100, ...input });
  return data.map(({ name }) => name);
}

describe('a new product', () => {
  test('has its stock, its ledger and version 1', async () => {
    const product = await create({ onHand: 7, description: 'Hot' });
    assert.equal(product.version, 1);
    assert.deepEqual(product.stock, { onHand: 7, reserved: 0, available: 7 });
    assert.deepEqual(await catalog.getProduct(admin, product.id), product);
    const { data } = await createTestInventory(database).listMovements(admin, product.id, {});
    assert.deepEqual(
      data.map(({ kind, delta, onHand }) => [kind, delta, onHand]),
      [['initial', 7, 7]],
    );
  });

  test('has an empty ledger if no units are on hand', async () => {
    const product = await create();
    assert.deepEqual(
      (await createTestInventory(database).listMovements(admin, product.id, {})).data,
      [],
    );
  });

  test('is created once per SKU, however many requests arrive at the same time', async () => {
    const attempts = Array.from({ length: 10 }, () => create({ sku: 'CONTESTED' }));
    const { done, refused } = await settle(attempts);
    assert.equal(done.length, 1);
    assert.deepEqual(refused, Array(9).fill('catalog.sku_taken'));
  });

  test('is created once per key, and repeats get the same result', async () => {
    const input = { sku: 'ONCE', name: 'Once', price: pounds(100), onHand: 1 };
    const context = buildContext(admin, 'once', input);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => catalog.createProduct(context, input)),
    );
    assert.equal(new Set(outcomes.map(({ result }) => result.id)).size, 1);
    assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
  });

  test('is refused in a currency other than the shop’s, and the field is named', async () => {
    await assert.rejects(create({ price: { amount: 1, currency: 'EUR' } }), (error: CodedError) => {
      assert.equal(error.code, 'request.invalid');
      assert.equal(error.details.errors?.[0]?.pointer, '/price/currency');
      return true;
    });
  });

  test('is created in the transaction of its import', async () => {
    const sku = 'IMPORTED';
    const importing = database.transaction(async (tx) => {
      const author = { actor: systemActor, cause: testCause };
      await catalog.addProduct(tx, { sku, name: sku, price: pounds(1), onHand: 2 }, author);
      throw new Error('the import broke');
    });
    await assert.rejects(importing, /the import broke/);
    assert.deepEqual(await listNames({ search: sku }, admin), []);
    const logged = await findPriceChanges(database);
    assert.ok(logged.every(({ data }) => data.name !== sku));
  });
});

describe('the visibility of products', () => {
  test('shows stock levels to staff and only availability to others', async () => {
    const { id, sku } = await create({ onHand: 5 });
    await createTestOrders(database).placeOrder(buildPlacementContext(customer), {
      items: [{ sku, quantity: 2 }],
    });
    const stock = { onHand: 5, reserved: 2, available: 3 };
    for (const caller of [admin, kitchen, apiKey('catalog:write')]) {
      assert.deepEqual((await catalog.getProduct(caller, id)).stock, stock);
    }
    for (const caller of [null, customer, apiKey('orders:read')]) {
      assert.deepEqual((await catalog.getProduct(caller, id)).stock, { available: 3 });
    }
  });

  test('shows an inactive product to staff only', async () => {
    const { id, name } = await create({ active: false, name: 'Retired dish', onHand: 4 });
    assert.equal((await catalog.getProduct(kitchen, id)).active, false);
    await assert.rejects(catalog.getProduct(customer, id), coded('catalog.not_found'));
    await assert.rejects(catalog.getProduct(null, id), coded('catalog.not_found'));
    assert.deepEqual(await listNames({ search: name }, kitchen), [name]);
    assert.deepEqual(await listNames({ search: name }, customer), []);
    await assert.rejects(catalog.getProduct(admin, newId()), coded('catalog.not_found'));
  });
});

describe('the list of products', () => {
  test('can be searched by SKU and name, regardless of case', async () => {
    await create({ sku: 'Sag-Aloo', name: 'Spinach with potatoes' });
    assert.deepEqual(await listNames({ search: 'sAG-aL' }), ['Spinach with potatoes']);
    assert.deepEqual(await listNames({ search: 'PINACH w' }), ['Spinach with potatoes']);
  });

  test('treats % _ and \\ in a search literally', async () => {
    await create({ name: '100% lamb' });
    await create({ name: '1000 lambs' });
    await create({ name: 'under_score' });
    await create({ name: 'underXscore' });
    await create({ name: 'back\\slash' });
    assert.deepEqual(await listNames({ search: '0% lamb' }), ['100% lamb']);
    assert.deepEqual(await listNames({ search: 'r_s' }), ['under_score']);
    assert.deepEqual(await listNames({ search: 'k\\s' }), ['back\\slash']);
    assert.deepEqual(await listNames({ search: '\\' }), ['back\\slash']);
  });

  test('can be filtered by availability', async () => {
    const tag = 'availability';
    await create({ name: `${tag} full`, onHand: 1 });
    await create({ name: `${tag} empty`, onHand: 0 });
    await create({ name: `${tag} retired`, onHand: 1, active: false });
    assert.deepEqual(await listNames({ search: tag, available: true }, admin), [`${tag} full`]);
    assert.deepEqual(await listNames({ search: tag, available: false }, admin), [
      `${tag} empty`,
      `${tag} retired`,
    ]);
    assert.deepEqual(await listNames({ search: tag, available: false }), [`${tag} empty`]);
  });

  test('has neither gaps nor duplicates between pages, even among equal names while products are added', async () => {
    for (let created = 0; created < 5; created += 1) await create({ name: 'Twin dish' });
    const input = { search: 'Twin dish', limit: 2 };
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await catalog.listProducts(null, cursor === null ? input : { ...input, cursor });
      seen.push(...page.data.map(({ id }) => id));
      if (cursor === null) await create({ name: 'A first Twin dish' });
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.equal(seen.length, 5);
    assert.equal(new Set(seen).size, 5);
  });

  test('in the order of the menu has sections by their lowest position, and no gaps between pages', async () => {
    const tag = 'On the carte';
    const places: [name: string, category: string | null, position: number][] = [
      ['water', null, 0],
      ['tart', 'Desserts', 30],
      ['curry', 'Mains', 12],
      ['stew', 'Mains', 11],
      ['burger', 'Mains', 12],
      ['bread', 'Sides', 11],
      ['ice', 'Desserts', 40],
      ['cake', 'Desserts', 30],
    ];
    for (const [name, category, position] of places) {
      await create({ name: `${tag} ${name}`, category, position });
    }
    await create({ name: `${tag} gone`, category: 'Mains', position: 11, active: false });
    const seen: string[] = [];
    const input = { search: tag, sort: 'menu', limit: 3 } as const;
    let cursor: string | null = null;
    do {
      const page = await catalog.listProducts(null, cursor === null ? input : { ...input, cursor });
      seen.push(...page.data.map(({ name }) => name.slice(tag.length + 1)));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(seen, ['stew', 'burger', 'curry', 'bread', 'cake', 'tart', 'ice', 'water']);
  });

  test('refuses a cursor that belongs to another search or to staff', async () => {
    const { nextCursor } = await catalog.listProducts(admin, { limit: 1 });
    const cursor = nextCursor!;
    const refusal = coded('request.invalid_cursor');
    await assert.rejects(catalog.listProducts(null, { limit: 1, cursor }), refusal);
    await assert.rejects(catalog.listProducts(admin, { sort: 'menu', cursor }), refusal);
    await assert.rejects(catalog.listProducts(admin, { search: 'x', cursor }), refusal);
    await assert.rejects(catalog.listProducts(admin, { cursor: `${cursor}x` }), refusal);
  });
});

describe('an edit', () => {
  test('changes the given fields, keeps the others, and increases the version', async () => {
    const before = await create({ description: 'Mild', onHand: 3 });
    const after = await update(before.id, { price: pounds(650), active: false });
    assert.deepEqual(after, {
      ...before,
      price: pounds(650),
      active: false,
      version: 2,
      updatedAt: after.updatedAt,
    });
    assert.deepEqual(await catalog.getProduct(admin, before.id), after);
  });

  test('keeps the version if nothing changes', async () => {
    const before = await create();
    assert.deepEqual(await update(before.id, {}), before);
    assert.deepEqual(await update(before.id, { name: before.name, price: before.price }), before);
  });

  test('succeeds for one of two editors with the same version and names the current one to the other', async () => {
    const { id } = await create();
    const attempts = ['Left', 'Right'].map((name) => update(id, { name, version: 1 }));
    const { done, refused } = await settle(attempts);
    assert.equal(done.length, 1);
    assert.deepEqual(refused, ['catalog.version_conflict']);
    await assert.rejects(update(id, { name: 'Late', version: 1 }), (error: CodedError) => {
      assert.deepEqual(error.details.extensions, { currentVersion: 2 });
      return true;
    });
  });

  test('succeeds with If-Match for the current version only', async () => {
    const { id } = await create();
    await assert.rejects(update(id, { name: 'No' }, [2]), coded('request.precondition_failed'));
    await assert.rejects(update(id, { name: 'No' }, []), coded('request.precondition_failed'));
    assert.equal((await update(id, { name: 'Yes' }, [1, 7])).version, 2);
  });

  test('is refused for an unknown product or another currency', async () => {
    await assert.rejects(update(newId(), { name: 'No' }), coded('catalog.not_found'));
    const { id } = await create();
    const price = { amount: 1, currency: 'EUR' };
    await assert.rejects(update(id, { price }), coded('request.invalid'));
  });

  test('returns its first result if it is repeated with the same key, whatever happened since', async () => {
    const { id } = await create();
    const input = { name: 'Renamed', version: 1 };
    const context = buildContext(admin, `edit-${id}`, input);
    const first = await catalog.updateProduct(context, id, input, null);
    await update(id, { name: 'Renamed again' });
    const repeat = await catalog.updateProduct(context, id, input, null);
    assert.deepEqual(repeat, { result: first.result, replayed: true });
    assert.equal((await catalog.getProduct(admin, id)).name, 'Renamed again');
  });
});
