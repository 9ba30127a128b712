import { sumMinor, timesMinor } from '../../../shared/money.ts';
import type { OrderLine } from '../order.ts';
import { servingOrder } from '../queue/serving-order.ts';
import type { RequestedLine } from './request.ts';

/** What the catalogue says of a product at the moment of placement. */
export interface PlacementProduct {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly active: boolean;
}

export interface PlacementCandidate {
  readonly customerId: string;
  readonly vip: boolean;
  /** Placed by staff: not stopped by the customer's limit, though it counts. */
  readonly exempt: boolean;
  /** Only accepted now, and placed later: its stock and the prices that it states are looked at then. */
  readonly deferred: boolean;
  readonly lines: readonly RequestedLine[];
  readonly expectedTotalMinor: number | null;
}

/** What was read under lock. */
export interface PlacementFacts {
  readonly productsById: ReadonlyMap<string, PlacementProduct>;
  readonly productsBySku: ReadonlyMap<string, PlacementProduct>;
  /** Units that are free, by product id. */
  readonly available: ReadonlyMap<string, number>;
  /** Open unpaid orders, by customer id. */
  readonly pending: ReadonlyMap<string, number>;
  /** 0: no limit. */
  readonly pendingMax: number;
}

export interface PriceDrift {
  readonly sku: string;
  readonly expectedMinor: number;
  readonly currentMinor: number;
}

export interface Shortage {
  readonly sku: string;
  readonly requested: number;
  readonly available: number;
}

export type PlacementDecision =
  | { readonly kind: 'accepted'; readonly lines: readonly OrderLine[]; readonly totalMinor: number }
  | { readonly kind: 'unknown_product'; readonly lineIndexes: readonly number[] }
  | { readonly kind: 'pending_limit' }
  | {
      readonly kind: 'price_changed';
      readonly lines: readonly PriceDrift[];
      readonly totalMinor: number;
    }
  | { readonly kind: 'insufficient_stock'; readonly lines: readonly Shortage[] };

/**
 * Decides a batch of placements in their serving order. Each decision sees what the ones before it took. Pure: the
 * result has the order of `candidates`, which is the order of their arrival.
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

/** What a deferred order will cost is not known yet, so it counts whatever it costs today. */
function countsAsPending(candidate: PlacementCandidate, totalMinor: number): boolean {
  return candidate.deferred || totalMinor > 0;
}

function decideOne(
  candidate: PlacementCandidate,
  facts: PlacementFacts,
  available: ReadonlyMap<string, number>,
  pending: number,
): PlacementDecision {
  const products = candidate.lines.map((line) => productOf(line, facts));
  const unknown = products.flatMap((product, index) => (product === null ? [index] : []));
  if (unknown.length > 0) return { kind: 'unknown_product', lineIndexes: unknown };

  const lines = candidate.lines.map((line, index) => placedLine(products[index]!, line.quantity));
  const totalMinor = sumMinor(lines.map((line) => line.totalMinor));
  const limited =
    facts.pendingMax > 0 && !candidate.exempt && countsAsPending(candidate, totalMinor);
  if (limited && pending >= facts.pendingMax) return { kind: 'pending_limit' };
  if (candidate.deferred) return { kind: 'accepted', lines, totalMinor };

  const drifts = driftsOf(candidate.lines, lines);
  const totalDrifted =
    candidate.expectedTotalMinor !== null && candidate.expectedTotalMinor !== totalMinor;
  if (drifts.length > 0 || totalDrifted)
    return { kind: 'price_changed', lines: drifts, totalMinor };

  const shortages = shortagesOf(lines, available);
  if (shortages.length > 0) return { kind: 'insufficient_stock', lines: shortages };
  return { kind: 'accepted', lines, totalMinor };
}

/** Null when there is no such product, it is not for sale, or `sku` and `productId` name two. */
function productOf(line: RequestedLine, facts: PlacementFacts): PlacementProduct | null {
  const product =
    line.productId === undefined
      ? facts.productsBySku.get(line.sku ?? '')
      : facts.productsById.get(line.productId);
  if (product === undefined || !product.active) return null;
  if (line.sku !== undefined && line.sku !== product.sku) return null;
  return product;
}

function placedLine(product: PlacementProduct, quantity: number): OrderLine {
  return {
    productId: product.id,
    sku: product.sku,
    name: product.name,
    quantity,
    unitPriceMinor: product.priceMinor,
    totalMinor: timesMinor(product.priceMinor, quantity),
  };
}

function driftsOf(requested: readonly RequestedLine[], lines: readonly OrderLine[]): PriceDrift[] {
  return lines.flatMap((line, index) => {
    const expectedMinor = requested[index]!.unitPriceMinor;
    if (expectedMinor === undefined || expectedMinor === line.unitPriceMinor) return [];
    return [{ sku: line.sku, expectedMinor, currentMinor: line.unitPriceMinor }];
  });
}

/** Several lines of one product stay several lines, but they draw on one stock. */
function shortagesOf(
  lines: readonly OrderLine[],
  available: ReadonlyMap<string, number>,
): Shortage[] {
  const wanted = new Map<string, Shortage>();
  for (const line of lines) {
    const requested = (wanted.get(line.productId)?.requested ?? 0) + line.quantity;
    wanted.set(line.productId, {
      sku: line.sku,
      requested,
      available: available.get(line.productId) ?? 0,
    });
  }
  return [...wanted.values()].filter((line) => line.requested > line.available);
}
