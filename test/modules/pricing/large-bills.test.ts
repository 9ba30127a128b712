import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { priceOrder } from '../../../src/modules/pricing/index.ts';
import {
  LINES_MAX,
  PRICE_MINOR_MAX,
  QUANTITY_MAX,
  TOTAL_MINOR_MAX,
} from '../../../src/shared/money.ts';
import {
  allLines,
  amountOff,
  buildCharge,
  buildDiscount,
  buildLine,
  buildOrder,
  buildRate,
  percentOff,
  requireBill,
} from './build-order.ts';
import { exactChoice } from './exact-choice.ts';

const tooLarge = { kind: 'refused', refusals: [{ kind: 'total_too_large' }] };

/** Everything that multiplies, with four decimals. */
const rules = {
  taxRates: [buildRate('8.8751'), buildRate('99.9999', 'reduced')],
  discounts: [
    buildDiscount('order percent', percentOff('33.3333')),
    buildDiscount('order amount', amountOff(PRICE_MINOR_MAX)),
    buildDiscount('line percent', percentOff('0.0001', allLines)),
    buildDiscount('line amount', amountOff(7, allLines)),
  ],
  charges: [buildCharge('service', '12.3457', { kind: 'SERVICE', taxCategory: 'standard' })],
};

describe('a large bill', () => {
  test('of a hundred lines with millions of minor units is exact to the last one', () => {
    const line = fc.record({
      quantity: fc.integer({ min: QUANTITY_MAX - 100, max: QUANTITY_MAX }),
      basePriceMinor: fc.integer({ min: 1_000_000, max: PRICE_MINOR_MAX }),
      taxCategory: fc.constantFrom('standard', 'reduced'),
    });
    const lines = fc.array(line, { minLength: LINES_MAX, maxLength: LINES_MAX });
    fc.assert(
      fc.property(lines, fc.boolean(), (chosen, pricesIncludeTax) => {
        const input = buildOrder(
          chosen.map(({ basePriceMinor, ...rest }) => buildLine(basePriceMinor, rest)),
          { ...rules, pricesIncludeTax, tipMinor: PRICE_MINOR_MAX },
        );
        const bill = requireBill(input);
        const exact = exactChoice(input);
        assert.equal(BigInt(bill.totalMinor), exact.total);
        assert.deepEqual(
          [...bill.lines, ...bill.charges].map(({ taxMinor }) => BigInt(taxMinor)),
          exact.taxOfItem,
        );
        assert.deepEqual(
          bill.lines.map(({ discountMinor }) => BigInt(discountMinor)),
          exact.discountOfLine,
        );
      }),
      { numRuns: 50 },
    );
  });

  test('near the largest total is exact, and refused above it', () => {
    const line = fc.record({
      quantity: fc.integer({ min: 1, max: QUANTITY_MAX }),
      modifier: fc.integer({ min: PRICE_MINOR_MAX - 1_000, max: PRICE_MINOR_MAX }),
    });
    const lines = fc.array(line, { minLength: 1, maxLength: 12 });
    let refused = 0;
    fc.assert(
      fc.property(lines, fc.boolean(), (chosen, pricesIncludeTax) => {
        const input = buildOrder(
          chosen.map(({ quantity, modifier }) =>
            buildLine(PRICE_MINOR_MAX, {
              quantity,
              modifiers: [{ quantity: 300, unitPriceMinor: modifier }],
            }),
          ),
          { ...rules, pricesIncludeTax },
        );
        const pricing = priceOrder(input);
        const gross = input.lines.reduce(
          (sum, { quantity, modifiers }) =>
            sum +
            BigInt(quantity) *
              (BigInt(PRICE_MINOR_MAX) + 300n * BigInt(modifiers[0]!.unitPriceMinor)),
          0n,
        );
        const { total } = exactChoice(input);
        if (gross > BigInt(TOTAL_MINOR_MAX) || total > BigInt(TOTAL_MINOR_MAX)) {
          refused += 1;
          assert.deepEqual(pricing, tooLarge);
        } else {
          assert.ok(pricing.kind === 'priced');
          assert.equal(BigInt(pricing.totalMinor), total);
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(refused > 0);
  });

  test('costs exactly the largest total at most, with charges, taxes and tip', () => {
    const lines = [buildLine(TOTAL_MINOR_MAX - 5)];
    assert.deepEqual(priceOrder(buildOrder([buildLine(TOTAL_MINOR_MAX + 1)])), tooLarge);
    assert.equal(requireBill(buildOrder(lines, { tipMinor: 5 })).totalMinor, TOTAL_MINOR_MAX);
    const beyond = [
      { tipMinor: 6 },
      { charges: [buildCharge('delivery', 6)] },
      { pricesIncludeTax: false, taxRates: [buildRate('0.0001')] },
    ];
    for (const options of beyond)
      assert.deepEqual(priceOrder(buildOrder(lines, options)), tooLarge);
  });

  test('of no lines costs nothing', () => {
    const { lines, totalMinor } = requireBill(buildOrder([]));
    assert.deepEqual([lines, totalMinor], [[], 0]);
  });
});
