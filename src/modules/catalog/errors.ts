import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const catalogErrors = defineErrors('catalog', {
  notFound: [404, 'There is no such product.', 'It never existed, or it is no longer for sale.'],
  skuTaken: [
    409,
    'There is already a product with this SKU.',
    'A SKU belongs to one product permanently, even when it is inactive. Change that product, or choose another SKU.',
  ],
  versionConflict: [
    409,
    'The product has changed since you read it.',
    '`currentVersion` is its current version. Read it again before you retry.',
  ],
  unknownProduct: [
    400,
    'There is no such product for sale.',
    'A SKU or product id is unknown, or the product is inactive. `errors` lists the locations.',
  ],
});

/** Maps constraint violations to refusals. */
export const catalogConstraints: Readonly<Record<string, ErrorDefinition>> = {
  products_sku_key: catalogErrors.skuTaken,
};
