export const SKU_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
/** In characters. */
export const NAME_LENGTH_MAX = 200;
export const DESCRIPTION_LENGTH_MAX = 5_000;
/** The maximum number of units on hand of one product. */
export const STOCK_MAX = 1_000_000_000;

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
  version: number;
  createdAt: Date;
  updatedAt: Date;
  onHand: number;
  reserved: number;
}
