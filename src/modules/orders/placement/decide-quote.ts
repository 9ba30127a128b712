import { type PricedOrder, priceOrder, requirePriced } from '../../pricing/index.ts';
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

export interface QuoteCandidate {
  /** Open unpaid orders of the customer; 0 for a new customer, or if the limit does not apply. */
  readonly pending: number;
  readonly lines: readonly RequestedLine[];
  readonly expectedTotalMinor: number | null;
}

export interface QuoteDecision {
  /** Without the lines that have no product. */
  readonly priced: PricedOrder<UnpricedLine>;
  /** Why the order would not be placed now. Its placement would be refused with the first. */
  readonly refusals: readonly PlacementRefusal[];
}

/**
 * Prices an order and finds every reason to refuse its placement, by the checks of `decidePlacement` and in their
 * order. Pure. Throws `request.invalid` if the order cannot be priced.
 */
export function decideQuote(candidate: QuoteCandidate, facts: PlacementFacts): QuoteDecision {
  const found = candidate.lines.map((line) => findLine(line, facts));
  const known = (_: unknown, index: number) => found[index] !== null;
  const lines = found.filter((line) => line !== null);
  const priced = requirePriced(priceOrder({ currency: facts.currency, lines }));

  const unknown = findUnknown(found);
  const limited = priced.totalMinor > 0 && isAtLimit(candidate.pending, facts.pendingMax);
  // Without some of its lines the total differs even if no price has changed.
  const expectedTotalMinor = unknown === null ? candidate.expectedTotalMinor : null;
  const refusals = [
    unknown,
    limited ? ({ kind: 'pending_limit' } as const) : null,
    findPriceChange(candidate.lines.filter(known), expectedTotalMinor, priced),
    findShortage(priced.lines, facts.available),
  ];
  return { priced, refusals: refusals.filter((refusal) => refusal !== null) };
}
