import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../database/database.ts';
import { requireMatch } from '../../http/index.ts';
import type { Author } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import { catalogErrors } from './errors.ts';
import { requireGroups } from './modifiers/offered-groups.ts';
import type { StockedProduct } from './product.ts';
import { changeProduct, lockProduct } from './queries.ts';
import { recordProduct } from './record-product.ts';
import type { UpdateProductInput } from './schemas.ts';

/**
 * Changes the data of a product. `accepted` lists the versions that `If-Match` accepts, null for any. An edit that
 * changes nothing keeps the version. Throws `catalog.not_found`, `request.precondition_failed`,
 * `catalog.version_conflict`, and `request.invalid` for unknown modifier groups.
 */
export async function updateProduct(
  tx: Transaction,
  productId: string,
  input: UpdateProductInput,
  accepted: readonly number[] | null,
  author: Author,
): Promise<StockedProduct> {
  const [product] = await lockProduct(tx, productId);
  if (product === undefined) throw new CodedError(catalogErrors.notFound);
  requireMatch(accepted, product.version);
  if (input.version !== undefined && input.version !== product.version) {
    throw new CodedError(catalogErrors.versionConflict, {
      extensions: { currentVersion: product.version },
    });
  }
  const edited: StockedProduct = {
    ...product,
    name: input.name ?? product.name,
    description: input.description ?? product.description,
    priceMinor: input.price?.amount ?? product.priceMinor,
    active: input.active ?? product.active,
    taxCategory: input.taxCategory ?? product.taxCategory,
    category: input.category === undefined ? product.category : input.category,
    position: input.position ?? product.position,
    modifierGroupIds: input.modifierGroupIds ?? product.modifierGroupIds,
  };
  if (isDeepStrictEqual(product, edited)) return product;
  const { name, description, priceMinor, active } = edited;
  const { taxCategory, category, position, modifierGroupIds } = edited;
  await requireGroups(tx, input.modifierGroupIds ?? []);
  const [stamp] = await changeProduct(
    tx,
    productId,
    name,
    description,
    priceMinor,
    active,
    taxCategory,
    category,
    position,
    modifierGroupIds,
  );
  const changed: StockedProduct = { ...edited, ...stamp! };
  await recordProduct(tx, product, changed, author);
  return changed;
}
