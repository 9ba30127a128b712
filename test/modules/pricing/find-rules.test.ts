import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  distinctCodes,
  findDiscountsByCode,
  findRules,
  lockDiscounts,
  normaliseCode,
  readPriceVersion,
  sortDiscounts,
  toDiscountRule,
} from '../../../src/modules/pricing/index.ts';
import { preparePostalArea } from '../../../src/modules/pricing/postal-area.ts';
import { testDatabase } from '../../support/database.ts';
import { addCharge, addDiscount, addTaxRate } from '../../support/pricing.ts';

// A discount counts uses that belong to no orders.
// The uses of a discount belong to no orders.
const { database } = await testDatabase({ invariants: false });

const EARLIER = '2025-01-01T00:00:00Z';

async function getVersion(): Promise<number> {
  return (await readPriceVersion(database))[0]!.version;
}

describe('the rules of the shop', () => {
  test('are those that are active and apply without being named, in the order of creation', async () => {
    const before = await getVersion();
    const reduced = { tax_category: 'reduced', percent: '8.8750' };
    const late = await addTaxRate(database);
    const early = await addTaxRate(database, { ...reduced, created_at: EARLIER });
    await addTaxRate(database, { active: false });
    const share = await addCharge(database, {
      kind: 'SERVICE',
      amount_minor: null,
      percent: '12.5',
      free_from_minor: 5_000,
      fulfilment_types: ['DINE_IN'],
    });
    const nearby = await addCharge(database, {
      postal_codes: ['YO1', 'YO2'],
      below_subtotal_minor: 10_000,
      created_at: EARLIER,
    });
    await addCharge(database, { active: false });
    const automatic = await addDiscount(database, { scope: 'LINES', skus: ['A', 'B'] });
    await addDiscount(database, { code: 'NAMED' });
    await addDiscount(database, { active: false });
    assert.ok((await getVersion()) > before);

    const rules = await findRules(database);
    assert.deepEqual(rules.taxRates, [
      {
        id: early,
        name: 'VAT',
        percent: '8.875',
        share: { numerator: 88_750, denominator: 1_000_000 },
        taxCategory: 'reduced',
        fulfilmentTypes: null,
      },
      {
        id: late,
        name: 'VAT',
        percent: '20',
        share: { numerator: 200_000, denominator: 1_000_000 },
        taxCategory: 'standard',
        fulfilmentTypes: null,
      },
    ]);
    assert.deepEqual(rules.charges, [
      {
        id: nearby,
        kind: 'DELIVERY',
        name: 'Delivery',
        price: { kind: 'amount', amountMinor: 350 },
        fulfilmentTypes: null,
        belowSubtotalMinor: 10_000,
        freeFromMinor: null,
        postalArea: preparePostalArea(['YO1', 'YO2']),
        taxCategory: 'standard',
      },
      {
        id: share,
        kind: 'SERVICE',
        name: 'Delivery',
        price: { kind: 'percent', share: { numerator: 125_000, denominator: 1_000_000 } },
        fulfilmentTypes: ['DINE_IN'],
        belowSubtotalMinor: null,
        freeFromMinor: 5_000,
        postalArea: null,
        taxCategory: 'standard',
      },
    ]);
    assert.deepEqual(
      rules.discounts.map(({ id, effect }) => [id, effect]),
      [
        [
          automatic,
          {
            kind: 'PERCENT',
            share: { numerator: 100_000, denominator: 1_000_000 },
            scope: { kind: 'LINES', matches: { kind: 'skus', skus: new Set(['A', 'B']) } },
          },
        ],
      ],
    );
  });
});

describe('discounts with a code', () => {
  test('raise no version, because they are never remembered, unless they lose or gain their code', async () => {
    const before = await getVersion();
    const id = await addDiscount(database, { code: 'UNREMEMBERED' });
    const change = (column: string) =>
      database.run(
        `test.change_discount_${column.replaceAll(/\W+/g, '_')}`,
        `update discounts set version = version + 1, ${column} where id = $1::uuid`,
        [id],
      );
    await change('active = false');
    assert.equal(await getVersion(), before);
    await change('code = null');
    const lost = await getVersion();
    assert.ok(lost > before);
    await change(`code = 'REMEMBERED'`);
    const gained = await getVersion();
    assert.ok(gained > lost);
    await database.run('test.delete_discount', 'delete from discounts where id = $1::uuid', [id]);
    assert.equal(await getVersion(), gained);
  });

  test('are found without case and blanks, active or not, in the order of creation', async () => {
    const lines = { kind: 'AMOUNT', percent: null, amount_minor: 50, scope: 'LINES' };
    const late = await addDiscount(database, {
      ...lines,
      code: 'Late-1',
      categories: ['Mains'],
      active: false,
      uses_max: 3,
      uses: 2,
      uses_per_customer_max: 2,
    });
    const free = { kind: 'FREE_DELIVERY', percent: null, scope: null };
    const early = await addDiscount(database, { ...free, code: 'EARLY.1', created_at: EARLIER });
    const codes = [' late-1 ', 'Early.1', 'missing'];
    const found = await findDiscountsByCode(database, codes);
    assert.deepEqual(
      found.map(({ id, code, active, uses }) => [id, code, active, uses]),
      [
        [early, 'EARLY.1', true, 0],
        [late, 'Late-1', false, 2],
      ],
    );
    assert.deepEqual(
      found.map(({ effect }) => effect),
      [
        { kind: 'FREE_DELIVERY' },
        {
          kind: 'AMOUNT',
          amountMinor: 50,
          scope: {
            kind: 'LINES',
            matches: { kind: 'categories', categories: new Set(['Mains']) },
          },
        },
      ],
    );
    const locked = await database.transaction((tx) =>
      lockDiscounts(tx, { ids: [late], codes: ['EARLY.1'] }),
    );
    assert.deepEqual(locked, found);
    assert.deepEqual(sortDiscounts(found.toReversed()), found);
    const [first, second] = found.map((one) =>
      toDiscountRule(one, { uses: one.uses, customerUses: 1 }),
    );
    assert.deepEqual([first!.usesLeft, first!.customerUsesLeft], [null, null]);
    assert.deepEqual([second!.usesLeft, second!.customerUsesLeft], [1, 1]);
  });

  test('a code is read without the blanks around it and counts once, however it is written', () => {
    assert.deepEqual(distinctCodes([' Ten ', 'TEN', 'ten', 'Other']), ['Ten', 'Other']);
    assert.equal(normaliseCode('\tTen\u00a0'), 'ten');
  });
});
