import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { LineToPrice, OrderToPrice, PricedOrder } from '../../../src/modules/pricing/index.ts';
import { apportion } from '../../../src/modules/pricing/proportion.ts';
import { currencyExponent } from '../../../src/shared/money.ts';
import {
  amountOff,
  buildBill,
  buildDiscount,
  buildLine,
  buildOrder,
  buildRate,
  requireBill,
  share,
} from './build-order.ts';
import { exactChoice } from './exact-choice.ts';
import { line, order, orderNearThresholds, percent, price, scope } from './random-order.ts';

const add = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0);

/** Returns a bill in the form of the independent calculation. */
function comparable(bill: PricedOrder<LineToPrice>) {
  return {
    discountOfLine: bill.lines.map(({ discountMinor }) => BigInt(discountMinor)),
    taxOfItem: [...bill.lines, ...bill.charges].map(({ taxMinor }) => BigInt(taxMinor)),
    discounts: bill.discounts.map(({ rule, amountMinor }) => [rule.name, BigInt(amountMinor)]),
    charges: bill.charges.map(({ rule, amountMinor }) => [rule.name, BigInt(amountMinor)]),
    taxes: bill.taxes.map((row) => [BigInt(row.baseMinor), BigInt(row.amountMinor)]),
    total: BigInt(bill.totalMinor),
  };
}

function takenDelivery({ discounts, charges }: PricedOrder<LineToPrice>): number {
  const isFree = discounts.some(({ rule }) => rule.effect.kind === 'FREE_DELIVERY');
  const delivery = charges.find(({ rule }) => rule.kind === 'DELIVERY');
  return isFree ? (delivery?.amountMinor ?? 0) : 0;
}

/**
 * By how much the total may move with the order of the lines, or against a larger discount: with tax included, not at
 * all. With tax on top, a discount of the order may move the base of each line by one unit, and each rate rounds once.
 */
function boundOf({ lines, rules }: OrderToPrice<LineToPrice>): number {
  if (rules.pricesIncludeTax) return 0;
  const shared = rules.discounts.filter(
    ({ effect }) => effect.kind !== 'FREE_DELIVERY' && effect.scope.kind === 'ORDER',
  ).length;
  let bound = 0;
  for (const { taxCategory, share: rate } of rules.taxRates) {
    const taxed = lines.filter((one) => one.taxCategory === taxCategory).length;
    bound += 1 + (taxed * shared * rate.numerator) / rate.denominator;
  }
  return bound;
}

