import type { Queryable } from '../../database/statement.ts';
import { type Caller, isStaff } from '../../shared/caller.ts';
import { money } from '../../shared/money.ts';
import type { StoredGroup } from './modifiers/modifier-group.ts';
import { findOfferedGroups } from './modifiers/offered-groups.ts';
import { presentOfferedGroup } from './modifiers/present-group.ts';
import type { StockedProduct } from './product.ts';
import type { ProductView } from './schemas.ts';

/**
 * Returns whether the caller sees stock levels and inactive products: kitchen, admins, and API keys that may edit the
 * catalogue.
 */
export function seesStockLevels(caller: Caller | null): boolean {
  if (caller?.kind === 'api_key') return caller.scopes.includes('catalog:write');
  return isStaff(caller);
}

/** Returns the product as the caller sees it. `groups` has those that it offers, by id. */
export function presentProduct(
  product: StockedProduct,
  groups: ReadonlyMap<string, StoredGroup>,
  caller: Caller | null,
): ProductView {
  const { onHand, reserved } = product;
  const inFull = seesStockLevels(caller);
  const offered = product.modifierGroupIds.flatMap((id) => groups.get(id) ?? []);
  const available = product.active ? onHand - reserved : 0;
  return {
    id: product.id,
    sku: product.sku,
    name: product.name,
    description: product.description,
    price: money(product.priceMinor, product.currency),
    active: product.active,
    taxCategory: product.taxCategory,
    category: product.category,
    position: product.position,
    modifierGroupIds: [...product.modifierGroupIds],
    modifierGroups: offered.map((group) => presentOfferedGroup(group, inFull)),
    stock: inFull ? { onHand, reserved, available: onHand - reserved } : { available },
    version: product.version,
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}

/** Reads the groups that the product offers, and returns it as the caller sees it. */
export async function presentProductWithGroups(
  db: Queryable,
  product: StockedProduct,
  caller: Caller | null,
): Promise<ProductView> {
  return presentProduct(product, await findOfferedGroups(db, [product]), caller);
}
