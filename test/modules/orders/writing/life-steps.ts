import fc from 'fast-check';

/** The steps that can happen to the orders of a life. Indexes are taken modulo the number of orders. */

const index = fc.nat({ max: 5 });
const indexes = fc.uniqueArray(index, { minLength: 1, maxLength: 4 });
const product = fc.nat({ max: 2 });
const lines = fc.array(
  fc.record({
    product,
    quantity: fc.integer({ min: 1, max: 4 }),
    // A modifier that is a product too, with the units of it for one unit of the line.
    modifier: fc.option(
      fc.record({ product, quantity: fc.integer({ min: 1, max: 2 }) }, { noNullPrototype: true }),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);
const plainLines = fc.array(
  fc.record({ product, quantity: fc.integer({ min: 1, max: 4 }), modifier: fc.constant(null) }),
  { minLength: 1, maxLength: 3 },
);
const discounts = fc.subarray([0, 1]);

const statuses = ['QUEUED', 'PENDING', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'] as const;
const paymentStatuses = [
  'UNPAID',
  'PENDING',
  'PAID',
  'FAILED',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
] as const;

const place = fc.record({
  what: fc.constant('place' as const),
  orders: fc.array(fc.record({ lines, discounts, deferred: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
});

const laterStep = fc.oneof(
  { weight: 3, arbitrary: place },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('serve the queue' as const),
      // For each queued order; `surcharge` changes the prices of its lines. Its discounts are those of the placement.
      ends: fc.array(
        fc.record({
          fails: fc.boolean(),
          surcharge: fc.constantFrom(0, 0, 10, 'free' as const),
          discounts,
        }),
        { minLength: 4, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      what: fc.constant('move' as const),
      order: index,
      to: fc.constantFrom(...statuses, 'PENDING', 'COMPLETED', 'COMPLETED'),
      override: fc.constantFrom(true, true, true, false),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ what: fc.constant('move on' as const), order: index }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('cancel' as const),
      orders: indexes,
      cancelReason: fc.constantFrom('CUSTOMER' as const, 'ADMIN' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('expire' as const), orders: indexes }) },
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('pay' as const),
      orders: indexes,
      paymentStatus: fc.constantFrom(...paymentStatuses),
      facts: fc.integer({ min: 1, max: 2 }),
      confirms: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('import' as const),
      orders: fc.array(plainLines, { minLength: 1, maxLength: 3 }),
      // Whether one has a number that is already used.
      isRepeated: fc.boolean(),
    }),
  },
);

export type LifeStep = typeof laterStep extends fc.Arbitrary<infer Step> ? Step : never;

/** The steps of a life, which starts with a placement. */
export const lifeSteps = fc
  .tuple(place, fc.array(laterStep, { minLength: 10, maxLength: 24, size: 'max' }))
  .map(([first, later]): LifeStep[] => [first, ...later]);
