import { priceOrder } from '../../pricing/index.ts';
import { isFree, type OrderLine } from '../order.ts';
import {
  findLine,
  findPriceChange,
  findShortage,
  findUnknown,
  isAtLimit,
  type PlacementFacts,
  type PlacementRefusal,
  type UnpricedLine,
} from './placement-checks.ts';
import type { RequestedLine } from './request.ts';
import { servingOrder } from './serving-order.ts';

export interface PlacementCandidate {
  readonly customerId: string;
  readonly vip: boolean;
  /** Placed by staff: counts towards the customer's limit but is not refused by it. */
  readonly exempt: boolean;
  /** Accepted now and placed later, when its stock and its stated prices are checked. */
  readonly deferred: boolean;
  readonly lines: readonly RequestedLine[];
  readonly expectedTotalMinor: number | null;
}

export type PlacementDecision =
  | { readonly kind: 'accepted'; readonly lines: readonly OrderLine[]; readonly totalMinor: number }
  | PlacementRefusal;

/**
 * Decides a batch of placements in serving order. Each decision takes into account what earlier ones reserved. Pure.
 * The result has the order of `candidates`, which is the order of arrival.
 */
export function decidePlacement(
  candidates: readonly PlacementCandidate[],
  facts: PlacementFacts,
): PlacementDecision[] {
  const available = new Map(facts.available);
  const pending = new Map(facts.pending);
  const decisions: PlacementDecision[] = new Array(candidates.length);
  for (const index of servingOrder(candidates)) {
    const candidate = candidates[index]!;
    const decision = decideOne(candidate, facts, available, pending.get(candidate.customerId) ?? 0);
    decisions[index] = decision;
    if (decision.kind !== 'accepted') continue;
    if (!candidate.deferred) {
      for (const line of decision.lines) {
        available.set(line.productId, (available.get(line.productId) ?? 0) - line.quantity);
      }
    }
    // A free order is confirmed at once, so it never waits for money.
    if (countsAsPending(candidate, decision.totalMinor)) {
      pending.set(candidate.customerId, (pending.get(candidate.customerId) ?? 0) + 1);
    }
  }
  return decisions;
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
  available: ReadonlyMap<string, number>,
  pending: number,
): PlacementDecision {
  const found = candidate.lines.map((line) => findLine(line, facts));
  const unknown = findUnknown(found);
  if (unknown !== null) return unknown;

  const { currency, pendingMax } = facts;
  const pricing = priceOrder({ currency, lines: found as readonly UnpricedLine[] });
  if (pricing.kind === 'refused') return pricing.refusals[0];
  const { lines, totalMinor } = pricing;

  const limited = !candidate.exempt && countsAsPending(candidate, totalMinor);
  if (limited && isAtLimit(pending, pendingMax)) return { kind: 'pending_limit' };
  if (candidate.deferred) return { kind: 'accepted', lines, totalMinor };
  return (
    findPriceChange(candidate.lines, candidate.expectedTotalMinor, pricing) ??
    findShortage(lines, available) ?? { kind: 'accepted', lines, totalMinor }
  );
}
