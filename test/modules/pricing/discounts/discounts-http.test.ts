import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  findRules,
  findUses,
  holdUses,
  releaseUses,
} from '../../../../src/modules/pricing/index.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { assertProblem, createRule } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';

// The uses belong to no orders.
const db = await testDatabase({ invariants: false });
const server = await startTestServer(db);
const admin = await server.asAdmin();
const PATH = '/api/discounts';

const pounds = (amount: number) => ({ amount, currency: 'GBP' });
const percent = { name: '10 % off', kind: 'PERCENT', percent: '10', scope: 'ORDER' };
const amount = { name: 'A pound off', kind: 'AMOUNT', amount: pounds(100), scope: 'LINES' };
const freeDelivery = { name: 'Free delivery', kind: 'FREE_DELIVERY' };

const use = (discountId: string) => ({ orderId: newId(), discountId, customerId: newId() });

describe('discounts', () => {
  test('show every field, what was left out as null', async () => {
    const { id, version, createdAt, updatedAt, ...plain } = await createRule(admin, PATH, percent);
    assert.deepEqual(plain, {
      ...percent,
      code: null,
      amount: null,
      skus: null,
      categories: null,
      minimumSubtotal: null,
      startsAt: null,
      endsAt: null,
      usesMax: null,
      uses: 0,
      usesPerCustomerMax: null,
      firstOrderOnly: false,
      combines: false,
      active: true,
    });
    const full = {
      ...amount,
      code: 'Lunch.2026_a-b',
      percent: null,
      skus: ['PILAU-RICE', 'NAAN'],
      categories: null,
      minimumSubtotal: pounds(1_000),
      startsAt: '2026-01-01T00:00:00.000Z',
      endsAt: '2026-01-01T00:00:00.001Z',
      usesMax: 100,
      usesPerCustomerMax: 1,
      firstOrderOnly: true,
      combines: true,
      active: false,
    };
    const created = await createRule(admin, PATH, full);
    assert.deepEqual({ ...created, ...full }, created);
    const again = await admin.patch(`${PATH}/${created.id}`, full);
    assert.equal(again.json<{ version: number }>().version, 1);
    const sections = { ...amount, categories: ['Mains', 'Süßes'] };
    assert.deepEqual((await createRule(admin, PATH, sections)).categories, sections.categories);
    assert.equal((await createRule(admin, PATH, freeDelivery)).scope, null);
  });

  test('a time with an offset is shown in UTC', async () => {
    const startsAt = '2026-06-01T12:00:00+02:00';
    const created = await createRule(admin, PATH, { ...percent, startsAt });
    assert.equal(created.startsAt, '2026-06-01T10:00:00.000Z');
  });

  test('refuse fields out of range and name them', async () => {
    const eur = { amount: 1, currency: 'EUR' };
    const many = Array.from({ length: 201 }, (_, index) => `S${index}`);
    const cases: [object, string][] = [
      ...[
        '',
        ' TEN',
        'TEN ',
        'TE N',
        '-TEN',
        'ТEN',
        'TEN\n',
        'T'.repeat(41),
        'TĘN',
        'ＴEN',
        10,
      ].map((code): [object, string] => [{ ...percent, code }, '/code']),
      [{ ...percent, kind: 'OTHER' }, '/kind'],
      ...['100.0001', '-1', '1.00001', '', 10].map((text): [object, string] => [
        { ...percent, percent: text },
        '/percent',
      ]),
      [{ ...percent, percent: null }, '/percent'],
      [{ ...percent, amount: pounds(1) }, '/amount'],
      [{ ...percent, scope: null }, '/scope'],
      [{ ...percent, scope: 'BOTH' }, '/scope'],
      [{ ...amount, amount: null }, '/amount'],
      [{ ...amount, amount: pounds(0) }, '/amount/amount'],
      [{ ...amount, amount: pounds(100_000_001) }, '/amount/amount'],
      [{ ...amount, amount: eur }, '/amount/currency'],
      [{ ...amount, percent: '10' }, '/percent'],
      [{ ...freeDelivery, percent: '10' }, '/percent'],
      [{ ...freeDelivery, amount: pounds(1) }, '/amount'],
      [{ ...freeDelivery, scope: 'ORDER' }, '/scope'],
      [{ ...freeDelivery, skus: ['A'] }, '/skus'],
      [{ ...percent, skus: ['A'] }, '/skus'],
      [{ ...percent, categories: ['A'] }, '/categories'],
      [{ ...amount, skus: ['A'], categories: ['A'] }, '/categories'],
      [{ ...amount, skus: [] }, '/skus'],
      [{ ...amount, skus: ['A', 'A'] }, '/skus'],
      [{ ...amount, skus: ['-'] }, '/skus/0'],
      [{ ...amount, skus: many }, '/skus'],
      [{ ...amount, categories: [] }, '/categories'],
      [{ ...amount, categories: [' '] }, '/categories/0'],
      [{ ...amount, categories: ['x'.repeat(61)] }, '/categories/0'],
      [{ ...amount, categories: many }, '/categories'],
      [{ ...percent, minimumSubtotal: pounds(-1) }, '/minimumSubtotal/amount'],
      [{ ...percent, minimumSubtotal: pounds(1e15 + 1) }, '/minimumSubtotal/amount'],
      [{ ...percent, minimumSubtotal: eur }, '/minimumSubtotal/currency'],
      [{ ...percent, startsAt: 'tomorrow' }, '/startsAt'],
      [{ ...percent, endsAt: '2026-02-30T00:00:00Z' }, '/endsAt'],
      [
        { ...percent, startsAt: '2026-01-01T00:00:00Z', endsAt: '2026-01-01T01:00:00+01:00' },
        '/endsAt',
      ],
      [{ ...percent, usesMax: 0 }, '/usesMax'],
      [{ ...percent, usesMax: 1_000_000_001 }, '/usesMax'],
      [{ ...percent, usesPerCustomerMax: 0 }, '/usesPerCustomerMax'],
      [{ ...percent, usesPerCustomerMax: 1_000_001 }, '/usesPerCustomerMax'],
      [{ ...percent, firstOrderOnly: null }, '/firstOrderOnly'],
      [{ ...percent, combines: 'yes' }, '/combines'],
      [{ ...percent, uses: 1 }, '/uses'],
    ];
    for (const [input, pointer] of cases) {
      assertProblem(await admin.post(PATH, input), 400, 'request.invalid', pointer);
    }
  });

  test('state the form of a code or SKU that does not have it', async () => {
    const codes = [
      [{ ...percent, code: 'TEN %' }, 'Up to 40 letters, digits, dots, underscores and hyphens'],
      [{ ...amount, skus: ['-'] }, 'Up to 64 letters, digits, dots, underscores and hyphens'],
    ] as const;
    for (const [input, form] of codes) {
      const { detail } = (await admin.post(PATH, input)).json<{ errors: { detail: string }[] }>()
        .errors[0]!;
      assert.ok(detail.startsWith(`does not have the expected form: ${form}`), detail);
    }
  });

  test('a change is checked as a whole, and null clears what may be null', async () => {
    const { id } = await createRule(admin, PATH, { ...amount, code: 'WHOLE', skus: ['A'] });
    const patch = (change: object) => admin.patch(`${PATH}/${id}`, change);
    assertProblem(await patch({ scope: 'ORDER' }), 400, 'request.invalid', '/skus');
    assertProblem(await patch({ categories: ['A'] }), 400, 'request.invalid', '/categories');
    const several = await patch({ kind: 'FREE_DELIVERY' });
    assert.deepEqual(
      several.json<{ errors: { pointer: string }[] }>().errors.map(({ pointer }) => pointer),
      ['/amount', '/scope'],
    );
    const cleared = { kind: 'FREE_DELIVERY', amount: null, scope: null, skus: null, code: null };
    const changed = await patch(cleared);
    assert.equal(changed.status, 200, changed.text);
    const discount = changed.json();
    assert.deepEqual({ ...discount, ...cleared }, discount);
  });

  test('a code belongs to one discount, however it is written', async () => {
    await createRule(admin, PATH, { ...percent, code: 'Taken' });
    const taken = await admin.post(PATH, { ...percent, code: 'tAKEN' });
    assertProblem(taken, 409, 'discounts.code_taken');
    const { id } = await createRule(admin, PATH, { ...percent, code: 'FREE-NOW' });
    assertProblem(
      await admin.patch(`${PATH}/${id}`, { code: 'TAKEN' }),
      409,
      'discounts.code_taken',
    );
    assert.equal((await admin.patch(`${PATH}/${id}`, { code: 'free-now' })).status, 200);
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        admin.post(PATH, { ...percent, code: index % 2 === 0 ? 'RACE' : 'race' }),
      ),
    );
    const statuses = replies.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array.from({ length: 9 }, () => 409)]);
  });

  test('one that orders use is not deleted, and its limit does not fall below the uses', async () => {
    const { id } = await createRule(admin, PATH, { ...percent, usesMax: 10 });
    const uses = [use(id), use(id), use(id)];
    await db.database.transaction((tx) => holdUses(tx, uses));
    const read = await admin.get(`${PATH}/${id}`);
    const { uses: shown, version } = read.json<{ uses: number; version: number }>();
    assert.deepEqual({ shown, version }, { shown: 3, version: 1 });
    assertProblem(await admin.delete(`${PATH}/${id}`), 409, 'discounts.in_use');
    const below = await admin.patch(`${PATH}/${id}`, { usesMax: 2 });
    assertProblem(below, 409, 'discounts.below_uses');
    assert.equal(below.json<{ uses: number }>().uses, 3);
    assert.equal((await admin.patch(`${PATH}/${id}`, { usesMax: 3 })).status, 200);
    const orderIds = uses.map(({ orderId }) => orderId);
    await db.database.transaction((tx) => releaseUses(tx, orderIds));
    assert.equal((await admin.delete(`${PATH}/${id}`)).status, 204);
  });

  test('a limit that falls while orders use the discount is never exceeded', async () => {
    const { id } = await createRule(admin, PATH, { ...percent, usesMax: 40 });
    const orders = Array.from({ length: 40 }, () =>
      db.database.transaction((tx) => holdUses(tx, [use(id)])).catch(() => {}),
    );
    const changes = [30, 20, 10].map((usesMax) => admin.patch(`${PATH}/${id}`, { usesMax }));
    await Promise.all(orders);
    for (const reply of await Promise.all(changes)) assert.ok([200, 409].includes(reply.status));
    const [counted] = await findUses(db.database, [id]);
    const { usesMax } = (await admin.get(`${PATH}/${id}`)).json<{ usesMax: number }>();
    assert.ok(counted!.uses <= usesMax, `${counted!.uses} of ${usesMax}`);
  });

  test('at most 50 without a code are active, also if several are created or switched on at once', async () => {
    const shopDb = await testDatabase();
    const shop = await startTestServer(shopDb);
    const owner = await shop.asAdmin();
    const automatic = { ...percent, active: true };
    const off = [];
    for (let count = 0; count < 3; count += 1) {
      off.push(await createRule(owner, PATH, { ...percent, active: false }));
    }
    const named = await createRule(owner, PATH, { ...percent, code: 'NAMED' });
    for (let count = 0; count < 48; count += 1) await createRule(owner, PATH, automatic);
    const replies = await Promise.all([
      owner.post(PATH, automatic),
      owner.post(PATH, automatic),
      ...off.map(({ id }) => owner.patch(`${PATH}/${id}`, { active: true })),
      owner.patch(`${PATH}/${named.id}`, { code: null }),
    ]);
    const refused = replies.filter(({ status }) => status >= 400);
    assert.equal(refused.length, 4);
    for (const reply of refused) assertProblem(reply, 400, 'request.invalid', '/active');
    assert.equal((await findRules(shopDb.database)).discounts.length, 50);

    await createRule(owner, PATH, { ...percent, code: 'ANOTHER' });
    await createRule(owner, PATH, { ...percent, active: false });
    const [one] = (await owner.get(`${PATH}?limit=100`))
      .json<{ data: { id: string; active: boolean; code: null }[] }>()
      .data.filter(({ active, code }) => active && code === null);
    assert.equal((await owner.patch(`${PATH}/${one!.id}`, { name: 'Renamed' })).status, 200);
    assert.equal((await owner.patch(`${PATH}/${one!.id}`, { active: false })).status, 200);
    await createRule(owner, PATH, automatic);
  });
});
