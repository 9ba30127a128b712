import fc from 'fast-check';
import type { PlacementCandidate } from '../../../../src/modules/orders/placement/decide-placement.ts';
import {
  customerUseKey,
  type KnownDiscounts,
} from '../../../../src/modules/orders/placement/known-discounts.ts';
import type {
  PlacementFacts,
  PlacementProduct,
} from '../../../../src/modules/orders/placement/placement-facts.ts';
import type { DiscountEffect } from '../../../../src/modules/pricing/rules.ts';
import {
  allLines,
  amountOff,
  buildCharge,
  buildRate,
  freeDelivery,
  percentOff,
} from '../../pricing/build-order.ts';
import { buildShop } from '../../scheduling/build-shop.ts';

/** Random requests to a random shop. */

/** A curry and tea; an egg, which can be had with a curry too; rice, of which a curry has one or two. */
export const catalogue: PlacementProduct[] = ['CURRY', 'TEA', 'EGG'].map((sku, index) => ({
  id: `id-${sku}`,
  sku,
  name: sku,
  priceMinor: [995, 250, 120][index]!,
  active: true,
  taxCategory: index === 1 ? 'reduced' : 'standard',
  category: index === 1 ? 'Drinks' : 'Mains',
  modifierGroupIds: sku === 'CURRY' ? ['extras', 'rice'] : [],
}));

function buildModifier(code: string, priceMinor: number, quantityMax: number) {
  const productId = code === 'WITH-EGG' ? 'id-EGG' : null;
  return { code, name: code, priceMinor, quantityMax, productId, active: code !== 'SOLD-OUT' };
}

const groups = [
  {
    id: 'extras',
    name: 'Extras',
    min: 0,
    max: 3,
    modifiers: [buildModifier('WITH-EGG', 100, 2), buildModifier('SOLD-OUT', 50, 1)],
  },
  {
    id: 'rice',
    name: 'Rice',
    min: 1,
    max: 2,
    modifiers: [buildModifier('BOILED', 0, 2), buildModifier('FRIED', 80, 2)],
  },
];

interface Limits {
  readonly usesMax: number | null;
  readonly usesPerCustomerMax: number | null;
  readonly firstOrderOnly: boolean;
  readonly combines: boolean;
}

/** Two that apply without a code, and three with one. */
const effects: readonly [code: string | null, effect: DiscountEffect][] = [
  [null, percentOff('10')],
  [null, amountOff(75, allLines)],
  ['TENNER', amountOff(1_000)],
  ['DRINKS', percentOff('50', { kind: 'categories', categories: new Set(['Drinks']) })],
  ['FREE', freeDelivery],
];

const limits = fc.record({
  usesMax: fc.option(fc.integer({ min: 1, max: 6 })),
  usesPerCustomerMax: fc.option(fc.integer({ min: 1, max: 3 })),
  firstOrderOnly: fc.boolean(),
  combines: fc.boolean(),
});

export const shop = fc.record({
  limits: fc.tuple(limits, limits, limits, limits, limits),
  /** Uses so far, as far as the limit allows. */
  uses: fc.tuple(fc.nat(6), fc.nat(6), fc.nat(6), fc.nat(6), fc.nat(6)),
  /** Uses of the first customer, as far as their limit allows. */
  usesOfAnn: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  isAnnReturning: fc.boolean(),
  pricesIncludeTax: fc.boolean(),
  stock: fc.record({ CURRY: fc.nat(30), TEA: fc.nat(30), EGG: fc.nat(20) }),
});

type Shop = typeof shop extends fc.Arbitrary<infer Value> ? Value : never;

