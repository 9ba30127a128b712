import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type LineToPrice,
  type OrderToPrice,
  priceOrder,
} from '../../../src/modules/pricing/index.ts';
import { parsePercent } from '../../../src/modules/pricing/proportion.ts';
import type {
  ChargeRule,
  DiscountEffect,
  DiscountRule,
  TaxRateRule,
} from '../../../src/modules/pricing/rules.ts';
import { exactBill } from './exact-bill.ts';

const percent = fc.integer({ min: 0, max: 1_000_000 }).map((parts) => (parts / 10_000).toFixed(4));
const share = percent.map((text) => parsePercent(text)!);
const price = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 100_000_000 }),
);
const sku = fc.constantFrom('A', 'B', 'C');
const category = fc.constantFrom('mains', 'drinks', null);
const taxCategory = fc.constantFrom('standard', 'reduced', 'none');
const type = fc.constantFrom('PICKUP' as const, 'DELIVERY' as const);

const line = fc.record({
  sku,
  quantity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 10_000 })),
  basePriceMinor: price,
  modifiers: fc.array(
    fc.record({ quantity: fc.integer({ min: 1, max: 5 }), unitPriceMinor: price }),
    { maxLength: 2 },
  ),
  category,
  taxCategory,
});

const scope = fc.oneof(
  fc.constant({ kind: 'ORDER' as const }),
  fc.constant({ kind: 'LINES' as const, matches: { kind: 'all' as const } }),
  fc.array(sku).map((skus) => ({
    kind: 'LINES' as const,
    matches: { kind: 'skus' as const, skus: new Set(skus) },
  })),
  fc.constant({
    kind: 'LINES' as const,
    matches: { kind: 'categories' as const, categories: new Set(['mains']) },
  }),
);
const effect: fc.Arbitrary<DiscountEffect> = fc.oneof(
  fc.record({ kind: fc.constant('PERCENT' as const), share, scope }),
  fc.record({ kind: fc.constant('AMOUNT' as const), amountMinor: price, scope }),
  fc.constant({ kind: 'FREE_DELIVERY' as const }),
);

function discountRule(id: number, ruleEffect: DiscountEffect, combines = true): DiscountRule {
  return {
    id: String(id),
    code: null,
    name: `discount ${id}`,
    effect: ruleEffect,
    minimumSubtotalMinor: null,
    startsAt: null,
    endsAt: null,
    active: true,
    combines,
    usesLeft: null,
    customerUsesLeft: null,
    firstOrderOnly: false,
  };
}

const charge = fc.record({
  kind: fc.constantFrom('DELIVERY' as const, 'SERVICE' as const, 'SMALL_ORDER' as const),
  price: fc.oneof(
    price.map((amountMinor) => ({ kind: 'amount' as const, amountMinor })),
    share.map((one) => ({ kind: 'percent' as const, share: one })),
  ),
  belowSubtotalMinor: fc.option(price),
  freeFromMinor: fc.option(price),
  taxCategory,
});

const rate = (categoryName: string) =>
  percent.map(
    (text): TaxRateRule => ({
      id: categoryName,
      name: categoryName,
      percent: text,
      share: parsePercent(text)!,
      taxCategory: categoryName,
      fulfilmentTypes: null,
    }),
  );

const order: fc.Arbitrary<OrderToPrice<LineToPrice>> = fc
  .record({
    lines: fc.array(line, { minLength: 1, maxLength: 8 }),
    effects: fc.array(effect, { maxLength: 4 }),
    charges: fc.array(charge, { maxLength: 3 }),
    standard: fc.option(rate('standard')),
    reduced: fc.option(rate('reduced')),
    pricesIncludeTax: fc.boolean(),
    fulfilmentType: type,
    tipMinor: price,
  })
  .map(
    ({
      lines,
      effects,
      charges,
      standard,
      reduced,
      pricesIncludeTax,
      fulfilmentType,
      tipMinor,
    }) => ({
      currency: 'GBP',
      lines,
      rules: {
        pricesIncludeTax,
        taxRates: [standard, reduced].filter((one) => one !== null),
        charges: charges.map(
          (one, index): ChargeRule => ({
            id: String(index),
            name: `charge ${index}`,
            fulfilmentTypes: null,
            postalCodes: null,
            ...one,
          }),
        ),
        discounts: effects.map((one, index) => discountRule(index, one)),
      },
      destination: { fulfilmentType, postalCode: null },
      now: new Date(0),
      isFirstOrder: true,
      codes: [],
      tipMinor,
    }),
  );

function requireBill(input: OrderToPrice<LineToPrice>) {
  const priced = priceOrder(input);
  assert.ok(priced.kind === 'priced');
  return priced;
}

