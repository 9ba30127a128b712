import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  allLines,
  amountOff,
  buildBill,
  buildDiscount,
  buildLine,
  buildRate,
  percentOff,
  summarise,
} from './build-order.ts';

/** Published examples of other systems and of authorities. Where ours differs, decision 35 says why. */

const onTop = (percent: string) => ({ pricesIncludeTax: false, taxRates: [buildRate(percent)] });
const included = (percent: string) => ({ pricesIncludeTax: true, taxRates: [buildRate(percent)] });
const taxOf = (lines: readonly number[], options: ReturnType<typeof onTop>) =>
  buildBill(
    lines.map((price) => buildLine(price)),
    options,
  ).taxes[0]!.amountMinor;

/** Source: https://docs.clover.com/docs/calculating-order-totals */
describe('Clover, "Calculate order totals"', () => {
  test('a modifier is part of the price from which a discount of a line is taken', () => {
    const modifiers = [
      { quantity: 1, unitPriceMinor: 100 }, // avocado
      { quantity: 1, unitPriceMinor: 100 }, // tofu
    ];
    const bill = buildBill(
      [
        buildLine(1_200, { sku: 'CAESAR', modifiers }),
        buildLine(1_000, { sku: 'GREEK', modifiers }),
      ],
      {
        discounts: [
          buildDiscount('Lunch deal', amountOff(100, { kind: 'skus', skus: new Set(['CAESAR']) })),
          buildDiscount('25 % off', percentOff('25', { kind: 'skus', skus: new Set(['GREEK']) })),
        ],
      },
    );
    assert.deepEqual(
      bill.lines.map(({ totalMinor, chargedMinor }) => [totalMinor, chargedMinor]),
      [
        [1_400, 1_300],
        [1_200, 900],
      ],
    );
    assert.equal(bill.totalMinor, 2_200);
  });

  test('fractions of a cent are rounded half up', () => {
    // $33.455 and $33.654
    assert.equal(taxOf([66_910], onTop('5')), 3_346);
    assert.equal(taxOf([67_308], onTop('5')), 3_365);
  });

  test('an amount off four items of one rate: tax of 151.5525 cents is 152, not the sum of less exact parts', () => {
    // Source: Clover developer community, "Taxes with amount discounts off by $0.01"
    const bill = buildBill(
      [550, 500, 750, 650].map((price) => buildLine(price)),
      { ...onTop('8.25'), discounts: [buildDiscount('off', amountOff(613))] },
    );
    assert.deepEqual(summarise(bill).taxes, [['8.25', 1_837, 152]]);
  });

  test('a discount of the order also belongs to an untaxed line, one of the taxed lines does not', () => {
    // Source: https://community.clover.com/questions/30241/tax-calculation-on-an-order.html
    const lines = [
      buildLine(1_810, { category: 'food' }),
      buildLine(245, { category: 'food' }),
      buildLine(500, { category: 'delivery', taxCategory: 'untaxed' }),
    ];
    const food = { kind: 'categories', categories: new Set(['food']) } as const;
    const taxed = (effect: ReturnType<typeof amountOff>) =>
      buildBill(lines, { ...onTop('8.25'), discounts: [buildDiscount('off', effect)] }).taxes[0]!
        .amountMinor;
    assert.equal(taxed(amountOff(206)), 156);
    assert.equal(taxed(percentOff('10', food)), 153);
  });
});

describe('Square', () => {
  test('rounds 0.505 half to even, to 0.50; here it is 0.51', () => {
    // Source: https://developer.squareup.com/docs/orders-api/price-adjustments, "Rounding rules"
    assert.equal(taxOf([1_010], onTop('5')), 51);
  });

  test('a percentage is taken from the whole quantity of a line: 15 % off three at $3.25 is $8.29, off three lines $8.28', () => {
    // Source: https://community.squareup.com/t5/Orders-Menu-Items-Catalog/Simple-Rounding-Errors-Persist/m-p/808404
    const discounts = [buildDiscount('15 % off', percentOff('15', allLines))];
    const one = buildLine(325);
    assert.equal(buildBill([one], { discounts }).totalMinor, 276);
    assert.equal(buildBill([{ ...one, quantity: 3 }], { discounts }).totalMinor, 829);
    assert.equal(buildBill([one, one, one], { discounts }).totalMinor, 828);
  });
});

