import type { GroupOutOfRange } from '../../catalog/index.ts';
import type { StockLine } from '../../inventory/index.ts';
import {
  type PricedOrder,
  type Pricing,
  type PricingRefusal,
  priceOrder,
  type RefusedCode,
} from '../../pricing/index.ts';
import { defaultFulfilment } from '../fulfilment/fulfilment.ts';
import type { OrderLine } from '../order.ts';
import { type LineUnits, listUnits } from '../order-units.ts';
import type { Buyer, HeldGoods, HeldRefusal } from './buyer.ts';
import type { FulfilmentRefusal } from './decide-fulfilment.ts';
import type { FoundLine, UnpricedLine } from './find-line.ts';
import type { UseCounter } from './known-discounts.ts';
import type { PlacementFacts } from './placement-facts.ts';
import type { OrderTerms, RequestedLine } from './request.ts';

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

/** Why an order is not placed. */
export type PlacementRefusal =
  | { readonly kind: 'unknown_product'; readonly lineIndexes: readonly number[] }
  | { readonly kind: 'unknown_modifier'; readonly places: readonly ModifierPlace[] }
  | (GroupOutOfRange & { readonly lineIndex: number })
  | FulfilmentRefusal
  | PricingRefusal
  | { readonly kind: 'pending_limit' }
  | HeldRefusal
  | { readonly kind: 'insufficient_stock'; readonly lines: readonly Shortage[] }
  | { readonly kind: 'discounts_not_applicable'; readonly discounts: readonly RefusedCode[] }
  | {
      readonly kind: 'price_changed';
      readonly lines: readonly PriceDrift[];
      readonly totalMinor: number;
    };

export interface ModifierPlace {
  readonly lineIndex: number;
  readonly modifierIndex: number;
}

/** Returns every reason for which lines cannot be priced, in the order in which a placement reports them. */
export function findLineRefusals(found: readonly FoundLine[]): readonly PlacementRefusal[] {
  if (found.every(({ kind }) => kind === 'line')) return [];
  const lineIndexes = found.flatMap(({ kind }, index) => (kind === 'unknown_product' ? index : []));
  const places: ModifierPlace[] = [];
  const outOfRange: PlacementRefusal[] = [];
  found.forEach((one, lineIndex) => {
    if (one.kind !== 'refused_modifiers') return;
    for (const refusal of one.refusals) {
      if (refusal.kind === 'modifiers_out_of_range') outOfRange.push({ ...refusal, lineIndex });
      else places.push(...refusal.indexes.map((modifierIndex) => ({ lineIndex, modifierIndex })));
    }
  });
  return [
    ...(lineIndexes.length === 0 ? [] : [{ kind: 'unknown_product' as const, lineIndexes }]),
    ...(places.length === 0 ? [] : [{ kind: 'unknown_modifier' as const, places }]),
    ...outOfRange,
  ];
}

/** Prices an order of a buyer by the rules that apply to it now. `uses` knows the orders decided before. */
export function priceFound(
  lines: readonly UnpricedLine[],
  buyer: Buyer,
  { discountCodes: codes, tipMinor, fulfilment }: OrderTerms,
  { currency, now, list, pricesIncludeTax }: PlacementFacts,
  uses: UseCounter,
): Pricing<UnpricedLine> {
  const { type: fulfilmentType, address } = fulfilment ?? defaultFulfilment;
  const discounts = uses.listRules(buyer.customerId, codes);
  const isEmpty = lines.length === 0;
  return priceOrder({
    currency,
    lines,
    rules: {
      pricesIncludeTax,
      taxRates: list.taxRates,
      // Without lines nothing is delivered or served, and nothing applies by itself.
      charges: isEmpty ? [] : list.charges,
      discounts: isEmpty ? discounts.filter(({ code }) => code !== null) : discounts,
    },
    destination: { fulfilmentType, postalCode: address?.postalCode ?? null },
    now,
    isFirstOrder: uses.isFirstOrder(buyer),
    codes,
    tipMinor,
  });
}

/**
 * Returns null if no stated price has changed. `requested` has the line of each priced one; `expectedTotalMinor` null
 * accepts any total.
 */
export function findPriceChange(
  requested: readonly RequestedLine[],
  expectedTotalMinor: number | null,
  { lines, totalMinor }: PricedOrder<UnpricedLine>,
): PlacementRefusal | null {
  const drifts: PriceDrift[] = [];
  for (const [index, { sku, unitPriceMinor: currentMinor }] of lines.entries()) {
    const expectedMinor = requested[index]!.unitPriceMinor;
    if (expectedMinor === undefined || expectedMinor === currentMinor) continue;
    drifts.push({ sku, expectedMinor, currentMinor });
  }
  const totalDrifted = expectedTotalMinor !== null && expectedTotalMinor !== totalMinor;
  if (drifts.length === 0 && !totalDrifted) return null;
  return { kind: 'price_changed', lines: drifts, totalMinor };
}

/**
 * Returns null if there is enough stock. Several lines of one product stay separate but share its stock, also with
 * modifiers that are this product.
 */
export function findShortage(
  lines: readonly OrderLine[],
  facts: Pick<PlacementFacts, 'productsById'>,
  available: ReadonlyMap<string, number>,
): PlacementRefusal | null {
  const shortages: Shortage[] = [];
  for (const { productId, quantity: requested } of sumUnits(listUnits(lines))) {
    const left = available.get(productId) ?? 0;
    if (requested <= left) continue;
    const sku = facts.productsById.get(productId)?.sku ?? productId;
    shortages.push({ sku, requested, available: left });
  }
  return shortages.length === 0 ? null : { kind: 'insufficient_stock', lines: shortages };
}

/** Returns what an order holds until it is paid. */
export function toHeldGoods({
  lines,
  totalMinor,
}: {
  readonly lines: readonly LineUnits[];
  readonly totalMinor: number;
}): HeldGoods {
  const units = listUnits(lines).reduce((total, { quantity }) => total + quantity, 0);
  return { units, valueMinor: totalMinor };
}

/** Returns the units by product. */
function sumUnits(units: readonly StockLine[]): readonly StockLine[] {
  if (units.length === 1) return units;
  const sums = new Map<string, number>();
  for (const { productId, quantity } of units) {
    sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  }
  return [...sums].map(([productId, quantity]) => ({ productId, quantity }));
}

/** Returns null if every named code applies. */
export function findRefusedCodes(discounts: readonly RefusedCode[]): PlacementRefusal | null {
  return discounts.length === 0 ? null : { kind: 'discounts_not_applicable', discounts };
}
