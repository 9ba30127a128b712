import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const catalogErrors = defineErrors('catalog', {
  notFound: [404, 'There is no such product.', 'It never was, or it is not for sale any more.'],
  skuTaken: [
    409,
    'There is already a product with this SKU.',
    'A SKU names one product for ever, also when it is inactive. Change that product, or choose another SKU.',
  ],
  versionConflict: [
    409,
    'The product has changed since you read it.',
    '`currentVersion` is the version that it has now. Read it again and decide anew.',
  ],
  unknownProduct: [
    400,
    'There is no product for sale under this name.',
    'A SKU or product id is unknown, or the product is not active. The list `errors` names the places.',
  ],
});

/** Which broken constraint is which refusal. */
export const catalogConstraints: Readonly<Record<string, ErrorDefinition>> = {
  products_sku_key: catalogErrors.skuTaken,
};