describe('the bill of an order', () => {
  test('equals an independent calculation in exact fractions, part by part, with the same discounts chosen', () => {
    fc.assert(
      fc.property(fc.oneof(order, orderNearThresholds), (input) => {
        assert.deepEqual(comparable(requireBill(input)), exactChoice(input));
      }),
      { numRuns: 3_000 },
    );
  });

  test('adds up in whole minor units of currencies with 0, 2, 3 and 4 decimals, and no part is negative', () => {
    assert.deepEqual(['JPY', 'GBP', 'KWD', 'CLF'].map(currencyExponent), [0, 2, 3, 4]);
    fc.assert(
      fc.property(order, (input) => {
        const bill = requireBill(input);
        assert.equal(bill.currency, input.currency);
        const tax = add(bill.taxes.map(({ amountMinor }) => amountMinor));
        const discounts = add(bill.discounts.map(({ amountMinor }) => amountMinor));
        const charges = add(bill.charges.map(({ amountMinor }) => amountMinor));
        const offLines = add(bill.lines.map(({ discountMinor }) => discountMinor));
        assert.equal(bill.subtotalMinor, add(bill.lines.map(({ totalMinor }) => totalMinor)));
        assert.equal(discounts, offLines + takenDelivery(bill));
        assert.equal(tax, add([...bill.lines, ...bill.charges].map(({ taxMinor }) => taxMinor)));
        assert.equal(
          bill.totalMinor,
          bill.subtotalMinor -
            discounts +
            charges +
            (bill.pricesIncludeTax ? 0 : tax) +
            bill.tipMinor,
        );
        for (const one of bill.lines) {
          const { totalMinor, discountMinor, taxMinor, chargedMinor } = one;
          assert.ok(discountMinor <= totalMinor);
          assert.equal(
            chargedMinor,
            totalMinor - discountMinor + (bill.pricesIncludeTax ? 0 : taxMinor),
          );
        }
        const parts = [...bill.lines, ...bill.discounts, ...bill.charges, ...bill.taxes, bill];
        for (const part of parts) {
          for (const [name, value] of Object.entries(part)) {
            if (name.endsWith('Minor')) assert.ok(Number.isSafeInteger(value) && value >= 0, name);
          }
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('the order of the lines changes no total with tax included, and with tax on top no more than roundings do', () => {
    fc.assert(
      fc.property(order, fc.infiniteStream(fc.nat()), (input, keys) => {
        const shuffled = input.lines
          .map((one) => ({ one, key: keys.next().value! }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        // Of named and automatic discounts, one unit can decide which of them apply.
        const discounts = input.rules.discounts.map((rule) => ({ ...rule, code: null }));
        const automatic = { ...input, codes: [], rules: { ...input.rules, discounts } };
        const { totalMinor } = requireBill({ ...automatic, lines: shuffled });
        assert.ok(Math.abs(totalMinor - requireBill(automatic).totalMinor) <= boundOf(automatic));
      }),
      { numRuns: 1_000 },
    );
  });

  test('with tax on top, the order of lines of equal price decides which of them a discount makes cheaper, so it can move the tax', () => {
    const standard = buildLine(10);
    const untaxed = buildLine(10, { taxCategory: 'untaxed' });
    const total = (lines: readonly LineToPrice[]) =>
      buildBill(lines, {
        pricesIncludeTax: false,
        taxRates: [buildRate('50')],
        discounts: [buildDiscount('off', amountOff(2))],
      }).totalMinor;
    assert.equal(total([standard, standard, untaxed, untaxed]), 38 + 9);
    assert.equal(total([untaxed, untaxed, standard, standard]), 38 + 10);
  });

  test('a larger discount never costs more with tax included, and with tax on top no more than roundings do', () => {
    const larger = fc.oneof(
      fc.record({ kind: fc.constant('PERCENT' as const), small: percent, large: percent, scope }),
      fc.record({ kind: fc.constant('AMOUNT' as const), small: price, large: price, scope }),
    );
    fc.assert(
      fc.property(order, larger, (input, { kind, small, large, scope: where }) => {
        const [less, more] = [Number(small), Number(large)].sort((a, b) => a - b);
        // A charge that depends on the subtotal may well cost more than the discount takes off.
        const charges = input.rules.charges.map((one) => ({
          ...one,
          belowSubtotalMinor: null,
          freeFromMinor: null,
        }));
        const withDiscount = (value: number) => {
          const effect =
            kind === 'PERCENT'
              ? { kind, share: share(String(value)), scope: where }
              : { kind, amountMinor: value, scope: where };
          const discounts = [buildDiscount('off', effect)];
          return { ...input, codes: [], rules: { ...input.rules, charges, discounts } };
        };
        const bound = boundOf(withDiscount(0));
        const total = (value: number) => requireBill(withDiscount(value)).totalMinor;
        assert.ok(total(more!) <= total(less!) + bound);
      }),
      { numRuns: 1_000 },
    );
  });

  test('automatic discounts never make an order dearer, with or without codes, whatever the charges and taxes', () => {
    fc.assert(
      fc.property(fc.oneof(order, orderNearThresholds), (input) => {
        const discounts = input.rules.discounts.filter(({ code }) => code !== null);
        const without = { ...input, rules: { ...input.rules, discounts } };
        assert.ok(requireBill(input).totalMinor <= requireBill(without).totalMinor);
      }),
      { numRuns: 3_000 },
    );
  });

  test('splitting a line changes no discount by amount', () => {
    fc.assert(
      fc.property(line, price, scope, fc.nat(), (one, amountMinor, where, at) => {
        const off = buildDiscount('off', { kind: 'AMOUNT', amountMinor, scope: where });
        const first = 1 + (at % one.quantity);
        const parts = [first, one.quantity - first].filter((units) => units > 0);
        const taken = (quantities: readonly number[]) =>
          buildBill(
            quantities.map((quantity) => ({ ...one, quantity })),
            { discounts: [off] },
          ).discounts[0]?.amountMinor;
        assert.equal(taken(parts), taken([one.quantity]));
      }),
    );
  });

  test('refunding unit by unit refunds the whole: the charged amounts, charges and tip, split by units', () => {
    fc.assert(
      fc.property(order, (input) => {
        const bill = requireBill(input);
        let refundedMinor = bill.tipMinor - takenDelivery(bill);
        for (const { chargedMinor, quantity } of bill.lines) {
          const units = apportion(
            chargedMinor,
            Array.from({ length: quantity }, () => 1),
          );
          assert.equal(units.length, quantity);
          refundedMinor += add(units);
        }
        for (const { amountMinor, taxMinor } of bill.charges) {
          refundedMinor += amountMinor + (bill.pricesIncludeTax ? 0 : taxMinor);
        }
        assert.equal(refundedMinor, bill.totalMinor);
      }),
      { numRuns: 100 },
    );
  });

  test('keeps the lines in their order, with all their fields', () => {
    const lines = [
      { ...buildLine(300, { sku: 'B' }), note: 'no onions' },
      { ...buildLine(100, { sku: 'A' }), note: null },
    ];
    const bill = requireBill({ ...buildOrder(lines), lines });
    assert.deepEqual(
      bill.lines.map(({ sku, note }) => [sku, note]),
      [
        ['B', 'no onions'],
        ['A', null],
      ],
    );
  });

  test('a rate of 0 has its row, a category without a rate has none, and a tip is not taxed', () => {
    const bill = buildBill(
      [buildLine(1_000, { taxCategory: 'zero' }), buildLine(500, { taxCategory: 'exempt' })],
      { taxRates: [buildRate('0', 'zero'), buildRate('20')], tipMinor: 120 },
    );
    assert.deepEqual(
      bill.taxes.map(({ rule, baseMinor, amountMinor }) => [rule.percent, baseMinor, amountMinor]),
      [['0', 1_000, 0]],
    );
    assert.equal(bill.totalMinor, 1_620);
  });

  test('the rate of a line follows from its category and the fulfilment type', () => {
    const taxRates = [
      buildRate('20', 'food', { fulfilmentTypes: ['DINE_IN'] }),
      buildRate('5', 'food', { fulfilmentTypes: ['PICKUP', 'DELIVERY'] }),
      buildRate('0', 'books'),
    ];
    const rates = (fulfilmentType: 'DINE_IN' | 'DELIVERY' | 'SHIPMENT') =>
      buildBill([buildLine(1_000, { taxCategory: 'food' })], {
        taxRates,
        destination: { fulfilmentType, postalCode: null },
      }).taxes.map(({ rule }) => rule.percent);
    assert.deepEqual([rates('DINE_IN'), rates('DELIVERY'), rates('SHIPMENT')], [['20'], ['5'], []]);
  });
});
