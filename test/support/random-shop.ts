import fc from 'fast-check';
import type { LineToPrice } from '../../src/modules/pricing/index.ts';
import type { ChargeRule, DiscountRule, TaxRateRule } from '../../src/modules/pricing/rules.ts';
import {
  allLines,
  amountOff,
  buildCharge,
  buildDiscount,
  buildRate,
  freeDelivery,
  percentOff,
} from '../modules/pricing/build-order.ts';

/** What a random shop offers and charges. Names are unique in it. */
export interface RandomShop {
  readonly products: readonly RandomProduct[];
  readonly modifiers: readonly {
    readonly code: string;
    readonly priceMinor: number;
    /** The product whose stock it holds. */
    readonly sku: string | null;
  }[];
  readonly taxRates: readonly TaxRateRule[];
  readonly charges: readonly ChargeRule[];
  /** With all that the shop sets up about their uses. */
  readonly discounts: readonly RandomDiscount[];
}

export interface RandomProduct {
  readonly sku: string;
  readonly priceMinor: number;
  readonly category: string | null;
  readonly taxCategory: string;
}

export interface RandomDiscount {
  readonly rule: DiscountRule;
  readonly percent: string | null;
  readonly usesMax: number | null;
  readonly usesPerCustomerMax: number | null;
}

/** An order of the shop: products, modifiers and discounts by their places. */
export interface RandomOrder {
  readonly lines: readonly {
    readonly product: number;
    readonly quantity: number;
    readonly modifiers: readonly { readonly modifier: number; readonly quantity: number }[];
  }[];
  readonly fulfilmentType: 'PICKUP' | 'DELIVERY' | 'DINE_IN' | 'SHIPMENT';
  readonly postalCode: string | null;
  readonly discounts: readonly number[];
  readonly namesUnknownCode: boolean;
  readonly tipMinor: number;
  readonly customer: number;
}

export const MODIFIER_QUANTITY_MAX = 3;

const percent = fc.oneof(
  fc.constantFrom('0', '5', '10', '12.5', '20', '50', '100', '8.875', '33.3333'),
  fc.integer({ min: 0, max: 1_000_000 }).map((parts) => String(parts / 10_000)),
);
const price = fc.oneof(
  fc.constantFrom(1, 5, 10, 99, 100, 250, 1_000),
  fc.integer({ min: 1, max: 3_000 }),
  fc.integer({ min: 1, max: 100_000_000 }),
);
/** Mostly null, so that most rules apply. */
function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const threshold = rarely(price);
const taxCategory = fc.constantFrom('standard', 'reduced', 'none');
const types = ['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT'] as const;

/** The rates of a category: none, one for every type, or two that share the types. */
const ratesOf = (category: string) =>
  fc.oneof(
    fc.constant([]),
    percent.map((one) => [buildRate(one, category)]),
    fc
      .tuple(percent, percent)
      .map(([one, other]) => [
        buildRate(one, category, { fulfilmentTypes: ['PICKUP', 'DINE_IN'] }),
        buildRate(other, category, { fulfilmentTypes: ['DELIVERY'] }),
      ]),
  );

const charge = fc
  .record({
    kind: fc.constantFrom('DELIVERY', 'DELIVERY', 'SERVICE', 'PACKAGING', 'SMALL_ORDER'),
    price: fc.oneof(price, percent),
    fulfilmentTypes: rarely(fc.subarray([...types], { minLength: 1 })),
    belowSubtotalMinor: threshold,
    freeFromMinor: threshold,
    postalCodes: fc.option(
      fc.subarray(['YO', 'YO2', 'YO21', 'YO21 3', '75', '750'], { minLength: 1 }),
      { freq: 1 },
    ),
    taxCategory,
  })
  .map(
    ({ price: costs, ...rest }) =>
      (name: string) =>
        buildCharge(name, costs, rest.kind === 'DELIVERY' ? rest : { ...rest, postalCodes: null }),
  );

const DAY_MS = 86_400_000;
const day = (from: number) => new Date(Date.now() + from * DAY_MS);

