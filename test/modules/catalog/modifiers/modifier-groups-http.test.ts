import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { startTestServer } from '../../../support/server.ts';
import type { Reply } from '../../../support/session.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const { anonymous } = server;
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
const customer = await server.signUp();

const path = '/api/modifier-groups';
const nowhere = `${path}/01980000-0000-7000-8000-000000000000`;

interface GroupBody {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly modifiers: object[];
}

let count = 0;
const price = { amount: 50, currency: 'GBP' };
function modifier(rest: object = {}) {
  count += 1;
  return { code: `EXTRA-${count}`, name: `Extra ${count}`, price, ...rest };
}
const body = (rest: object = {}) => ({
  name: 'Extras',
  min: 0,
  max: 3,
  modifiers: [modifier()],
  ...rest,
});

async function create(rest: object = {}): Promise<GroupBody> {
  const reply = await admin.post(path, body(rest));
  assert.equal(reply.status, 201, reply.text);
  return reply.json<GroupBody>();
}

async function createProduct(rest: object = {}): Promise<{ id: string; sku: string }> {
  count += 1;
  const input = { sku: `DISH-${count}`, name: `Dish ${count}`, price, ...rest };
  const reply = await admin.post('/api/products', input);
  assert.equal(reply.status, 201, reply.text);
  return reply.json();
}

function isProblem(reply: Reply, status: number, code: string, pointer?: string): void {
  assert.equal(reply.status, status, reply.text);
  const problem = reply.json<{ code: string; errors?: { pointer: string }[] }>();
  assert.equal(problem.code, code);
  if (pointer !== undefined) assert.equal(problem.errors?.[0]?.pointer, pointer);
}

