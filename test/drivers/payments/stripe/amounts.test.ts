import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fromStripeAmount,
  toStripeAmount,
} from '../../../../src/drivers/payments/stripe/amounts.ts';

const amounts: [currency: string, minor: number, stripe: number | null, why: string][] = [
  ['GBP', 1_295, 1_295, 'two digits in both'],
  ['JPY', 500, 500, 'no digits in both'],
  ['ISK', 5, 500, 'no digits here, two at Stripe'],
  ['UGX', 5, 500, 'no digits here, two at Stripe'],
  ['HUF', 1_045, 1_045, 'two digits in both: only payouts are in whole forints'],
  ['TWD', 80_045, 80_045, 'two digits in both: only payouts are in whole dollars'],
  ['MGA', 500, 5, 'two digits here, none at Stripe'],
  ['MGA', 550, null, 'two digits here, none at Stripe, and nothing is rounded'],
  ['KWD', 5_120, 5_120, 'three digits in both'],
  ['KWD', 5_124, null, 'three digits; the last must be 0'],
];

for (const [currency, minor, stripe, why] of amounts) {
  test(`${minor} minor units of ${currency} are ${stripe ?? 'nothing'} at Stripe: ${why}`, () => {
    assert.equal(toStripeAmount(minor, currency), stripe);
    if (stripe !== null) assert.equal(fromStripeAmount(stripe, currency), minor);
  });
}

test('a Stripe amount finer than our minor unit is not rounded', () => {
  assert.equal(fromStripeAmount(550, 'ISK'), null);
});

test('every amount that Stripe can express survives conversion both ways, in every currency', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Intl.supportedValuesOf('currency')),
      fc.integer({ min: 0, max: 1e11 }),
      (currency, minor) => {
        const stripe = toStripeAmount(minor, currency);
        fc.pre(stripe !== null);
        assert.equal(fromStripeAmount(stripe, currency), minor);
      },
    ),
  );
});
