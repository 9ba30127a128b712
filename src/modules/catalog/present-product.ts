import { type Caller, isStaff } from '../../shared/caller.ts';
import { money } from '../../shared/money.ts';
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

/** Returns the product as the caller sees it. */
export function presentProduct(product: StockedProduct, caller: Caller | null): ProductView {
  const { onHand, reserved } = product;
  const available = product.active ? onHand - reserved : 0;
  return {
    id: product.id,
    sku: product.sku,
    name: product.name,
    description: product.description,
    price: money(product.priceMinor, product.currency),
    active: product.active,
    stock: seesStockLevels(caller)
      ? { onHand, reserved, available: onHand - reserved }
      : { available },
    version: product.version,
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}
