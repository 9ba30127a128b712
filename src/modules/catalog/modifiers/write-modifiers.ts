import type { Transaction } from '../../../database/database.ts';
import { invalidInputs } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { catalogErrors } from '../errors.ts';
import { findProducts } from '../queries.ts';
import type { Modifier } from './modifier-group.ts';
import { replaceModifiers } from './queries.ts';
import type { ModifierInput } from './schemas.ts';

/** Returns the modifiers with their products. Throws `request.invalid` for unknown SKUs. */
export async function resolveModifiers(
  tx: Transaction,
  inputs: readonly ModifierInput[],
): Promise<Modifier[]> {
  const skus = inputs.flatMap(({ sku = null }) => (sku === null ? [] : [sku]));
  const products = skus.length === 0 ? [] : await findProducts(tx, { skus });
  const ids = new Map(products.map(({ id, sku }) => [sku, id]));
  const unknown = inputs.flatMap(({ sku = null }, index) =>
    sku === null || ids.has(sku)
      ? []
      : [{ pointer: `/modifiers/${index}/sku`, detail: 'There is no product with this SKU.' }],
  );
  if (unknown.length > 0) throw invalidInputs(unknown);
  return inputs.map(({ code, name, price, quantityMax = 1, sku = null, active = true }) => ({
    code,
    name,
    priceMinor: price.amount,
    quantityMax,
    active,
    productId: sku === null ? null : ids.get(sku)!,
  }));
}

/** Gives a group these modifiers. Throws `catalog.modifier_code_taken`. */
export async function writeModifiers(
  tx: Transaction,
  groupId: string,
  modifiers: readonly Modifier[],
): Promise<void> {
  const rows = modifiers.map((modifier, place) => ({
    code: modifier.code,
    place,
    name: modifier.name,
    price_minor: modifier.priceMinor,
    quantity_max: modifier.quantityMax,
    product_id: modifier.productId,
    active: modifier.active,
  }));
  const written = new Set(
    (await replaceModifiers(tx, groupId, JSON.stringify(rows))).map(({ code }) => code),
  );
  const taken = modifiers.flatMap(({ code }, index) =>
    written.has(code)
      ? []
      : [{ pointer: `/modifiers/${index}/code`, detail: 'Another group has this code.' }],
  );
  if (taken.length > 0) throw new CodedError(catalogErrors.modifierCodeTaken, { errors: taken });
}
