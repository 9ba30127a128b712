import type { PricedOrder } from '../../pricing/index.ts';
import { createSlotBook, type SlotBook } from '../../scheduling/index.ts';
import { isFree } from '../order.ts';
import { listUnits } from '../order-units.ts';
import {
  type Buyer,
  countPendingOrder,
  findHeldRefusal,
  isAtLimit,
  type UnpaidOrders,
} from './buyer.ts';
import { decideFulfilment, type FulfilmentPromise } from './decide-fulfilment.ts';
import { findLine, listFound, type UnpricedLine } from './find-line.ts';
import { createUseCounter, listUnknownCodes, type UseCounter } from './known-discounts.ts';
import {
  findLineRefusals,
  findPriceChange,
  findRefusedCodes,
  findShortage,
  type PlacementRefusal,
  priceFound,
  toHeldGoods,
} from './placement-checks.ts';
import type { PlacementFacts } from './placement-facts.ts';
import type { OrderTerms, RequestedLine } from './request.ts';
import { servingOrder } from './serving-order.ts';

export interface PlacementCandidate extends Buyer {
  readonly customerId: string;
  readonly vip: boolean;
  /** Placed by staff: counts towards the limits of its buyer but is not refused by them. */
  readonly exempt: boolean;
  /** Accepted now and placed later, when its stock, its discounts and its stated prices are checked. */
  readonly deferred: boolean;
  readonly lines: readonly RequestedLine[];
  readonly terms: OrderTerms;
  readonly expectedTotalMinor: number | null;
  /** Taken even if the shop takes no orders for this time now. */
  readonly override: boolean;
  /** What was promised when the order was accepted; null: nothing yet. */
  readonly promise: FulfilmentPromise | null;
}

export type PlacementDecision =
  | {
      readonly kind: 'accepted';
      readonly priced: PricedOrder<UnpricedLine>;
      readonly promise: FulfilmentPromise;
    }
  | PlacementRefusal;

type AcceptedPlacement = Extract<PlacementDecision, { readonly kind: 'accepted' }>;

/** What earlier decisions of a batch left. */
interface Remaining {
  readonly available: Map<string, number>;
  readonly pending: Map<string, UnpaidOrders>;
  readonly uses: UseCounter;
  readonly slots: SlotBook;
}

/**
 * Decides a batch of placements in serving order. Each decision takes into account what earlier ones reserved and used.
 * Pure. The result has the order of `candidates`, which is the order of arrival.
 */
export function decidePlacement(
  candidates: readonly PlacementCandidate[],
  facts: PlacementFacts,
): PlacementDecision[] {
  const remaining: Remaining = {
    available: new Map(facts.available),
    pending: new Map(facts.pending),
    uses: createUseCounter(facts.discounts),
    slots: createSlotBook(facts.list.shop, facts.now, facts.knownSlots),
  };
  const decisions: PlacementDecision[] = new Array(candidates.length);
  for (const index of servingOrder(candidates)) {
    const candidate = candidates[index]!;
    const decision = decideOne(candidate, facts, remaining);
    decisions[index] = decision;
    if (decision.kind === 'accepted') count(candidate, decision, facts, remaining);
  }
  return decisions;
}

/** Counts what an accepted order takes. */
function count(
  candidate: PlacementCandidate,
  { priced, promise }: AcceptedPlacement,
  facts: PlacementFacts,
  { available, pending, uses, slots }: Remaining,
): void {
  const { customerId, deferred } = candidate;
  const { lines, discounts, totalMinor } = priced;
  if (candidate.promise === null && promise.slotStart !== null) slots.take(promise.slotStart);
  if (!deferred) {
    for (const { productId, quantity } of listUnits(lines)) {
      available.set(productId, (available.get(productId) ?? 0) - quantity);
    }
    uses.countOrder(
      customerId,
      discounts.map(({ rule }) => rule.id),
    );
  }
  // A free order is confirmed at once, so it never waits for money.
  if (countsAsPending(candidate, totalMinor)) {
    countPendingOrder(candidate, facts, pending, toHeldGoods(priced));
  }
}

function decidePromise(
  { terms, override }: PlacementCandidate,
  facts: PlacementFacts,
  slots: SlotBook,
): FulfilmentPromise | PlacementRefusal {
  const decision = decideFulfilment(terms.fulfilment, override, facts, slots);
  return decision.refusals[0] ?? decision;
}

/**
 * Returns whether an order counts as pending. A deferred one does, whatever it costs today: its final price is not
 * known yet.
 */
function countsAsPending(candidate: PlacementCandidate, totalMinor: number): boolean {
  return candidate.deferred || !isFree(totalMinor);
}

function decideOne(
  candidate: PlacementCandidate,
  facts: PlacementFacts,
  { available, pending, uses, slots }: Remaining,
): PlacementDecision {
  const { terms, expectedTotalMinor } = candidate;
  const found = candidate.lines.map((line) => findLine(line, facts));
  const lines = listFound(found);
  if (lines.length < found.length) return findLineRefusals(found)[0]!;

  const promise = candidate.promise ?? decidePromise(candidate, facts, slots);
  if ('kind' in promise) return promise;

  const { fulfilment } = promise;
  const priced = priceFound(lines, candidate, { ...terms, fulfilment }, facts, uses);
  if (priced.kind === 'refused') return priced.refusals[0];

  const limited = !candidate.exempt && countsAsPending(candidate, priced.totalMinor);
  if (limited && isAtLimit(candidate, facts, pending)) {
    return { kind: 'pending_limit' };
  }
  const held = limited ? findHeldRefusal(candidate, facts, pending, toHeldGoods(priced)) : null;
  const accepted = { kind: 'accepted', priced, promise } as const;
  if (candidate.deferred) {
    return held ?? findRefusedCodes(listUnknownCodes(priced.refusedCodes)) ?? accepted;
  }
  return (
    findShortage(priced.lines, facts, available) ??
    held ??
    findRefusedCodes(priced.refusedCodes) ??
    findPriceChange(candidate.lines, expectedTotalMinor, priced) ??
    accepted
  );
}
