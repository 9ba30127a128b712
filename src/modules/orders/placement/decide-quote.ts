import { type PricedOrder, requirePriced } from '../../pricing/index.ts';
import { createSlotBook } from '../../scheduling/index.ts';
import { type Buyer, findHeldRefusal, isAtLimit } from './buyer.ts';
import { decideFulfilment } from './decide-fulfilment.ts';
import { type FoundLine, findLine, listFound, type UnpricedLine } from './find-line.ts';
import { createUseCounter } from './known-discounts.ts';
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
import { noTerms, type OrderTerms, type RequestedLine } from './request.ts';

export interface QuoteCandidate extends Buyer {
  /** Requested by staff, whose orders no limit refuses. */
  readonly exempt: boolean;
  readonly lines: readonly RequestedLine[];
  readonly terms: OrderTerms;
  readonly expectedTotalMinor: number | null;
}

export interface QuoteDecision {
  /** One for each requested line. */
  readonly found: readonly FoundLine[];
  /** Without the lines that cannot be priced. */
  readonly priced: PricedOrder<UnpricedLine>;
  /** The place of each priced line among the requested ones. */
  readonly lineIndexes: readonly number[];
  /** Why the order would not be placed now. Its placement would be refused with the first. */
  readonly refusals: readonly PlacementRefusal[];
}

/**
 * Prices an order and finds every reason to refuse its placement, by the checks of `decidePlacement` and in their
 * order. Pure. An order that costs too much is priced without its lines, and has the refusal `total_too_large`.
 */
export function decideQuote(candidate: QuoteCandidate, facts: PlacementFacts): QuoteDecision {
  const { terms } = candidate;
  const found = candidate.lines.map((line) => findLine(line, facts));
  const lineIndexes = found.flatMap(({ kind }, index) => (kind === 'line' ? index : []));
  const lines = listFound(found);
  const uses = createUseCounter(facts.discounts);
  const unpriced = findLineRefusals(found);
  const book = createSlotBook(facts.list.shop, facts.now, facts.knownSlots);
  const promise = decideFulfilment(terms.fulfilment, false, facts, book);
  const { fulfilment } = promise;
  const priced = priceFound(lines, candidate, { ...terms, fulfilment }, facts, uses);
  if (priced.kind === 'refused') {
    const nothing = requirePriced(priceFound([], candidate, noTerms, facts, uses));
    const refusals = [...unpriced, ...promise.refusals, ...priced.refusals];
    return { found, priced: nothing, lineIndexes: [], refusals };
  }

  const limited = priced.totalMinor > 0 && !candidate.exempt;
  // Without some of its lines the total differs even if no price has changed.
  const expectedTotalMinor = unpriced.length === 0 ? candidate.expectedTotalMinor : null;
  const refusals = [
    ...unpriced,
    ...promise.refusals,
    limited && isAtLimit(candidate, facts, facts.pending)
      ? ({ kind: 'pending_limit' } as const)
      : null,
    findShortage(priced.lines, facts, facts.available),
    limited ? findHeldRefusal(candidate, facts, facts.pending, toHeldGoods(priced)) : null,
    findRefusedCodes(priced.refusedCodes),
    findPriceChange(
      lineIndexes.map((index) => candidate.lines[index]!),
      expectedTotalMinor,
      priced,
    ),
  ];
  return { found, priced, lineIndexes, refusals: refusals.filter((refusal) => refusal !== null) };
}
