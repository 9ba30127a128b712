import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pricePlainOrder, requirePriced } from '../../../src/modules/pricing/index.ts';
import { CodedError } from '../../../src/shared/errors.ts';
import {
  currencyExponent,
  formatDecimal,
  LINES_MAX,
  PRICE_MINOR_MAX,
  QUANTITY_MAX,
  TOTAL_MINOR_MAX,
} from '../../../src/shared/money.ts';

const line = fc.record(
  {
    sku: fc.string({ maxLength: 5 }),
    quantity: fc.integer({ min: 1, max: QUANTITY_MAX }),
    unitPriceMinor: fc.integer({ min: 0, max: PRICE_MINOR_MAX }),
  },
  { noNullPrototype: true },
);
const order = fc.record({
  currency: fc.constantFrom('JPY', 'GBP', 'KWD'),
  lines: fc.array(line, { maxLength: LINES_MAX }),
});

/** A line of any size, as a caller with other limits may send. */
const hugeLine = fc.record({
  quantity: fc.maxSafeNat(),
  unitPriceMinor: fc.maxSafeNat(),
});

/** Converts `12.95` to 12950000 millionths, so that currencies with any number of decimals are compared as read. */
function millionths(amountMinor: number, currency: string): bigint {
  const [whole = '', fraction = ''] = formatDecimal(amountMinor, currency).split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}

describe('pricePlainOrder', () => {
  test('the parts add up, as written in currencies with no, two and three decimals', () => {
    assert.deepEqual(['JPY', 'GBP', 'KWD'].map(currencyExponent), [0, 2, 3]);
    fc.assert(
      fc.property(order, (input) => {
        const { currency, lines, subtotalMinor, totalMinor } = requirePriced(
          pricePlainOrder(input),
        );
        const written = (amountMinor: number) => millionths(amountMinor, currency);
        let sum = 0n;
        for (const { quantity, unitPriceMinor, totalMinor: lineTotal } of lines) {
          assert.equal(written(lineTotal), BigInt(quantity) * written(unitPriceMinor));
          sum += written(lineTotal);
        }
        assert.equal(written(subtotalMinor), sum);
        assert.equal(totalMinor, subtotalMinor);
      }),
    );
  });

  test('the order of the lines changes no amount, and the lines keep their order and all their fields', () => {
    const withPlaces = order.chain(({ currency, lines }) =>
      fc
        .shuffledSubarray([...lines.keys()], { minLength: lines.length })
        .map((places) => ({ currency, lines, places })),
    );
    fc.assert(
      fc.property(withPlaces, ({ currency, lines, places }) => {
        const straight = requirePriced(pricePlainOrder({ currency, lines }));
        const shuffled = requirePriced(
          pricePlainOrder({ currency, lines: places.map((place) => lines[place]!) }),
        );
        assert.equal(shuffled.totalMinor, straight.totalMinor);
        assert.deepEqual(
          shuffled.lines,
          places.map((place) => straight.lines[place]),
        );
        assert.deepEqual(
          straight.lines.map(({ sku, quantity, unitPriceMinor }) => ({
            sku,
            quantity,
            unitPriceMinor,
          })),
          lines,
        );
      }),
    );
  });

  test('splitting a line changes no total', () => {
    fc.assert(
      fc.property(line, fc.nat(), ({ unitPriceMinor, quantity }, at) => {
        const first = 1 + (at % quantity);
        const parts = [first, quantity - first].filter((units) => units > 0);
        const total = (quantities: number[]) =>
          requirePriced(
            pricePlainOrder({
              currency: 'GBP',
              lines: quantities.map((units) => ({ unitPriceMinor, quantity: units })),
            }),
          ).totalMinor;
        assert.equal(total(parts), total([quantity]));
      }),
    );
  });

  test('no amount is negative or inexact, and no total exceeds the maximum', () => {
    const lines = fc.array(fc.oneof(line, hugeLine), { maxLength: LINES_MAX });
    fc.assert(
      fc.property(lines, (input) => {
        const exactTotal = input.reduce(
          (sum, { quantity, unitPriceMinor }) => sum + BigInt(quantity) * BigInt(unitPriceMinor),
          0n,
        );
        const pricing = pricePlainOrder({ currency: 'GBP', lines: input });
        if (exactTotal > BigInt(TOTAL_MINOR_MAX)) {
          assert.deepEqual(pricing, { kind: 'refused', refusals: [{ kind: 'total_too_large' }] });
          return;
        }
        const { lines: priced, subtotalMinor, totalMinor } = requirePriced(pricing);
        assert.equal(BigInt(totalMinor), exactTotal);
        for (const amount of [subtotalMinor, ...priced.map((one) => one.totalMinor)]) {
          assert.ok(Number.isSafeInteger(amount) && amount >= 0);
        }
      }),
    );
  });

  test('a hundred lines of the largest quantity and price get their exact total', () => {
    const largest = { quantity: QUANTITY_MAX, unitPriceMinor: PRICE_MINOR_MAX };
    const lines = Array.from({ length: LINES_MAX }, () => largest);
    const { totalMinor } = requirePriced(pricePlainOrder({ currency: 'KWD', lines }));
    assert.equal(BigInt(totalMinor), 100n * 10_000n * 100_000_000n);
  });

  test('an order without lines costs nothing', () => {
    const { lines, totalMinor } = requirePriced(pricePlainOrder({ currency: 'GBP', lines: [] }));
    assert.deepEqual([lines, totalMinor], [[], 0]);
  });

  test('a total that is too large is refused', () => {
    const pricing = pricePlainOrder({
      currency: 'GBP',
      lines: [{ quantity: 2, unitPriceMinor: TOTAL_MINOR_MAX }],
    });
    assert.throws(
      () => requirePriced(pricing),
      (error) => error instanceof CodedError && error.code === 'request.invalid',
    );
  });
});
