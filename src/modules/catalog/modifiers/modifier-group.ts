/** The maximum units chosen of one group, and so of one modifier. */
export const UNITS_MAX = 50;
/** The maximum number of modifiers in one group. */
export const MODIFIERS_MAX = 100;
/** In characters, of groups and of modifiers. */
export const MODIFIER_NAME_LENGTH_MAX = 100;

/** One thing that can be chosen for a product, such as extra cheese. */
export interface Modifier {
  /** Unique in the shop. */
  readonly code: string;
  readonly name: string;
  /** Of one unit, 0 or more. */
  readonly priceMinor: number;
  readonly quantityMax: number;
  readonly active: boolean;
  /** The product whose stock a chosen unit reserves. Null: none. */
  readonly productId: string | null;
}

/** Modifiers of which between `min` and `max` units are chosen together. */
export interface ModifierGroup {
  readonly id: string;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** In the order in which they are offered. */
  readonly modifiers: readonly Modifier[];
}

/** A modifier with its product as it is now. */
export interface StockedModifier extends Modifier {
  readonly sku: string | null;
  /** Units that can be chosen now, 0 if the product is inactive. Null: no limit. */
  readonly available: number | null;
}

export interface StoredGroup extends ModifierGroup {
  readonly modifiers: readonly StockedModifier[];
  readonly currency: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