const discount = (skus: readonly string[]) =>
  fc
    .record({
      kind: fc.constantFrom('PERCENT', 'PERCENT', 'AMOUNT', 'FREE_DELIVERY'),
      percent,
      amountMinor: price,
      matches: fc.oneof(
        fc.constant(undefined),
        fc.constant(allLines),
        fc
          .subarray([...skus], { minLength: 1 })
          .map((some) => ({ kind: 'skus' as const, skus: new Set(some) })),
        fc.constant({ kind: 'categories' as const, categories: new Set(['mains']) }),
      ),
      isNamed: fc.boolean(),
      usesMax: rarely(fc.integer({ min: 1, max: 5 })),
      usesPerCustomerMax: rarely(fc.integer({ min: 1, max: 2 })),
      terms: fc.record({
        combines: fc.boolean(),
        minimumSubtotalMinor: threshold,
        firstOrderOnly: fc.nat({ max: 9 }).map((one) => one === 0),
        active: fc.nat({ max: 9 }).map((one) => one > 0),
        startsAt: rarely(fc.constantFrom(day(-1), day(1))),
        endsAt: rarely(fc.constant(day(2))),
      }),
    })
    .map(
      ({ kind, matches, isNamed, usesMax, usesPerCustomerMax, terms, ...values }) =>
        (name: string) => {
          const effects = {
            PERCENT: () => percentOff(values.percent, matches),
            AMOUNT: () => amountOff(values.amountMinor, matches),
            FREE_DELIVERY: () => freeDelivery,
          };
          const code = isNamed ? name : null;
          return {
            rule: buildDiscount(name, effects[kind](), { ...terms, code }),
            percent: kind === 'PERCENT' ? values.percent : null,
            usesMax,
            usesPerCustomerMax,
          };
        },
    );

/** Random shops. `prefix` makes their names unique among others. */
export function randomShop(prefix: string): fc.Arbitrary<RandomShop> {
  const skus = [0, 1, 2, 3].map((index) => `${prefix}-P${index}`);
  const product = fc.record({
    priceMinor: price,
    category: fc.constantFrom('mains', 'drinks', null),
    taxCategory,
  });
  return fc
    .record({
      products: fc.tuple(product, product, product, product),
      modifierPrices: fc.tuple(price, price, fc.constant(0)),
      standard: ratesOf('standard'),
      reduced: ratesOf('reduced'),
      charges: fc.array(charge, { minLength: 1, maxLength: 5 }),
      discounts: fc.array(discount(skus), { minLength: 1, maxLength: 6 }),
    })
    .map(({ products, modifierPrices, standard, reduced, charges, discounts }) => ({
      products: products.map((one, index) => ({ sku: skus[index]!, ...one })),
      modifiers: modifierPrices.map((priceMinor, index) => ({
        code: `${prefix}-M${index}`,
        priceMinor,
        sku: index === 0 ? `${prefix}-EGG` : null,
      })),
      taxRates: [...standard, ...reduced],
      charges: charges.map((build, index) => build(`${prefix}-C${index}`)),
      discounts: discounts.map((build, index) => build(`${prefix}-D${index}`)),
    }));
}

/** Random orders of a shop. */
export function randomOrder({
  products,
  modifiers,
  discounts,
}: RandomShop): fc.Arbitrary<RandomOrder> {
  const line = fc.record({
    product: fc.nat({ max: products.length - 1 }),
    quantity: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 1_000 })),
    modifiers: fc.uniqueArray(
      fc.record({
        modifier: fc.nat({ max: modifiers.length - 1 }),
        quantity: fc.integer({ min: 1, max: MODIFIER_QUANTITY_MAX }),
      }),
      { selector: ({ modifier }) => modifier, maxLength: 3 },
    ),
  });
  const named = discounts.flatMap(({ rule }, index) => (rule.code === null ? [] : [index]));
  return fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 6 }),
    fulfilmentType: fc.constantFrom(...types),
    postalCode: fc.constantFrom('yo21 3pu', 'YO213PU', 'YO1 7HH', '75001', null),
    discounts: fc.shuffledSubarray(named, { maxLength: Math.min(named.length, 4) }),
    namesUnknownCode: fc.nat({ max: 19 }).map((one) => one === 0),
    tipMinor: fc.constantFrom(0, 0, 0, 1, 250),
    customer: fc.nat({ max: 7 }),
  });
}

/** Returns the lines of an order as the calculation takes them. */
export function toLines(shop: RandomShop, order: RandomOrder): readonly LineToPrice[] {
  return order.lines.map(({ product, quantity, modifiers }) => {
    const { sku, priceMinor, category, taxCategory: rateCategory } = shop.products[product]!;
    return {
      sku,
      quantity,
      basePriceMinor: priceMinor,
      modifiers: modifiers.map((one) => ({
        quantity: one.quantity,
        unitPriceMinor: shop.modifiers[one.modifier]!.priceMinor,
      })),
      category,
      taxCategory: rateCategory,
    };
  });
}