export function buildFacts(given: Shop): PlacementFacts {
  const discounts = effects.map(([code, effect], index) => {
    const { usesMax, ...rest }: Limits = given.limits[index]!;
    const id = code ?? `automatic-${index}`;
    return {
      ...{ id, code, name: id, effect, usesMax, ...rest, active: true },
      ...{ minimumSubtotalMinor: null, startsAt: null, endsAt: null },
      createdAt: new Date(index),
      uses: Math.min(given.uses[index]!, usesMax ?? 6),
    };
  });
  const known: KnownDiscounts = {
    discounts,
    customerUses: new Map(
      discounts.map(({ id, usesPerCustomerMax }, index) => [
        customerUseKey('ann', id),
        Math.min(given.usesOfAnn[index]!, usesPerCustomerMax ?? 3),
      ]),
    ),
    returning: new Set(given.isAnnReturning ? ['ann'] : []),
  };
  return {
    currency: 'GBP',
    now: new Date('2026-11-29T18:00:00Z'),
    pricesIncludeTax: given.pricesIncludeTax,
    discounts: known,
    knownSlots: null,
    list: {
      version: 1,
      shop: buildShop({ fulfilmentTypes: ['PICKUP', 'DELIVERY', 'DINE_IN'] }),
      taxRates: [buildRate('20'), buildRate('5', 'reduced')],
      charges: [
        buildCharge('delivery', 350, { freeFromMinor: 4_000 }),
        buildCharge('service', '12.5', { kind: 'SERVICE', fulfilmentTypes: ['DINE_IN'] }),
      ],
      discounts: discounts.filter(({ code }) => code === null),
      groups: new Map(groups.map((group) => [group.id, group])),
      stockedModifiers: new Map([['WITH-EGG', 'id-EGG']]),
      limitsCustomers: true,
    },
    productsById: new Map(catalogue.map((product) => [product.id, product])),
    productsBySku: new Map(catalogue.map((product) => [product.sku, product])),
    available: new Map(Object.entries(given.stock).map(([sku, units]) => [`id-${sku}`, units])),
    pending: new Map(),
    pendingMax: 4,
    networkPendingMax: 0,
    heldUnitsMax: 20,
    heldValueMaxMinor: 8_000,
  };
}

const modifiers = fc.uniqueArray(
  fc.record({
    code: fc.constantFrom('WITH-EGG', 'BOILED', 'BOILED', 'FRIED', 'SOLD-OUT', 'NONE'),
    quantity: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 3, selector: ({ code }) => code },
);
const withRice = fc.constantFrom(
  [{ code: 'BOILED', quantity: 1 }],
  [
    { code: 'WITH-EGG', quantity: 2 },
    { code: 'FRIED', quantity: 1 },
  ],
);
const quantity = fc.integer({ min: 1, max: 4 });
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      sku: fc.constant('CURRY'),
      quantity,
      modifiers: withRice,
      note: fc.constant(null),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      sku: fc.constantFrom('TEA', 'EGG'),
      quantity,
      modifiers: fc.constant([]),
      note: fc.constant('hot'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      sku: fc.constantFrom('CURRY', 'TEA', 'NONE'),
      quantity,
      modifiers,
      note: fc.constant(null),
    }),
  },
);

export const candidate: fc.Arbitrary<PlacementCandidate> = fc.record({
  customerId: fc.constantFrom('ann', 'bob', 'cid'),
  vip: fc.boolean(),
  exempt: fc.boolean(),
  deferred: fc.constantFrom(false, false, false, true),
  guest: fc.constant(null),
  override: fc.constant(false),
  promise: fc.constant(null),
  lines: fc.array(line, { minLength: 1, maxLength: 3 }),
  terms: fc.record({
    discountCodes: fc.subarray(['tenner', 'DRINKS', 'Free', 'UNKNOWN'], { maxLength: 2 }),
    tipMinor: fc.constantFrom(0, 0, 150),
    note: fc.constant(null),
    fulfilment: fc.constantFrom(
      null,
      { type: 'DINE_IN' as const, table: '7' },
      {
        type: 'DELIVERY' as const,
        address: {
          line1: '1 High Street',
          line2: null,
          city: 'York',
          region: null,
          postalCode: 'YO1 7AA',
          country: 'GB',
        },
      },
    ),
  }),
  expectedTotalMinor: fc.option(fc.constantFrom(0, 995, 1_345), { freq: 8 }),
});
export const batch = fc.array(candidate, { minLength: 1, maxLength: 25 });
