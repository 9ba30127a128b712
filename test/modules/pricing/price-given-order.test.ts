import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type GivenAmounts, priceGivenOrder } from '../../../src/modules/pricing/index.ts';
import { parsePercent } from '../../../src/modules/pricing/proportion.ts';

const none: GivenAmounts = {
  discountMinor: 0,
  deliveryMinor: 0,
  taxMinor: 0,
  pricesIncludeTax: true,
  tipMinor: 0,
};

function priceOf(unitPriceMinor: number, amounts: Partial<GivenAmounts>) {
  const lines = [{ quantity: 1, unitPriceMinor }];
  return priceGivenOrder({ currency: 'GBP', lines, amounts: { ...none, ...amounts } });
}

const sum = (amounts: readonly number[]): number => amounts.reduce((all, one) => all + one, 0);

test('an order that was taken elsewhere costs what its lines and amounts add up to, part by part', () => {
  const amount = fc.oneof(fc.nat({ max: 20_000 }), fc.nat({ max: 100_000_000 }));
  const order = fc.record({
    lines: fc.array(
      fc.record({ quantity: fc.integer({ min: 1, max: 9 }), unitPriceMinor: amount }),
      { minLength: 1, maxLength: 6 },
    ),
    amounts: fc.record({
      discountMinor: amount,
      deliveryMinor: amount,
      taxMinor: amount,
      pricesIncludeTax: fc.boolean(),
      tipMinor: amount,
    }),
  });
  fc.assert(
    fc.property(order, ({ lines, amounts }) => {
      const { discountMinor, deliveryMinor, taxMinor, pricesIncludeTax, tipMinor } = amounts;
      const linesMinor = sum(lines.map((line) => line.quantity * line.unitPriceMinor));
      const taxedMinor = linesMinor - discountMinor + deliveryMinor;
      const netMinor = pricesIncludeTax ? taxedMinor - taxMinor : taxedMinor;
      const priced = priceGivenOrder({ currency: 'GBP', lines, amounts });
      if (priced.kind !== 'priced') {
        assert.ok(priced.kind === 'impossible_amount');
        const isRefused =
          priced.part === 'discount' ? discountMinor > linesMinor : taxMinor > netMinor;
        assert.ok(isRefused, priced.part);
        return;
      }
      const addedMinor = pricesIncludeTax ? 0 : taxMinor;
      assert.equal(priced.totalMinor, taxedMinor + addedMinor + tipMinor);
      assert.equal(sum(priced.discounts.map((one) => one.amountMinor)), discountMinor);
      assert.equal(sum(priced.charges.map((one) => one.amountMinor)), deliveryMinor);
      assert.equal(sum(priced.taxes.map((one) => one.amountMinor)), taxMinor);
      assert.equal(sum(priced.lines.map((one) => one.discountMinor)), discountMinor);
      const parts = [...priced.lines, ...priced.charges].map((one) => one.taxMinor);
      assert.equal(sum(parts), taxMinor);
      assert.ok(parts.every((part) => part >= 0));
      for (const { rule } of priced.taxes) assert.ok(parsePercent(rule.percent) !== null);
    }),
    { numRuns: 1_000 },
  );
});

test('the rate of a given tax is the one with the fewest decimals that yields it', () => {
  const percentOf = (unitPriceMinor: number, taxMinor: number, pricesIncludeTax: boolean) => {
    const priced = priceOf(unitPriceMinor, { taxMinor, pricesIncludeTax });
    return priced.kind === 'priced' ? priced.taxes[0]?.rule.percent : priced.kind;
  };
  assert.equal(percentOf(1_000, 167, true), '20');
  assert.equal(percentOf(1_000, 200, false), '20');
  assert.equal(percentOf(100_000, 8_875, false), '8.875');
  assert.equal(percentOf(2, 1, true), '100');
  assert.equal(percentOf(3, 3, false), '100');
  assert.equal(percentOf(3, 4, false), 'impossible_amount');
  assert.equal(percentOf(0, 1, true), 'impossible_amount');
  // No rate of four decimals yields a third of 20,000,000.00.
  assert.equal(percentOf(2_000_000_000, 666_666_667, false), '33.3333');
});

test('a given amount of 0 is no part of the bill', () => {
  const priced = priceOf(500, { pricesIncludeTax: false });
  assert.ok(priced.kind === 'priced');
  const { discounts, charges, taxes, pricesIncludeTax } = priced;
  assert.deepEqual(
    { discounts, charges, taxes, pricesIncludeTax },
    {
      discounts: [],
      charges: [],
      taxes: [],
      pricesIncludeTax: true,
    },
  );
});