describe('modifier groups over HTTP', () => {
  test('a new group has a location and an entity tag; a repeat with the same key is marked as one', async () => {
    const input = body();
    const headers = { 'idempotency-key': 'one-group' };
    const first = await admin.post(path, input, headers);
    const repeat = await admin.post(path, input, headers);
    const group = first.json<GroupBody>();
    assert.equal(first.status, 201, first.text);
    assert.deepEqual(group.modifiers, [
      { ...input.modifiers[0], quantityMax: 1, sku: null, active: true },
    ]);
    assert.equal(first.headers.get('location'), `${path}/${group.id}`);
    assert.equal(first.headers.get('etag'), '"1"');
    assert.equal(repeat.text, first.text);
    assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
    isProblem(await admin.post(path, body(), headers), 422, 'idempotency.key_reused');
    const taken = await admin.post(path, input);
    isProblem(taken, 409, 'catalog.modifier_code_taken', '/modifiers/0/code');
    const read = await admin.get(`${path}/${group.id}`);
    assert.equal(read.headers.get('etag'), '"1"');
    assert.deepEqual(read.json(), group);
    isProblem(await admin.get(nowhere), 404, 'prices.not_found');
  });

  test('what was read can be sent back and changes nothing', async () => {
    const { sku } = await createProduct();
    const group = await create({ modifiers: [modifier({ sku, quantityMax: 2 }), modifier()] });
    const { id, name, modifiers, version } = group;
    const reply = await admin.patch(`${path}/${id}`, { name, modifiers, version });
    assert.deepEqual(reply.json(), group);
  });

  test('the list is in the order of creation, without gaps or duplicates between its pages', async () => {
    const created = [await create(), await create(), await create()];
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const reply = await admin.get(`${path}?limit=2${query}`);
      const page = reply.json<{ data: GroupBody[]; nextCursor: string | null }>();
      assert.ok(page.data.length <= 2);
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(
      ids.slice(-3),
      created.map(({ id }) => id),
    );
    assert.equal(new Set(ids).size, ids.length);
    isProblem(await admin.get(`${path}?cursor=x.y`), 400, 'request.invalid_cursor');
    isProblem(await admin.get(`${path}?limit=101`), 400, 'request.invalid');
    isProblem(await admin.get(`${path}?search=x`), 400, 'request.invalid');
  });

  test('an edit and a deletion are guarded by If-Match, an edit also by a version', async () => {
    const { id } = await create();
    const url = `${path}/${id}`;
    const edited = await admin.patch(url, { name: 'Toppings' }, { 'if-match': '"1"' });
    assert.equal(edited.headers.get('etag'), '"2"', edited.text);
    const stale = { 'if-match': '"1"' };
    isProblem(await admin.patch(url, { name: 'X' }, stale), 412, 'request.precondition_failed');
    isProblem(await admin.delete(url, stale), 412, 'request.precondition_failed');
    const late = await admin.patch(url, { name: 'X', version: 1 });
    isProblem(late, 409, 'prices.version_conflict');
    assert.equal(late.json<{ currentVersion: number }>().currentVersion, 2);
    const deleted = await admin.delete(url, { 'if-match': '"2"' });
    assert.equal(deleted.status, 204);
    assert.equal(deleted.text, '');
    isProblem(await admin.delete(url), 404, 'prices.not_found');
    isProblem(await admin.patch(url, { name: 'X' }), 404, 'prices.not_found');
  });

  test('a group that a product offers cannot be deleted', async () => {
    const { id } = await create();
    await createProduct({ modifierGroupIds: [id] });
    isProblem(await admin.delete(`${path}/${id}`), 409, 'catalog.group_in_use');
  });

  test('only admins, and API keys that may edit the catalogue, reach them', async () => {
    const { id } = await create();
    for (const [session, status] of [
      [anonymous, 401],
      [customer, 403],
      [kitchen, 403],
    ] as const) {
      assert.equal((await session.get(path)).status, status);
      assert.equal((await session.get(`${path}/${id}`)).status, status);
      assert.equal((await session.post(path, body())).status, status);
      assert.equal((await session.patch(`${path}/${id}`, { name: 'X' })).status, status);
      assert.equal((await session.delete(`${path}/${id}`)).status, status);
    }
    for (const [scope, status] of [
      ['catalog:write', 200],
      ['orders:write', 403],
    ] as const) {
      const made = await admin.post('/api/api-keys', { name: scope, scopes: [scope] });
      const authorization = `Bearer ${made.json<{ secret: string }>().secret}`;
      assert.equal((await anonymous.get(path, { authorization })).status, status);
      const patched = await anonymous.patch(`${path}/${id}`, { max: 4 }, { authorization });
      assert.equal(patched.status, status, patched.text);
    }
  });

  test('refuses an invalid body and names the field', async () => {
    const euros = { amount: 1, currency: 'EUR' };
    const one = (rest: object) => ({ modifiers: [modifier(), modifier(rest)] });
    const twice = modifier();
    const cases: [object, string][] = [
      [{ name: '' }, '/name'],
      [{ name: 'N'.repeat(101) }, '/name'],
      [{ name: 'Extras\nBcc: all@example.com' }, '/name'],
      [{ name: null }, '/name'],
      [{ min: -1 }, '/min'],
      [{ min: 0.5 }, '/min'],
      [{ min: '0' }, '/min'],
      [{ min: 51, max: 51 }, '/min'],
      [{ max: 51 }, '/max'],
      [{ max: null }, '/max'],
      [{ min: 3, max: 2, ...one({ quantityMax: 9 }) }, '/min'],
      [{ min: 3, ...one({ quantityMax: 1 }) }, '/min'],
      [{ min: 2, ...one({ active: false }) }, '/min'],
      [{ modifiers: {} }, '/modifiers'],
      [{ modifiers: Array.from({ length: 101 }, () => modifier()) }, '/modifiers'],
      [{ modifiers: ['HOT'] }, '/modifiers/0'],
      [one({ code: '' }), '/modifiers/1/code'],
      [one({ code: '-HOT' }), '/modifiers/1/code'],
      [one({ code: 'HOT SAUCE' }), '/modifiers/1/code'],
      [one({ code: 'H'.repeat(65) }), '/modifiers/1/code'],
      [{ modifiers: [twice, twice] }, '/modifiers/1/code'],
      [one({ name: ' ' }), '/modifiers/1/name'],
      [one({ name: 'N'.repeat(101) }), '/modifiers/1/name'],
      [one({ price: undefined }), '/modifiers/1/price'],
      [one({ price: { ...price, amount: -1 } }), '/modifiers/1/price/amount'],
      [one({ price: { ...price, amount: 0.5 } }), '/modifiers/1/price/amount'],
      [one({ price: { ...price, amount: 100_000_001 } }), '/modifiers/1/price/amount'],
      [one({ price: euros }), '/modifiers/1/price/currency'],
      [one({ quantityMax: 0 }), '/modifiers/1/quantityMax'],
      [one({ quantityMax: 51 }), '/modifiers/1/quantityMax'],
      [one({ sku: 'NO-SUCH-DISH' }), '/modifiers/1/sku'],
      [one({ sku: '-' }), '/modifiers/1/sku'],
      [one({ active: 1 }), '/modifiers/1/active'],
      [one({ productId: null }), '/modifiers/1/productId'],
      [{ currency: 'GBP' }, '/currency'],
    ];
    const { id } = await create();
    for (const [wrong, pointer] of cases) {
      isProblem(await admin.post(path, body(wrong)), 400, 'request.invalid', pointer);
      const reply = await admin.patch(`${path}/${id}`, wrong);
      isProblem(reply, 400, 'request.invalid', pointer);
    }
    const malformed = await admin.post(path, body(one({ code: 'HOT SAUCE' })));
    assert.match(malformed.text, /expected form: Up to 64 letters, digits, dots, underscores/);
    isProblem(await admin.post(path, { name: 'Extras' }), 400, 'request.invalid');
    isProblem(await admin.patch(`${path}/${id}`, { version: 0 }), 400, 'request.invalid');
    isProblem(await admin.get(`${path}/1`), 400, 'request.invalid');
    assert.equal((await admin.get(`${path}/${id}`)).json<GroupBody>().version, 1);
  });
});

