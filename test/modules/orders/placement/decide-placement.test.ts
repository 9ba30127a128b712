import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  decidePlacement,
  type PlacementCandidate,
  type PlacementDecision,
} from '../../../../src/modules/orders/placement/decide-placement.ts';
import {
  decideQuote,
  type QuoteCandidate,
} from '../../../../src/modules/orders/placement/decide-quote.ts';
import { noDiscounts } from '../../../../src/modules/orders/placement/known-discounts.ts';
import type {
  PlacementFacts,
  PlacementProduct,
} from '../../../../src/modules/orders/placement/placement-facts.ts';
import type { PriceList } from '../../../../src/modules/orders/placement/price-list.ts';
import { noTerms, type RequestedLine } from '../../../../src/modules/orders/placement/request.ts';
import { buildShop } from '../../scheduling/build-shop.ts';

const emptyList: PriceList = {
  version: 1,
  shop: buildShop(),
  taxRates: [],
  charges: [],
  discounts: [],
  groups: new Map(),
  stockedModifiers: new Map(),
  limitsCustomers: false,
};

const catalogue: PlacementProduct[] = ['A', 'B', 'C'].map((sku, index) => ({
  id: `id-${sku}`,
  sku,
  name: `Product ${sku}`,
  priceMinor: index * 125,
  active: true,
  taxCategory: 'standard',
  category: null,
  modifierGroupIds: [],
}));

function buildFacts(
  changes: Partial<PlacementFacts> & { products?: PlacementProduct[] } = {},
): PlacementFacts {
  const { products = catalogue, ...rest } = changes;
  return {
    currency: 'GBP',
    now: new Date('2026-11-29T18:00:00Z'),
    list: emptyList,
    pricesIncludeTax: true,
    discounts: noDiscounts,
    knownSlots: null,
    productsById: new Map(products.map((product) => [product.id, product])),
    productsBySku: new Map(products.map((product) => [product.sku, product])),
    available: new Map(products.map((product) => [product.id, 10])),
    pending: new Map(),
    pendingMax: 5,
    networkPendingMax: 0,
    heldUnitsMax: 0,
    heldValueMaxMinor: 0,
    ...rest,
  };
}

type PlainLine = Omit<RequestedLine, 'modifiers' | 'note'>;

function plainLine(line: PlainLine): RequestedLine {
  return { modifiers: [], note: null, ...line };
}

function buildCandidate({
  lines = [{ sku: 'B', quantity: 1 }],
  ...changes
}: Partial<Omit<PlacementCandidate, 'lines'>> & {
  lines?: readonly PlainLine[];
} = {}): PlacementCandidate {
  return {
    customerId: 'ann',
    guest: null,
    vip: false,
    exempt: false,
    deferred: false,
    lines: lines.map(plainLine),
    terms: noTerms,
    expectedTotalMinor: null,
    override: false,
    promise: null,
    ...changes,
  };
}

const unpaid = (orders: number) => ({ orders, units: 0, valueMinor: 0 });

function buildQuote({
  lines,
  expectedTotalMinor,
}: {
  lines: readonly PlainLine[];
  expectedTotalMinor: number | null;
}): QuoteCandidate {
  const quoted = lines.map(plainLine);
  const buyer = { customerId: 'ann', guest: null };
  return { ...buyer, exempt: false, lines: quoted, terms: noTerms, expectedTotalMinor };
}

function listKinds(decisions: readonly PlacementDecision[]): string[] {
  return decisions.map((decision) => decision.kind);
}

