import type { PricedOrder, PricingRefusal } from '../../pricing/index.ts';
import type { OrderLine } from '../order.ts';
import type { RequestedLine } from './request.ts';

/** A product as it is in the catalogue at the moment of placement. */
export interface PlacementProduct {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly active: boolean;
}

/** What a decision is based on, read under lock for a placement and without for a quote. */
export interface PlacementFacts {
  /** The currency of every price, ISO 4217. */
  readonly currency: string;
  readonly productsById: ReadonlyMap<string, PlacementProduct>;
  readonly productsBySku: ReadonlyMap<string, PlacementProduct>;
  /** Available units, by product id. */
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

/** Why an order is not placed. */
export type PlacementRefusal =
  | { readonly kind: 'unknown_product'; readonly lineIndexes: readonly number[] }
  | PricingRefusal
  | { readonly kind: 'pending_limit' }
  | {
      readonly kind: 'price_changed';
      readonly lines: readonly PriceDrift[];
      readonly totalMinor: number;
    }
  | { readonly kind: 'insufficient_stock'; readonly lines: readonly Shortage[] };

/** An order line before it has its total. */
export type UnpricedLine = Omit<OrderLine, 'totalMinor'>;

/** Returns null if there is no such product, it is not for sale, or `sku` and `productId` name different ones. */
export function findLine(line: RequestedLine, facts: PlacementFacts): UnpricedLine | null {
  const product =
    line.productId === undefined
      ? facts.productsBySku.get(line.sku ?? '')
      : facts.productsById.get(line.productId);
  if (product === undefined || !product.active) return null;
  if (line.sku !== undefined && line.sku !== product.sku) return null;
  return {
    productId: product.id,
    sku: product.sku,
    name: product.name,
    quantity: line.quantity,
    unitPriceMinor: product.priceMinor,
  };
}

/** Returns null if every line has its product. */
export function findUnknown(lines: readonly (UnpricedLine | null)[]): PlacementRefusal | null {
  if (!lines.includes(null)) return null;
  const lineIndexes = lines.flatMap((line, index) => (line === null ? [index] : []));
  return { kind: 'unknown_product', lineIndexes };
}

/** Returns whether a customer with `pending` open unpaid orders may have no further one. `pendingMax` 0: no limit. */
export function isAtLimit(pending: number, pendingMax: number): boolean {
  return pendingMax > 0 && pending >= pendingMax;
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
  const drifts = lines.flatMap((line, index) => {
    const expectedMinor = requested[index]!.unitPriceMinor;
    if (expectedMinor === undefined || expectedMinor === line.unitPriceMinor) return [];
    return [{ sku: line.sku, expectedMinor, currentMinor: line.unitPriceMinor }];
  });
  const totalDrifted = expectedTotalMinor !== null && expectedTotalMinor !== totalMinor;
  if (drifts.length === 0 && !totalDrifted) return null;
  return { kind: 'price_changed', lines: drifts, totalMinor };
}

/** Returns null if there is enough stock. Several lines of one product stay separate but share its stock. */
export function findShortage(
  lines: readonly OrderLine[],
  available: ReadonlyMap<string, number>,
): PlacementRefusal | null {
  const wanted = new Map<string, Shortage>();
  for (const line of lines) {
    const requested = (wanted.get(line.productId)?.requested ?? 0) + line.quantity;
    wanted.set(line.productId, {
      sku: line.sku,
      requested,
      available: available.get(line.productId) ?? 0,
    });
  }
  const shortages = [...wanted.values()].filter((line) => line.requested > line.available);
  return shortages.length === 0 ? null : { kind: 'insufficient_stock', lines: shortages };
}
