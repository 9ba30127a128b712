import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  apportion,
  apportionShare,
  includedShare,
  parsePercent,
  roundShare,
} from '../../../src/modules/pricing/proportion.ts';
import { halfUp, largestRemainder, times } from './exact-fractions.ts';

const amount = fc.oneof(
  fc.nat({ max: 10_000 }),
  fc.integer({ min: 0, max: 1_000_000_000_000_000 }),
);
const share = fc
  .record({ numerator: fc.nat({ max: 1_000_000 }), isIncluded: fc.boolean() })
  .map(({ numerator, isIncluded }) => {
    const rate = { numerator, denominator: 1_000_000 };
    return isIncluded ? includedShare(rate) : rate;
  });
const exact = ({ numerator, denominator }: { numerator: number; denominator: number }) => ({
  n: BigInt(numerator),
  d: BigInt(denominator),
});

describe('parsePercent', () => {
  test('accepts 0 to 100 with up to four decimals', () => {
    const parts = (text: string) => parsePercent(text)?.numerator;
    assert.deepEqual(
      ['0', '20', '8.875', '0.0001', '99.9999', '100', '100.0000'].map(parts),
      [0, 200_000, 88_750, 1, 999_999, 1_000_000, 1_000_000],
    );
  });

  test('refuses everything else', () => {
    const texts = [
      '',
      '-1',
      '+1',
      '100.0001',
      '101',
      '1000',
      '5.12345',
      '.5',
      '5.',
      '1e1',
      '5,5',
      ' 5',
      '5 %',
      '٥',
      'NaN',
    ];
    for (const text of texts) assert.equal(parsePercent(text), null, text);
  });
});

test('a share of an amount is rounded half up, exactly, up to the largest total', () => {
  fc.assert(
    fc.property(amount, share, (one, part) => {
      assert.equal(BigInt(roundShare(one, part)), halfUp(times(BigInt(one), exact(part))));
    }),
  );
});

test('apportioning by weights adds up, and gives the remainders to the largest, in a tie to the earlier', () => {
  const weights = fc.array(fc.oneof(amount, fc.constantFrom(0, 1, 3)), { maxLength: 10 });
  fc.assert(
    fc.property(amount, weights, (total, chosen) => {
      const all = chosen.reduce((sum, weight) => sum + BigInt(weight), 0n);
      const parts = apportion(total, chosen).map(BigInt);
      const shares = chosen.map((weight) => ({ n: BigInt(total) * BigInt(weight), d: all }));
      assert.deepEqual(
        parts,
        all === 0n ? chosen.map(() => 0n) : largestRemainder(BigInt(total), shares),
      );
    }),
  );
});

test('what was rounded once for a sum is apportioned to its parts exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 10_000_000_000_000 }), { maxLength: 10 }),
      share,
      (amounts, part) => {
        const total = roundShare(
          amounts.reduce((sum, one) => sum + one, 0),
          part,
        );
        const shares = amounts.map((one) => times(BigInt(one), exact(part)));
        assert.deepEqual(
          apportionShare(total, amounts, part).map(BigInt),
          largestRemainder(BigInt(total), shares),
        );
      },
    ),
  );
});
