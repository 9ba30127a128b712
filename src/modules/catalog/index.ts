/**
 * Catalogue: what is sold and for how much. Owns the products; their stock belongs to the inventory and is only read
 * here.
 */
export { createCatalog } from './create-catalog.ts';
export type { OpenStock } from './create-product.ts';
export { catalogDeclaration } from './declaration.ts';
export { catalogErrors } from './errors.ts';
export {
  DESCRIPTION_LENGTH_MAX,
  NAME_LENGTH_MAX,
  SKU_PATTERN,
  STOCK_MAX,
} from './product.ts';
export { countProducts, findProducts, findProductsByName } from './queries.ts';
export { Sku } from './schemas.ts';
export type { Catalog } from './use-cases.ts';