describe('decidePlacement', () => {
  const line = fc.record({
    sku: fc.constantFrom('A', 'B', 'C', 'X'),
    quantity: fc.integer({ min: 1, max: 7 }),
    modifiers: fc.constant([]),
    note: fc.constant(null),
  });
  const candidates = fc.array(
    fc.record({
      customerId: fc.constantFrom('ann', 'bob', 'cid'),
      vip: fc.boolean(),
      exempt: fc.boolean(),
      deferred: fc.constant(false),
      guest: fc.constant(null),
      override: fc.constant(false),
      promise: fc.constant(null),
      lines: fc.array(line, { minLength: 1, maxLength: 4 }),
      terms: fc.constant(noTerms),
      expectedTotalMinor: fc.option(fc.constantFrom(0, 125, 250)),
    }),
    { maxLength: 30 },
  );
  const stock = fc.record({ A: fc.nat(20), B: fc.nat(20), C: fc.nat(20) });

  test('never promises more units than are available, whatever the requests', () => {
    fc.assert(
      fc.property(candidates, stock, (requests, free) => {
        const available = new Map(Object.entries(free).map(([sku, units]) => [`id-${sku}`, units]));
        const promised = new Map<string, number>();
        for (const decision of decidePlacement(
          requests,
          buildFacts({ available, pendingMax: 0 }),
        )) {
          if (decision.kind !== 'accepted') continue;
          for (const placed of decision.priced.lines) {
            promised.set(placed.productId, (promised.get(placed.productId) ?? 0) + placed.quantity);
          }
        }
        for (const [productId, units] of promised) assert.ok(units <= available.get(productId)!);
      }),
    );
  });

  test('refuses for insufficient stock only if the request exceeds the available units', () => {
    fc.assert(
      fc.property(candidates, stock, (requests, free) => {
        const available = new Map(Object.entries(free).map(([sku, units]) => [`id-${sku}`, units]));
        for (const decision of decidePlacement(requests, buildFacts({ available }))) {
          if (decision.kind !== 'insufficient_stock') continue;
          for (const short of decision.lines) assert.ok(short.requested > short.available);
        }
      }),
    );
  });

  test('accepts no more open orders than a customer may have, including earlier ones', () => {
    fc.assert(
      fc.property(
        candidates,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(5),
        (requests, pendingMax, before) => {
          const pending = new Map([['ann', unpaid(before)]]);
          const decisions = decidePlacement(requests, buildFacts({ pending, pendingMax }));
          const placed = decisions.filter(
            (decision, index) =>
              decision.kind === 'accepted' &&
              decision.priced.totalMinor > 0 &&
              requests[index]!.customerId === 'ann' &&
              !requests[index]!.exempt,
          ).length;
          assert.ok(placed <= Math.max(0, pendingMax - before));
        },
      ),
    );
  });

  test('an accepted total is the sum of its lines, each its quantity times the current price', () => {
    fc.assert(
      fc.property(candidates, (requests) => {
        for (const decision of decidePlacement(requests, buildFacts())) {
          if (decision.kind !== 'accepted') continue;
          const sum = decision.priced.lines.reduce((total, placed) => total + placed.totalMinor, 0);
          assert.equal(decision.priced.totalMinor, sum);
          for (const placed of decision.priced.lines) {
            assert.equal(placed.totalMinor, placed.quantity * placed.unitPriceMinor);
          }
        }
      }),
    );
  });

  test('the last unit goes to the VIP, even if they came later', () => {
    const available = new Map([['id-B', 1]]);
    const decisions = decidePlacement(
      [buildCandidate(), buildCandidate({ vip: true, customerId: 'bob' })],
      buildFacts({ available }),
    );
    assert.deepEqual(listKinds(decisions), ['insufficient_stock', 'accepted']);
  });

  test('among equals, the earlier request is served first', () => {
    const available = new Map([['id-B', 1]]);
    const decisions = decidePlacement(
      [buildCandidate(), buildCandidate({ customerId: 'bob' })],
      buildFacts({ available }),
    );
    assert.deepEqual(listKinds(decisions), ['accepted', 'insufficient_stock']);
  });

  test('two lines of one product share its stock and remain two lines', () => {
    const lines = [
      { sku: 'B', quantity: 6 },
      { sku: 'B', quantity: 5 },
    ];
    const [short] = decidePlacement([buildCandidate({ lines })], buildFacts());
    assert.deepEqual(short, {
      kind: 'insufficient_stock',
      lines: [{ sku: 'B', requested: 11, available: 10 }],
    });
    const [fits] = decidePlacement(
      [buildCandidate({ lines: [lines[0]!, { sku: 'B', quantity: 4 }] })],
      buildFacts(),
    );
    assert.equal(fits?.kind === 'accepted' && fits.priced.lines.length, 2);
  });

  test('refuses a price other than the one the client saw, and names both', () => {
    const [decision] = decidePlacement(
      [buildCandidate({ lines: [{ sku: 'B', quantity: 2, unitPriceMinor: 100 }] })],
      buildFacts(),
    );
    assert.deepEqual(decision, {
      kind: 'price_changed',
      lines: [{ sku: 'B', expectedMinor: 100, currentMinor: 125 }],
      totalMinor: 250,
    });
  });

  test('refuses a total other than the expected one, even if no line states a price', () => {
    const [decision] = decidePlacement([buildCandidate({ expectedTotalMinor: 124 })], buildFacts());
    assert.deepEqual(decision, { kind: 'price_changed', lines: [], totalMinor: 125 });
  });

  test('treats a product as unknown if it is not for sale or its SKU and id belong to different products', () => {
    const products = catalogue.map((product) => ({ ...product, active: product.sku !== 'C' }));
    const lines = [
      { sku: 'B', quantity: 1 },
      { sku: 'X', quantity: 1 },
      { sku: 'C', quantity: 1 },
      { sku: 'A', productId: 'id-B', quantity: 1 },
    ];
    const [decision] = decidePlacement([buildCandidate({ lines })], buildFacts({ products }));
    assert.deepEqual(decision, { kind: 'unknown_product', lineIndexes: [1, 2, 3] });
  });

  test('accepts a free order beyond the limit of unpaid ones and does not count it', () => {
    const pending = new Map([['ann', unpaid(5)]]);
    const decisions = decidePlacement(
      [buildCandidate({ lines: [{ sku: 'A', quantity: 1 }] }), buildCandidate()],
      buildFacts({ pending }),
    );
    assert.deepEqual(listKinds(decisions), ['accepted', 'pending_limit']);
  });

  test('lets staff exceed a customer’s limit, and counts that order', () => {
    const pending = new Map([['ann', unpaid(4)]]);
    const decisions = decidePlacement(
      [buildCandidate({ exempt: true }), buildCandidate(), buildCandidate({ exempt: true })],
      buildFacts({ pending }),
    );
    assert.deepEqual(listKinds(decisions), ['accepted', 'pending_limit', 'accepted']);
  });

  test('accepts a deferred order whatever its price and the stock, reserves nothing, and counts it', () => {
    const deferred = { deferred: true, customerId: 'ann' };
    const decisions = decidePlacement(
      [
        buildCandidate({ ...deferred, lines: [{ sku: 'B', quantity: 11, unitPriceMinor: 1 }] }),
        buildCandidate({ ...deferred, lines: [{ sku: 'A', quantity: 1 }], expectedTotalMinor: 9 }),
        buildCandidate({ customerId: 'bob', lines: [{ sku: 'B', quantity: 10 }] }),
        buildCandidate(deferred),
        buildCandidate({ ...deferred, customerId: 'cid', lines: [{ sku: 'X', quantity: 1 }] }),
      ],
      buildFacts({ pending: new Map([['ann', unpaid(3)]]) }),
    );
    assert.deepEqual(listKinds(decisions), [
      'accepted',
      'accepted',
      'accepted',
      'pending_limit',
      'unknown_product',
    ]);
  });
});