describe('HMRC', () => {
  test('VAT included in a price is the VAT fraction of it: 1/6 at 20 %, 7/47 at 17.5 %, 1/21 at 5 %', () => {
    // Source: VAT Notice 700, "VAT fraction"; HMRC manual VATREC12020: the VAT payable is the fraction of the consideration.
    assert.equal(taxOf([12_000], included('20')), 2_000);
    assert.equal(taxOf([11_750], included('17.5')), 1_750);
    assert.equal(taxOf([10_500], included('5')), 500);
  });

  test('less than half a penny is rounded down, half a penny or more up', () => {
    // Source: HMRC manual VATREC12030
    assert.equal(taxOf([1_002], onTop('20')), 200); // 200.4
    assert.equal(taxOf([1_003], onTop('20')), 201); // 200.6
    assert.equal(taxOf([10], onTop('5')), 1); // 0.5
    assert.equal(taxOf([9], onTop('5')), 0); // 0.45
    assert.equal(taxOf([3], included('20')), 1); // 0.5
  });

  test('a bill is rounded once per rate, neither per line nor down', () => {
    // Source: VAT Notice 700, section 17.5.1 allows invoice traders to round the total down; section 17.6 and VATREC12020
    // allow retailers no rounding down, and rounding up and down to the nearest penny.
    const bill = buildBill(
      [104, 104, 104].map((price) => buildLine(price)),
      included('20'),
    );
    assert.deepEqual(summarise(bill).taxes, [['20', 312, 52]]); // per line it would be 3 × 17 = 51
    assert.deepEqual(
      bill.lines.map(({ taxMinor }) => taxMinor),
      [18, 17, 17],
    );
  });
});

describe('sales tax of states of the USA', () => {
  test('is carried to the third decimal place and rounded up whenever that is greater than four', () => {
    // Source: Streamlined Sales and Use Tax Agreement, section 324; Rhode Island § 44-18.1-25; Washington RCW 82.08.054
    assert.equal(taxOf([1_099], onTop('6.25')), 69); // 0.686875
    assert.equal(taxOf([10_000], onTop('6.875')), 688); // 6.875
    assert.equal(taxOf([10_000], onTop('6.871')), 687); // 6.871
    assert.equal(taxOf([1_000], onTop('8.25')), 83); // 0.825
    assert.equal(taxOf([1_000], onTop('8.2499')), 82);
  });

  test('may be computed by invoice: two items of 0.825 cents of tax each owe 2 cents, which by item would be 2 as well, and three 2', () => {
    assert.equal(taxOf([10, 10], onTop('8.25')), 2); // 1.65
    assert.equal(taxOf([10, 10, 10], onTop('8.25')), 2); // 2.475; by item 3
  });
});

describe('commercetools, tax calculation mode', () => {
  test('is that of line items: 3 × $1.08 with 19 % is $3.86, not 3 × $1.29', () => {
    // Source: commercetools HTTP API, TaxCalculationMode
    const bill = buildBill([buildLine(108, { quantity: 3 })], onTop('19'));
    assert.equal(bill.totalMinor, 386);
  });
});

describe('Shopify, "Combining discounts"', () => {
  test('of two that do not combine, the better one for the customer applies', () => {
    // Source: https://help.shopify.com/en/manual/discounts/combining-discounts
    const socks = percentOff('20', { kind: 'categories', categories: new Set(['socks']) });
    const christmas = amountOff(3_000, { kind: 'skus', skus: new Set(['CHRISTMAS-SOCKS']) });
    const discounts = [
      buildDiscount('20 % off socks', socks, { combines: false }),
      buildDiscount('$30 off Christmas socks', christmas, { combines: false }),
    ];
    const applied = (basePriceMinor: number) =>
      summarise(
        buildBill([buildLine(basePriceMinor, { sku: 'CHRISTMAS-SOCKS', category: 'socks' })], {
          discounts,
        }),
      ).discounts;
    assert.deepEqual(applied(10_000), [['$30 off Christmas socks', 3_000]]);
    assert.deepEqual(applied(20_000), [['20 % off socks', 4_000]]);
    assert.deepEqual(applied(15_000), [['20 % off socks', 3_000]]);
  });
});
