import type { KnownSlots } from '../../scheduling/index.ts';
import type { PendingCounts, PendingLimits } from './buyer.ts';
import type { KnownDiscounts } from './known-discounts.ts';
import type { PriceList } from './price-list.ts';

/** A product as it is in the catalogue at the moment of placement. */
export interface PlacementProduct {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly active: boolean;
  readonly taxCategory: string;
  /** The menu section. */
  readonly category: string | null;
  readonly modifierGroupIds: readonly string[];
}

/** What a decision is based on, read under lock for a placement and without for a quote. */
export interface PlacementFacts extends PendingLimits {
  /** The currency of every price, ISO 4217. */
  readonly currency: string;
  readonly now: Date;
  readonly list: PriceList;
  readonly pricesIncludeTax: boolean;
  readonly discounts: KnownDiscounts;
  readonly productsById: ReadonlyMap<string, PlacementProduct>;
  readonly productsBySku: ReadonlyMap<string, PlacementProduct>;
  /** Available units, by product id. */
  readonly available: ReadonlyMap<string, number>;
  readonly pending: PendingCounts;
  /** What was read of the slots; null: nothing, because they have no maximum or no order needs one. */
  readonly knownSlots: KnownSlots | null;
}
