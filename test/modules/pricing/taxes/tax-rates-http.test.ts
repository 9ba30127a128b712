import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { assertProblem, createRule } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';

const server = await startTestServer(await testDatabase());
const admin = await server.asAdmin();
const PATH = '/api/tax-rates';

const body = { name: 'VAT', percent: '20' };
let categories = 0;
function newCategory(): string {
  categories += 1;
  return `category-${categories}`;
}

describe('tax rates', () => {
  test('show every field, and a percentage without needless zeros', async () => {
    const { id, version, createdAt, updatedAt, ...rate } = await createRule(admin, PATH, body);
    assert.deepEqual(rate, {
      name: 'VAT',
      percent: '20',
      taxCategory: 'standard',
      fulfilmentTypes: null,
      active: true,
    });
    for (const [percent, shown] of [
      ['0', '0'],
      ['00.0', '0'],
      ['8.8750', '8.875'],
      ['007', '7'],
      ['100.0000', '100'],
      ['0.0001', '0.0001'],
    ]) {
      const taxCategory = newCategory();
      const created = await createRule(admin, PATH, { ...body, percent, taxCategory });
      assert.equal(created.percent, shown);
      const same = await admin.patch(`${PATH}/${created.id}`, { percent });
      assert.equal(same.json<{ version: number }>().version, 1);
    }
  });

  test('refuse a percentage, category or type that is out of range', async () => {
    const taxCategory = newCategory();
    for (const [field, values] of [
      ['percent', ['100.0001', '-1', '1.00001', '1.', '.5', '1,5', '1e1', ' 1', '١', '', 20, null]],
      ['taxCategory', ['', 'Standard', '-a', 'a b', 'а', 'a'.repeat(41), null, 1]],
      ['fulfilmentTypes', [[], ['PICKUP', 'PICKUP'], 'PICKUP']],
      ['active', ['true', 1, null]],
    ] as const) {
      for (const value of values) {
        const reply = await admin.post(PATH, { ...body, taxCategory, [field]: value });
        assertProblem(reply, 400, 'request.invalid', `/${field}`);
      }
    }
    const other = await admin.post(PATH, { ...body, taxCategory, fulfilmentTypes: ['OTHER'] });
    assertProblem(other, 400, 'request.invalid', '/fulfilmentTypes/0');
    assertProblem(await admin.post(PATH, { name: 'VAT' }), 400, 'request.invalid', '/percent');
  });

  test('at most one active rate covers a category and fulfilment type', async () => {
    const taxCategory = newCategory();
    const create = (rest: object) => admin.post(PATH, { ...body, taxCategory, ...rest });
    assert.equal((await create({ fulfilmentTypes: ['PICKUP', 'DINE_IN'] })).status, 201);
    assert.equal((await create({ fulfilmentTypes: ['DELIVERY'] })).status, 201);
    assertProblem(await create({}), 409, 'prices.rate_exists');
    const overlapping = await create({ fulfilmentTypes: ['SHIPMENT', 'DINE_IN'] });
    assertProblem(overlapping, 409, 'prices.rate_exists');
    const inactive = await create({ active: false });
    assert.equal(inactive.status, 201);
    const { id } = inactive.json<{ id: string }>();
    const activated = await admin.patch(`${PATH}/${id}`, { active: true });
    assertProblem(activated, 409, 'prices.rate_exists');
    const narrowed = { active: true, fulfilmentTypes: ['SHIPMENT'] };
    assert.equal((await admin.patch(`${PATH}/${id}`, narrowed)).status, 200);
    const widened = await admin.patch(`${PATH}/${id}`, { fulfilmentTypes: null });
    assertProblem(widened, 409, 'prices.rate_exists');
  });

  test('of concurrent active rates for the same category, one is created', async () => {
    const taxCategory = newCategory();
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => admin.post(PATH, { ...body, taxCategory })),
    );
    const statuses = replies.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array.from({ length: 9 }, () => 409)]);
  });
});
