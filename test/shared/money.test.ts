import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  addMinor,
  currencyExponent,
  formatDecimal,
  isCurrency,
  parseDecimalMinor,
  percentOfMinor,
  sumMinor,
  TOTAL_MINOR_MAX,
  timesMinor,
} from '../../src/shared/money.ts';

describe('money', () => {
  test('a percentage is exact up to the largest total, rounded half up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: TOTAL_MINOR_MAX }),
        fc.integer({ min: 0, max: 100 }),
        (amountMinor, percent) => {
          const expected = (BigInt(amountMinor) * BigInt(percent) * 2n + 100n) / 200n;
          assert.equal(BigInt(percentOfMinor(amountMinor, percent)), expected);
        },
      ),
    );
    assert.equal(percentOfMinor(50, 5), 3);
    assert.equal(percentOfMinor(49, 5), 2);
  });

  test('parsing and formatting a decimal preserves the amount, for every exponent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }),
        fc.constantFrom('GBP', 'JPY', 'KWD'),
        (amountMinor, currency) => {
          assert.equal(
            parseDecimalMinor(formatDecimal(amountMinor, currency), currency),
            amountMinor,
          );
        },
      ),
    );
  });

  test('prices are read without binary fractions', () => {
    const read = ['12.95', '2.6', '0.5', '0.1', '19.99', '3', '1.100'].map((text) =>
      parseDecimalMinor(text, 'GBP'),
    );
    assert.deepEqual(read, [1295, 260, 50, 10, 1999, 300, 110]);
  });

  test('a text that needs rounding or is not a plain number is refused', () => {
    for (const text of [
      '1.005',
      '1,50',
      '1e3',
      '',
      '.5',
      '5.',
      '£3',
      'NaN',
      '1 2',
      '9999999999999999',
    ]) {
      assert.equal(parseDecimalMinor(text, 'GBP'), null, text);
    }
  });

  test('exceeding the exact integers throws instead of rounding', () => {
    assert.throws(() => sumMinor([Number.MAX_SAFE_INTEGER, 1]), RangeError);
  });

  test('an amount beyond the maximum of an order is not computed', () => {
    assert.equal(timesMinor(TOTAL_MINOR_MAX / 10, 10), TOTAL_MINOR_MAX);
    assert.equal(timesMinor(TOTAL_MINOR_MAX / 10, 11), null);
    assert.equal(timesMinor(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), null);
    assert.equal(addMinor(TOTAL_MINOR_MAX, 0), TOTAL_MINOR_MAX);
    assert.equal(addMinor(TOTAL_MINOR_MAX, 1), null);
  });

  test('exponents and codes follow ISO 4217', () => {
    assert.deepEqual(['GBP', 'JPY', 'KWD', 'CLF'].map(currencyExponent), [2, 0, 3, 4]);
    // Everyday prices in these omit the minor unit, and so does Intl.
    const differentFromIntl = ['HUF', 'TWD', 'COP', 'IDR', 'PKR', 'ALL', 'MGA'];
    assert.deepEqual([...new Set(differentFromIntl.map(currencyExponent))], [2]);
    assert.deepEqual(['ISK', 'UGX', 'IQD'].map(currencyExponent), [0, 0, 3]);
    assert.deepEqual(['GBP', 'gbp', 'XQQ', 'GB'].map(isCurrency), [true, false, false, false]);
  });
});