describe('the menu of products over HTTP', () => {
  const seen = async (session: typeof admin, id: string) =>
    (await session.get(`/api/products/${id}`)).json<Record<string, unknown>>();

  test('a new product is in no section, first in order, of the standard tax category, without groups', async () => {
    const { id } = await createProduct();
    const { taxCategory, category, position, modifierGroupIds, modifierGroups } = await seen(
      anonymous,
      id,
    );
    assert.deepEqual(
      [taxCategory, category, position, modifierGroupIds, modifierGroups],
      ['standard', null, 0, [], []],
    );
  });

  test('an edit changes what it states, null takes a product out of its section', async () => {
    const group = await create();
    const menu = {
      taxCategory: 'hot-food',
      category: 'Mains',
      position: 7,
      modifierGroupIds: [group.id],
    };
    const { id } = await createProduct(menu);
    const before = await seen(anonymous, id);
    for (const [name, value] of Object.entries(menu)) assert.deepEqual(before[name], value);
    const renamed = await admin.patch(`/api/products/${id}`, { name: 'Renamed' });
    for (const [name, value] of Object.entries(menu)) {
      assert.deepEqual(renamed.json<Record<string, unknown>>()[name], value);
    }
    const cleared = { taxCategory: 'cold', category: null, position: 0, modifierGroupIds: [] };
    const after = (await admin.patch(`/api/products/${id}`, cleared)).json<typeof before>();
    for (const [name, value] of Object.entries(cleared)) assert.deepEqual(after[name], value);
    assert.deepEqual(after.modifierGroups, []);
    assert.equal(after.version, 3);
  });

  test('shows customers what can be chosen, and staff all modifiers with their products', async () => {
    const cheese = await createProduct({ onHand: 4 });
    const [extra, plain, retired] = [
      modifier({ sku: cheese.sku }),
      modifier(),
      modifier({ active: false }),
    ];
    const group = await create({ modifiers: [extra, plain, retired] });
    const { id } = await createProduct({ modifierGroupIds: [group.id] });
    const base = ({ code, name }: typeof extra) => ({ code, name, price, quantityMax: 1 });
    const chosen = [
      { ...base(extra), available: 4 },
      { ...base(plain), available: null },
    ];
    const full = [
      { ...chosen[0], sku: cheese.sku, active: true },
      { ...chosen[1], sku: null, active: true },
      { ...base(retired), available: null, sku: null, active: false },
    ];
    const { name } = group;
    for (const [session, modifiers] of [
      [anonymous, chosen],
      [customer, chosen],
      [kitchen, full],
      [admin, full],
    ] as const) {
      const expected = [{ id: group.id, name, min: 0, max: 3, modifiers }];
      assert.deepEqual((await seen(session, id)).modifierGroups, expected);
      const list = await session.get('/api/products?limit=100');
      const { data } = list.json<{ data: { id: string; modifierGroups: object[] }[] }>();
      assert.deepEqual(data.find((one) => one.id === id)?.modifierGroups, expected);
    }
  });

  test('refuses an invalid menu and names the field', async () => {
    const { id } = await createProduct();
    const group = await create();
    const unknown = '01980000-0000-7000-8000-000000000000';
    const cases: [object, string][] = [
      [{ taxCategory: '' }, '/taxCategory'],
      [{ taxCategory: 'Reduced' }, '/taxCategory'],
      [{ taxCategory: '-reduced' }, '/taxCategory'],
      [{ taxCategory: 'r'.repeat(41) }, '/taxCategory'],
      [{ taxCategory: null }, '/taxCategory'],
      [{ category: '' }, '/category'],
      [{ category: 'C'.repeat(61) }, '/category'],
      [{ category: 'Mains\nDrinks' }, '/category'],
      [{ category: 1 }, '/category'],
      [{ position: -1 }, '/position'],
      [{ position: 1.5 }, '/position'],
      [{ position: 1_000_001 }, '/position'],
      [{ position: null }, '/position'],
      [{ modifierGroupIds: null }, '/modifierGroupIds'],
      [{ modifierGroupIds: ['HOT'] }, '/modifierGroupIds/0'],
      [{ modifierGroupIds: [group.id, group.id] }, '/modifierGroupIds'],
      [{ modifierGroupIds: [group.id, unknown] }, '/modifierGroupIds/1'],
      [
        {
          modifierGroupIds: Array.from(
            { length: 21 },
            (_, index) => `01980000-0000-7000-8000-0000000000${10 + index}`,
          ),
        },
        '/modifierGroupIds',
      ],
      [{ modifierGroups: [] }, '/modifierGroups'],
    ];
    for (const [wrong, pointer] of cases) {
      const input = { sku: 'WRONG', name: 'Wrong', price, ...wrong };
      isProblem(await admin.post('/api/products', input), 400, 'request.invalid', pointer);
      const reply = await admin.patch(`/api/products/${id}`, wrong);
      isProblem(reply, 400, 'request.invalid', pointer);
    }
  });
});
