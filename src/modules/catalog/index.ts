/**
 * Catalogue: what is sold and for how much, and what can be chosen with it. Owns the products, modifier groups and
 * modifiers; the stock belongs to the inventory and is only read here.
 */
export { createCatalog } from './create-catalog.ts';
export type { OpenStock } from './create-product.ts';
export { catalogDeclaration } from './declaration.ts';
export { catalogErrors } from './errors.ts';
export { Sku } from './fields.ts';
export {
  type ChosenModifier,
  chooseModifiers,
  type GroupOutOfRange,
  type RefusedModifiers,
  type RequestedModifier,
} from './modifiers/choose-modifiers.ts';
export { modifierError, unknownModifierError } from './modifiers/modifier-error.ts';
export type { Modifier, ModifierGroup } from './modifiers/modifier-group.ts';
export { findModifierGroups } from './modifiers/queries.ts';
export {
  CATEGORY_LENGTH_MAX,
  DESCRIPTION_LENGTH_MAX,
  NAME_LENGTH_MAX,
  POSITION_MAX,
  SKU_PATTERN,
  STOCK_MAX,
} from './product.ts';
export { countProducts, findProducts, findProductsByName } from './queries.ts';
export type { Catalog } from './use-cases.ts';
