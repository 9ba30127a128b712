import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { countPendingOrder } from '../../../../src/modules/orders/placement/buyer.ts';
import {
  decidePlacement,
  type PlacementCandidate,
  type PlacementDecision,
} from '../../../../src/modules/orders/placement/decide-placement.ts';
import { decideQuote } from '../../../../src/modules/orders/placement/decide-quote.ts';
import { customerUseKey } from '../../../../src/modules/orders/placement/known-discounts.ts';
import { toHeldGoods } from '../../../../src/modules/orders/placement/placement-checks.ts';
import type { PlacementFacts } from '../../../../src/modules/orders/placement/placement-facts.ts';
import { servingOrder } from '../../../../src/modules/orders/placement/serving-order.ts';
import { presentPriced } from '../../../../src/modules/pricing/index.ts';
import { batch, buildFacts, candidate, catalogue, shop } from './random-requests.ts';

/** Decisions about orders with modifiers that are products, discounts with every limit, and a bill with everything. */

type Accepted = Extract<PlacementDecision, { kind: 'accepted' }>;

interface Placed {
  readonly request: PlacementCandidate;
  readonly priced: Accepted['priced'];
}

/** Returns the orders that are placed at once, in the order in which they are served. */
function listPlaced(
  requests: readonly PlacementCandidate[],
  decisions: readonly PlacementDecision[],
): Placed[] {
  return servingOrder(requests).flatMap((index) => {
    const request = requests[index]!;
    const decision = decisions[index]!;
    if (decision.kind !== 'accepted' || request.deferred) return [];
    return { request, priced: decision.priced };
  });
}

/** Returns the units of a product that orders take, counted here again. */
function countUnits(placed: readonly Placed[], productId: string): number {
  let units = 0;
  for (const { priced } of placed) {
    for (const one of priced.lines) {
      if (one.productId === productId) units += one.quantity;
      const eggs = one.modifiers.find(({ code }) => code === 'WITH-EGG')?.quantity ?? 0;
      if (productId === 'id-EGG') units += one.quantity * eggs;
    }
  }
  return units;
}

function countUses(placed: readonly Placed[], discountId: string): number {
  return placed.filter(({ priced }) => priced.discounts.some(({ rule }) => rule.id === discountId))
    .length;
}

/** Returns what a customer sees of a decision. */
function summarise(decision: PlacementDecision) {
  if (decision.kind !== 'accepted') return decision;
  return { lines: decision.priced.lines, bill: presentPriced(decision.priced) };
}

const runs = { numRuns: 300 };

describe('decisions about bills', () => {
  test('no batch uses a discount more often than it may be used, in all and by a customer', () => {
    fc.assert(
      fc.property(shop, batch, (given, requests) => {
        const facts = buildFacts(given);
        const placed = listPlaced(requests, decidePlacement(requests, facts));
        for (const discount of facts.discounts.discounts) {
          const { id, usesMax, usesPerCustomerMax, firstOrderOnly, uses } = discount;
          assert.ok(usesMax === null || uses + countUses(placed, id) <= usesMax);
          for (const customerId of ['ann', 'bob', 'cid']) {
            const own = placed.filter(({ request }) => request.customerId === customerId);
            const before = facts.discounts.customerUses.get(customerUseKey(customerId, id)) ?? 0;
            assert.ok(
              usesPerCustomerMax === null || before + countUses(own, id) <= usesPerCustomerMax,
            );
            if (!firstOrderOnly) continue;
            const isReturning = facts.discounts.returning.has(customerId);
            assert.equal(countUses(isReturning ? own : own.slice(1), id), 0);
          }
        }
      }),
      runs,
    );
  });

  test('no batch promises more units than there are, as lines and as modifiers together', () => {
    fc.assert(
      fc.property(shop, batch, (given, requests) => {
        const facts = buildFacts(given);
        const placed = listPlaced(requests, decidePlacement(requests, facts));
        for (const { id } of catalogue) {
          assert.ok(countUnits(placed, id) <= facts.available.get(id)!);
        }
      }),
      runs,
    );
  });

  test('a batch is decided as if its orders came one after the other', () => {
    fc.assert(
      fc.property(shop, batch, (given, requests) => {
        const decisions = decidePlacement(requests, buildFacts(given));
        let facts = buildFacts(given);
        for (const index of servingOrder(requests)) {
          const request = requests[index]!;
          const [decision] = decidePlacement([request], facts);
          assert.deepEqual(summarise(decisions[index]!), summarise(decision!));
          if (decision!.kind === 'accepted') facts = addOrder(facts, request, decision!.priced);
        }
      }),
      runs,
    );
  });

  test('an accepted order has every code that it names, and the total that it states', () => {
    fc.assert(
      fc.property(shop, batch, (given, requests) => {
        for (const { request, priced } of listPlaced(
          requests,
          decidePlacement(requests, buildFacts(given)),
        )) {
          const applied = priced.discounts.map(({ rule }) => rule.code?.toLowerCase());
          for (const code of request.terms.discountCodes) {
            assert.ok(applied.includes(code.toLowerCase()), code);
          }
          const { expectedTotalMinor } = request;
          assert.ok(expectedTotalMinor === null || expectedTotalMinor === priced.totalMinor);
          assert.equal(priced.tipMinor, request.terms.tipMinor);
        }
      }),
      runs,
    );
  });

  test('a quote shows the bill of the placement, or the refusal with which it begins', () => {
    fc.assert(
      fc.property(shop, candidate, (given, { customerId, lines, terms, expectedTotalMinor }) => {
        const facts = buildFacts(given);
        const request = { customerId, guest: null, lines, terms, expectedTotalMinor };
        const [decision] = decidePlacement(
          [
            {
              ...request,
              vip: false,
              exempt: false,
              deferred: false,
              override: false,
              promise: null,
            },
          ],
          facts,
        );
        const { priced, refusals } = decideQuote({ ...request, exempt: false }, facts);
        if (decision!.kind !== 'accepted') return assert.deepEqual(refusals[0], decision);
        assert.deepEqual(refusals, []);
        assert.deepEqual(priced.lines, decision!.priced.lines);
        assert.deepEqual(presentPriced(priced), presentPriced(decision!.priced));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Returns the facts after an order was accepted: as the database would have them. */
function addOrder(
  facts: PlacementFacts,
  request: PlacementCandidate,
  priced: Accepted['priced'],
): PlacementFacts {
  const { customerId, deferred } = request;
  const isPending = deferred || priced.totalMinor > 0;
  const pending = new Map(facts.pending);
  const goods = toHeldGoods(priced);
  if (isPending) countPendingOrder(request, facts, pending, goods);
  if (deferred) return { ...facts, pending };
  const placed = [{ request, priced }];
  const { discounts, customerUses, returning } = facts.discounts;
  const keyOf = (id: string) => customerUseKey(customerId, id);
  return {
    ...facts,
    pending,
    available: new Map(
      [...facts.available].map(([id, units]) => [id, units - countUnits(placed, id)]),
    ),
    discounts: {
      discounts: discounts.map((one) => ({ ...one, uses: one.uses + countUses(placed, one.id) })),
      customerUses: new Map([
        ...customerUses,
        ...discounts.map(({ id }): [string, number] => [
          keyOf(id),
          (customerUses.get(keyOf(id)) ?? 0) + countUses(placed, id),
        ]),
      ]),
      returning: new Set([...returning, customerId]),
    },
  };
}
