import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { assertProblem, createRule } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';

const server = await startTestServer(await testDatabase());
const admin = await server.asAdmin();
const PATH = '/api/charges';

const pounds = (amount: number) => ({ amount, currency: 'GBP' });
const body = { name: 'Delivery', kind: 'DELIVERY', amount: pounds(350) };

describe('charges', () => {
  test('show every field, what was left out as null', async () => {
    const { id, version, createdAt, updatedAt, ...plain } = await createRule(admin, PATH, body);
    assert.deepEqual(plain, {
      ...body,
      percent: null,
      fulfilmentTypes: null,
      belowSubtotal: null,
      freeFrom: null,
      postalCodes: null,
      taxCategory: 'standard',
      active: true,
    });
    const full = {
      name: 'Service',
      kind: 'SERVICE',
      amount: null,
      percent: '12.5',
      fulfilmentTypes: ['DINE_IN'],
      belowSubtotal: pounds(1),
      freeFrom: pounds(1_000_000_000_000_000),
      postalCodes: null,
      taxCategory: 'service',
      active: false,
    };
    const created = await createRule(admin, PATH, full);
    assert.deepEqual({ ...created, ...full }, created);
  });

  test('postal codes are stored without blanks around them, in upper case, each once', async () => {
    const postalCodes = [' yo1 ', 'YO1', 'Yo10  5dd', 'w1\u00a0'];
    const { id, postalCodes: stored } = await createRule(admin, PATH, { ...body, postalCodes });
    assert.deepEqual(stored, ['YO1', 'YO10 5DD', 'W1']);
    const cleared = await admin.patch(`${PATH}/${id}`, { postalCodes: null });
    assert.equal(cleared.json<{ postalCodes: null }>().postalCodes, null);
  });

  test('up to 1,000 postal codes are accepted', async () => {
    const postalCodes = Array.from({ length: 1000 }, (_, index) => `P${index}`);
    const { postalCodes: stored } = await createRule(admin, PATH, { ...body, postalCodes });
    assert.deepEqual(stored, postalCodes);
    const hyphens = await admin.post(PATH, { ...body, postalCodes: ['YO1', '--'] });
    assert.deepEqual(
      [hyphens.status, hyphens.json<{ errors: { pointer: string }[] }>().errors[0]!.pointer],
      [400, '/postalCodes/1'],
    );
    const more = await admin.post(PATH, { ...body, postalCodes: [...postalCodes, 'X'] });
    assertProblem(more, 400, 'request.invalid', '/postalCodes');
  });

  test('refuse fields out of range and name them', async () => {
    const eur = { amount: 1, currency: 'EUR' };
    const cases: [object, string][] = [
      [{ kind: 'OTHER' }, '/kind'],
      [{ kind: null }, '/kind'],
      [{ amount: pounds(-1) }, '/amount/amount'],
      [{ amount: pounds(100_000_001) }, '/amount/amount'],
      [{ amount: pounds(1.5) }, '/amount/amount'],
      [{ amount: { amount: 1 } }, '/amount/currency'],
      [{ amount: eur }, '/amount/currency'],
      [{ amount: { ...pounds(1), other: 1 } }, '/amount/other'],
      [{ amount: 350 }, '/amount'],
      [{ amount: null }, '/amount'],
      [{ percent: '10' }, '/percent'],
      [{ amount: null, percent: '100.0001' }, '/percent'],
      [{ amount: null, percent: '1.00001' }, '/percent'],
      [{ belowSubtotal: pounds(0) }, '/belowSubtotal/amount'],
      [{ belowSubtotal: pounds(1_000_000_000_000_001) }, '/belowSubtotal/amount'],
      [{ belowSubtotal: eur }, '/belowSubtotal/currency'],
      [{ freeFrom: pounds(-1) }, '/freeFrom/amount'],
      [{ freeFrom: pounds(1_000_000_000_000_001) }, '/freeFrom/amount'],
      [{ freeFrom: eur }, '/freeFrom/currency'],
      [{ fulfilmentTypes: [] }, '/fulfilmentTypes'],
      [{ postalCodes: [] }, '/postalCodes'],
      [{ postalCodes: [''] }, '/postalCodes/0'],
      [{ postalCodes: [' '] }, '/postalCodes/0'],
      [{ postalCodes: ['x'.repeat(21)] }, '/postalCodes/0'],
      [{ postalCodes: [1] }, '/postalCodes/0'],
      [{ kind: 'SERVICE', postalCodes: ['YO1'] }, '/postalCodes'],
      [{ taxCategory: 'Standard' }, '/taxCategory'],
      [{ active: null }, '/active'],
    ];
    for (const [rest, pointer] of cases) {
      assertProblem(await admin.post(PATH, { ...body, ...rest }), 400, 'request.invalid', pointer);
    }
  });

  test('a change is checked as a whole, and null clears what may be null', async () => {
    const { id } = await createRule(admin, PATH, { ...body, postalCodes: ['YO1'] });
    const patch = (change: object) => admin.patch(`${PATH}/${id}`, change);
    assertProblem(await patch({ kind: 'SERVICE' }), 400, 'request.invalid', '/postalCodes');
    assertProblem(await patch({ amount: null }), 400, 'request.invalid', '/amount');
    assertProblem(await patch({ percent: '10' }), 400, 'request.invalid', '/percent');
    const changed = await patch({
      kind: 'SERVICE',
      postalCodes: null,
      amount: null,
      percent: '10.0',
      freeFrom: pounds(5_000),
    });
    assert.equal(changed.status, 200, changed.text);
    const { percent, amount, freeFrom } = changed.json();
    assert.deepEqual(
      { percent, amount, freeFrom },
      { percent: '10', amount: null, freeFrom: pounds(5_000) },
    );
    assert.equal((await patch({ freeFrom: null })).json().freeFrom, null);
  });
});
