export const SKU_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
/** In characters. */
export const NAME_LENGTH_MAX = 200;
export const DESCRIPTION_LENGTH_MAX = 5_000;
/** The maximum number of units on hand of one product. */
export const STOCK_MAX = 1_000_000_000;
/** In characters. */
export const CATEGORY_LENGTH_MAX = 60;
export const POSITION_MAX = 1_000_000;
/** The maximum number of modifier groups of one product. */
export const MODIFIER_GROUPS_MAX = 20;

/** The part of a product that other modules may use. */
export interface Product {
  id: string;
  sku: string;
  name: string;
  priceMinor: number;
  currency: string;
  active: boolean;
}

export interface StockedProduct extends Product {
  description: string;
  /** Decides which tax rate applies to the product. */
  taxCategory: string;
  /** The section of the menu. Null: none. */
  category: string | null;
  /** The order in the menu, lowest first. */
  position: number;
  /** Distinct, in the order in which they are offered. */
  modifierGroupIds: readonly string[];
  version: number;
  createdAt: Date;
  updatedAt: Date;
  onHand: number;
  reserved: number;
}
