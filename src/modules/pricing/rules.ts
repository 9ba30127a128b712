import type { PostalArea } from './postal-area.ts';
import type { Proportion } from './proportion.ts';

export const fulfilmentTypes = ['PICKUP', 'DELIVERY', 'DINE_IN', 'SHIPMENT'] as const;

/** How an order reaches the person it is for. */
export type FulfilmentType = (typeof fulfilmentTypes)[number];

export const chargeKinds = ['DELIVERY', 'SERVICE', 'PACKAGING', 'SMALL_ORDER'] as const;

export type ChargeKind = (typeof chargeKinds)[number];

/** A tax of one category. */
export interface TaxRateRule {
  readonly id: string;
  readonly name: string;
  /** As it was entered, such as `8.875`. */
  readonly percent: string;
  readonly share: Proportion;
  readonly taxCategory: string;
  /** Null: every type. */
  readonly fulfilmentTypes: readonly FulfilmentType[] | null;
}

/** An amount that is added to an order, such as for delivery. */
export interface ChargeRule {
  readonly id: string;
  readonly kind: ChargeKind;
  readonly name: string;
  readonly price: AmountOrPercent;
  /** Null: DELIVERY orders for a DELIVERY charge, every type for the others. */
  readonly fulfilmentTypes: readonly FulfilmentType[] | null;
  /** Applies only to a discounted subtotal below this. */
  readonly belowSubtotalMinor: number | null;
  /** Does not apply to a discounted subtotal of this or more. */
  readonly freeFromMinor: number | null;
  /** For DELIVERY charges only. Null: wherever no other charge has a matching prefix. */
  readonly postalArea: PostalArea | null;
  readonly taxCategory: string;
}

export type AmountOrPercent =
  | { readonly kind: 'amount'; readonly amountMinor: number }
  | { readonly kind: 'percent'; readonly share: Proportion };

/** What a discount takes off. */
export type DiscountEffect =
  | { readonly kind: 'FREE_DELIVERY' }
  | ({ readonly scope: DiscountScope } & (
      | { readonly kind: 'PERCENT'; readonly share: Proportion }
      | { readonly kind: 'AMOUNT'; readonly amountMinor: number }
    ));

export type DiscountScope =
  | { readonly kind: 'ORDER' }
  | { readonly kind: 'LINES'; readonly matches: LineMatch };

/** Which lines a discount applies to: all, or those of some products or menu sections. */
export type LineMatch =
  | { readonly kind: 'all' }
  | { readonly kind: 'skus'; readonly skus: ReadonlySet<string> }
  | { readonly kind: 'categories'; readonly categories: ReadonlySet<string> };

/** What a discount is, however often it was used. */
interface DiscountBasis {
  readonly id: string;
  /** Null: it applies without being named. */
  readonly code: string | null;
  readonly name: string;
  readonly effect: DiscountEffect;
  readonly minimumSubtotalMinor: number | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly active: boolean;
  /** Whether it applies together with others that combine. */
  readonly combines: boolean;
  readonly firstOrderOnly: boolean;
}

/** A discount as the shop set it up. */
export interface DiscountDefinition extends DiscountBasis {
  /** How many orders may use it. Null: any number. */
  readonly usesMax: number | null;
  /** How many orders of one customer may use it. Null: any number. */
  readonly usesPerCustomerMax: number | null;
  readonly createdAt: Date;
}

/** A discount, with what is known of its uses at this moment. */
export interface DiscountRule extends DiscountBasis {
  /** How many further orders may use it. Null: any number. */
  readonly usesLeft: number | null;
  /** How many further orders of this customer may use it. Null: any number. */
  readonly customerUsesLeft: number | null;
}

/** The rules of the shop at one moment, each kind in the order of creation. */
export interface PricingRules {
  /** Whether the prices of products, modifiers and charges contain their tax. */
  readonly pricesIncludeTax: boolean;
  readonly taxRates: readonly TaxRateRule[];
  readonly charges: readonly ChargeRule[];
  /** Those without a code, and those whose code the order names. */
  readonly discounts: readonly DiscountRule[];
}
