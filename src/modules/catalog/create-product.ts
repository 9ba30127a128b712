import type { Transaction } from '../../database/database.ts';
import type { Actor, Author, Cause } from '../../shared/caller.ts';
import { newId } from '../../shared/ids.ts';
import { TAX_CATEGORY_DEFAULT } from '../pricing/index.ts';
import { requireGroups } from './modifiers/offered-groups.ts';
import type { StockedProduct } from './product.ts';
import { insertProduct } from './queries.ts';
import { recordProduct } from './record-product.ts';
import { requireCurrency } from './require-currency.ts';
import type { CreateProductInput } from './schemas.ts';

/**
 * Creates the stock of a new product. The inventory implements it; composition passes it in, because modules may only
 * call down.
 */
export type OpenStock = (
  tx: Transaction,
  opening: {
    readonly productId: string;
    readonly sku: string;
    readonly onHand: number;
    readonly actor: Actor;
    readonly cause: Cause;
  },
) => Promise<void>;

export interface CreateProductDeps {
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
  readonly openStock: OpenStock;
}

/**
 * Creates a product with its stock. Throws `catalog.sku_taken`, and `request.invalid` for a price in another currency
 * and for unknown modifier groups.
 */
export async function createProduct(
  tx: Transaction,
  deps: CreateProductDeps,
  input: CreateProductInput,
  author: Author,
): Promise<StockedProduct> {
  requireCurrency(input.price, deps.currency);
  const { sku, name, description = '', active = true, onHand = 0 } = input;
  const { taxCategory = TAX_CATEGORY_DEFAULT, category = null, position = 0 } = input;
  const { modifierGroupIds = [] } = input;
  await requireGroups(tx, modifierGroupIds);
  const id = newId();
  const { amount: priceMinor, currency } = input.price;
  const [stamp] = await insertProduct(
    tx,
    id,
    sku,
    name,
    description,
    priceMinor,
    currency,
    active,
    taxCategory,
    category,
    position,
    modifierGroupIds,
  );
  const product: StockedProduct = {
    id,
    sku,
    name,
    description,
    priceMinor,
    currency,
    active,
    taxCategory,
    category,
    position,
    modifierGroupIds,
    onHand,
    reserved: 0,
    ...stamp!,
  };
  await recordProduct(tx, null, product, author);
  await deps.openStock(tx, {
    productId: id,
    sku,
    onHand,
    actor: author.actor,
    cause: author.cause,
  });
  return product;
}
