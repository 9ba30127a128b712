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
  unknownModifier: [
    400,
    'There is no such modifier for this product.',
    'A modifier code is unknown, inactive, or in no modifier group of the product. `errors` lists the locations.',
  ],
  modifiersOutOfRange: [
    400,
    'The number of chosen modifiers is out of range.',
    'The units chosen of a modifier group are fewer than its `min` or more than its `max`, or those of one modifier are more than its `quantityMax`. `group` is the id of the group.',
  ],
  modifierCodeTaken: [
    409,
    'Another modifier group already has a modifier with this code.',
    'A code means one modifier in the whole shop. `errors` lists the locations. Choose other codes.',
  ],
  groupInUse: [
    409,
    'Products still offer this modifier group.',
    'Remove it from the `modifierGroupIds` of every product first.',
  ],
});

/** Maps constraint violations to refusals. */
export const catalogConstraints: Readonly<Record<string, ErrorDefinition>> = {
  products_sku_key: catalogErrors.skuTaken,
  modifier_groups_in_use_check: catalogErrors.groupInUse,
};