describe('decideQuote', () => {
  const request = fc.record({
    lines: fc.array(
      fc.record(
        {
          sku: fc.constantFrom('A', 'B', 'C', 'X'),
          quantity: fc.integer({ min: 1, max: 7 }),
          unitPriceMinor: fc.constantFrom(0, 125, 250),
        },
        { requiredKeys: ['sku', 'quantity'] },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    expectedTotalMinor: fc.option(fc.constantFrom(0, 125, 250)),
  });

  test('starts with the refusal that a placement would return, and has none if it would be accepted', () => {
    fc.assert(
      fc.property(
        request,
        fc.nat(3),
        fc.nat(20),
        ({ lines, expectedTotalMinor }, pending, free) => {
          const facts = buildFacts({
            pendingMax: 2,
            pending: new Map([['ann', unpaid(pending)]]),
            available: new Map(catalogue.map(({ id }) => [id, free])),
          });
          const [decision] = decidePlacement(
            [buildCandidate({ lines, expectedTotalMinor })],
            facts,
          );
          const { priced, refusals } = decideQuote(
            buildQuote({ lines, expectedTotalMinor }),
            facts,
          );
          if (decision?.kind !== 'accepted') return assert.deepEqual(refusals[0], decision);
          assert.deepEqual(refusals, []);
          assert.deepEqual(
            [priced.lines, priced.totalMinor],
            [decision.priced.lines, decision.priced.totalMinor],
          );
        },
      ),
    );
  });

  test('prices the known lines and lists every refusal', () => {
    const lines = [
      { sku: 'B', quantity: 11, unitPriceMinor: 100 },
      { sku: 'X', quantity: 1 },
    ];
    const quote = decideQuote(
      buildQuote({ lines, expectedTotalMinor: 1 }),
      buildFacts({ pending: new Map([['ann', unpaid(5)]]) }),
    );
    assert.deepEqual(quote.refusals, [
      { kind: 'unknown_product', lineIndexes: [1] },
      { kind: 'pending_limit' },
      { kind: 'insufficient_stock', lines: [{ sku: 'B', requested: 11, available: 10 }] },
      {
        kind: 'price_changed',
        lines: [{ sku: 'B', expectedMinor: 100, currentMinor: 125 }],
        totalMinor: 1375,
      },
    ]);
    assert.deepEqual(
      quote.priced.lines.map(({ sku }) => sku),
      ['B'],
    );
  });
});
