import fc from 'fast-check';
import type { LineToPrice, OrderToPrice } from '../../../src/modules/pricing/index.ts';
import { preparePostalArea } from '../../../src/modules/pricing/postal-area.ts';
import type { DiscountEffect, DiscountRule } from '../../../src/modules/pricing/rules.ts';
import {
  amountOff,
  buildCharge,
  buildDiscount,
  buildLine,
  buildOrder,
  buildRate,
  share,
} from './build-order.ts';

/** Random orders and rules, with few different values, so that ties, limits and empty bases occur often. */

export const percent = fc.oneof(
  fc.constantFrom('0', '5', '12.5', '20', '50', '100', '8.875', '0.0001', '99.9999'),
  fc.integer({ min: 0, max: 1_000_000 }).map((parts) => (parts / 10_000).toFixed(4)),
);

/** Minor units, up to the highest price. */
export const price = fc.oneof(
  fc.constantFrom(0, 1, 5, 10, 99, 100, 1_000),
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 100_000_000 }),
);

const taxCategory = fc.constantFrom('standard', 'reduced', 'none');
const sku = fc.constantFrom('A', 'B', 'C');

export const line: fc.Arbitrary<LineToPrice> = fc
  .record({
    sku,
    quantity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 10_000 })),
    basePriceMinor: price,
    modifiers: fc.array(
      fc.record({ quantity: fc.integer({ min: 1, max: 5 }), unitPriceMinor: price }),
      { maxLength: 2 },
    ),
    category: fc.constantFrom('mains', 'drinks', null),
    taxCategory,
  })
  .map(({ basePriceMinor, ...rest }) => buildLine(basePriceMinor, rest));

const matches = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.array(sku).map((skus) => ({ kind: 'skus' as const, skus: new Set(skus) })),
  fc.constant({ kind: 'categories' as const, categories: new Set(['mains']) }),
);

export const scope = fc.oneof(
  fc.constant({ kind: 'ORDER' as const }),
  matches.map((one) => ({ kind: 'LINES' as const, matches: one })),
);

const effect: fc.Arbitrary<DiscountEffect> = fc.oneof(
  fc.record({ kind: fc.constant('PERCENT' as const), share: percent.map(share), scope }),
  fc.record({
    kind: fc.constant('AMOUNT' as const),
    amountMinor: price.filter((one) => one > 0),
    scope,
  }),
  fc.constant({ kind: 'FREE_DELIVERY' as const }),
);

const charge = fc
  .record({
    kind: fc.constantFrom('DELIVERY', 'DELIVERY', 'SERVICE', 'SMALL_ORDER'),
    price: fc.oneof(price, percent),
    fulfilmentTypes: fc.option(fc.constantFrom(['PICKUP' as const], ['DELIVERY' as const]), {
      freq: 1,
    }),
    belowSubtotalMinor: fc.option(price, { freq: 1 }),
    freeFromMinor: fc.option(price, { freq: 1 }),
    postalCodes: fc.option(
      fc.uniqueArray(fc.constantFrom('YO', 'YO2', 'YO21', 'YO21 3', '75', '750'), { minLength: 1 }),
    ),
    taxCategory,
  })
  .map(
    ({ price: costs, postalCodes, ...rest }) =>
      (name: string) =>
        buildCharge(name, costs, {
          ...rest,
          postalArea:
            rest.kind === 'DELIVERY' && postalCodes !== null
              ? preparePostalArea(postalCodes)
              : null,
        }),
  );

const discount = fc
  .record({
    effect,
    rule: fc.record({
      isNamed: fc.boolean(),
      combines: fc.boolean(),
      minimumSubtotalMinor: fc.option(price, { freq: 1 }),
      firstOrderOnly: fc.boolean(),
    }),
  })
  .map(
    ({ effect: effectOf, rule: { isNamed, ...rule } }) =>
      (name: string): DiscountRule =>
        buildDiscount(name, effectOf, { ...rule, code: isNamed ? name : null }),
  );

const few = fc.integer({ min: 0, max: 40 });

/** Small orders whose discounts often cross the threshold of a charge. */
export const orderNearThresholds: fc.Arbitrary<OrderToPrice<LineToPrice>> = fc
  .record({
    prices: fc.array(few, { minLength: 1, maxLength: 3 }),
    discounts: fc.array(
      fc.record({
        amountMinor: fc.integer({ min: 1, max: 20 }),
        isNamed: fc.boolean(),
        combines: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    charges: fc.array(
      fc.record({
        kind: fc.constantFrom('DELIVERY', 'SMALL_ORDER'),
        amountMinor: few,
        freeFromMinor: few,
      }),
      { minLength: 1, maxLength: 2 },
    ),
    pricesIncludeTax: fc.boolean(),
  })
  .map(({ prices, discounts, charges, pricesIncludeTax }) => {
    const rules = discounts.map(({ amountMinor, isNamed, combines }, index) => {
      const name = `discount-${index}`;
      return buildDiscount(name, amountOff(amountMinor), {
        code: isNamed ? name : null,
        combines,
      });
    });
    return buildOrder(
      prices.map((priceMinor) => buildLine(priceMinor)),
      {
        charges: charges.map(({ amountMinor, ...rest }, index) =>
          buildCharge(`charge-${index}`, amountMinor, rest),
        ),
        discounts: rules,
        codes: rules.flatMap(({ code }) => code ?? []),
        taxRates: [buildRate('20')],
        pricesIncludeTax,
      },
    );
  });

/** Orders in currencies with 0, 2, 3 and 4 decimals. */
export const order: fc.Arbitrary<OrderToPrice<LineToPrice>> = fc
  .record({
    currency: fc.constantFrom('JPY', 'GBP', 'KWD', 'CLF'),
    lines: fc.array(line, { minLength: 1, maxLength: 8 }),
    discounts: fc.array(discount, { maxLength: 4 }),
    charges: fc.array(charge, { maxLength: 3 }),
    standard: fc.option(percent),
    reduced: fc.option(percent),
    pricesIncludeTax: fc.boolean(),
    destination: fc.record({
      fulfilmentType: fc.constantFrom('PICKUP' as const, 'DELIVERY' as const),
      postalCode: fc.constantFrom('yo21 3pu', 'YO213PU', 'YO1 7HH', '75001', null),
    }),
    isFirstOrder: fc.boolean(),
    tipMinor: price,
  })
  .map(({ lines, discounts, charges, standard, reduced, ...rest }) => {
    const rules = discounts.map((build, index) => build(`discount-${index}`));
    return buildOrder(lines, {
      ...rest,
      charges: charges.map((build, index) => build(`charge-${index}`)),
      discounts: rules,
      codes: rules.flatMap(({ code }) => code ?? []),
      taxRates: [
        ...(standard === null ? [] : [buildRate(standard, 'standard')]),
        ...(reduced === null ? [] : [buildRate(reduced, 'reduced')]),
      ],
    });
  });