describe('the bill of an order', () => {
  test('equals an independent calculation in exact fractions, part by part', () => {
    fc.assert(
      fc.property(order, (input) => {
        const bill = requireBill(input);
        const applied = bill.discounts.map(({ rule }) => rule);
        const exact = exactBill(input, applied);
        assert.deepEqual(
          {
            discountOfLine: bill.lines.map(({ discountMinor }) => BigInt(discountMinor)),
            taxOfItem: [...bill.lines, ...bill.charges].map(({ taxMinor }) => BigInt(taxMinor)),
            discounts: bill.discounts.map(({ amountMinor }) => BigInt(amountMinor)),
            charges: bill.charges.map(({ amountMinor }) => BigInt(amountMinor)),
            taxes: bill.taxes.map((row) => [BigInt(row.baseMinor), BigInt(row.amountMinor)]),
            total: BigInt(bill.totalMinor),
          },
          exact,
        );
      }),
      { numRuns: 3_000 },
    );
  });

  test('adds up: every total is the sum of its parts, and no part is negative', () => {
    fc.assert(
      fc.property(order, (input) => {
        const bill = requireBill(input);
        const add = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0);
        const isFree = bill.discounts.some(({ rule }) => rule.effect.kind === 'FREE_DELIVERY');
        const delivery = bill.charges.find(({ rule }) => rule.kind === 'DELIVERY');
        const taken = isFree ? (delivery?.amountMinor ?? 0) : 0;
        const tax = add(bill.taxes.map(({ amountMinor }) => amountMinor));
        const discounts = add(bill.discounts.map(({ amountMinor }) => amountMinor));
        const charges = add(bill.charges.map(({ amountMinor }) => amountMinor));
        assert.equal(discounts, add(bill.lines.map((one) => one.discountMinor)) + taken);
        assert.equal(tax, add([...bill.lines, ...bill.charges].map((one) => one.taxMinor)));
        assert.equal(
          bill.totalMinor,
          bill.subtotalMinor -
            discounts +
            charges +
            (bill.pricesIncludeTax ? 0 : tax) +
            bill.tipMinor,
        );
        for (const one of bill.lines) {
          assert.ok(one.discountMinor >= 0 && one.taxMinor >= 0 && one.chargedMinor >= 0);
          assert.ok(one.discountMinor <= one.totalMinor);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('with tax included, the order of the lines changes no total; with tax on top at most one unit per rate', () => {
    fc.assert(
      fc.property(order, fc.infiniteStream(fc.nat()), (input, keys) => {
        const shuffled = input.lines
          .map((one) => ({ one, key: keys.next().value! }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        const difference = Math.abs(
          requireBill({ ...input, lines: shuffled }).totalMinor - requireBill(input).totalMinor,
        );
        const { pricesIncludeTax, taxRates } = input.rules;
        assert.ok(difference <= (pricesIncludeTax ? 0 : taxRates.length));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a larger discount never costs more, with tax on top by at most one unit per rate', () => {
    const discounted = fc.record({ input: order, small: share, large: share });
    fc.assert(
      fc.property(discounted, ({ input, small, large }) => {
        const [less, more] = [small, large].sort((a, b) => a.numerator - b.numerator);
        const charges = input.rules.charges.map((one) => ({
          ...one,
          belowSubtotalMinor: null,
          freeFromMinor: null,
        }));
        const total = (one: typeof small) => {
          const off = discountRule(0, { kind: 'PERCENT', share: one, scope: { kind: 'ORDER' } });
          return requireBill({ ...input, rules: { ...input.rules, charges, discounts: [off] } })
            .totalMinor;
        };
        const { pricesIncludeTax, taxRates } = input.rules;
        const bound = pricesIncludeTax ? 0 : taxRates.length;
        assert.ok(total(more!) <= total(less!) + bound);
      }),
      { numRuns: 1_000 },
    );
  });

  test('splitting a line changes no discount by amount', () => {
    const amount = fc.record({ amountMinor: price, scope });
    fc.assert(
      fc.property(line, amount, fc.nat(), (one, { amountMinor, scope: where }, at) => {
        const off = discountRule(0, { kind: 'AMOUNT', amountMinor, scope: where });
        const first = 1 + (at % one.quantity);
        const parts = [first, one.quantity - first].filter((units) => units > 0);
        const discountMinor = (quantities: readonly number[]) =>
          requireBill({
            currency: 'GBP',
            lines: quantities.map((quantity) => ({ ...one, quantity })),
            rules: { pricesIncludeTax: true, taxRates: [], charges: [], discounts: [off] },
            destination: { fulfilmentType: 'PICKUP', postalCode: null },
            now: new Date(0),
            isFirstOrder: true,
            codes: [],
            tipMinor: 0,
          }).discounts[0]?.amountMinor;
        assert.equal(discountMinor(parts), discountMinor([one.quantity]));
      }),
    );
  });
});
