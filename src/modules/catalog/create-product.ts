import type { Transaction } from '../../database/database.ts';
import type { Actor, Cause } from '../../shared/caller.ts';
import { newId } from '../../shared/ids.ts';
import type { StockedProduct } from './product.ts';
import { insertProduct } from './queries.ts';
import { requireCurrency } from './require-currency.ts';
import type { CreateProductInput } from './schemas.ts';

/** Who makes a product, and why. */
export interface Author {
  readonly actor: Actor;
  readonly cause: Cause;
}

/** Gives a new product its stock. The inventory does it; composition passes it in, since modules only call down. */
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
 * Makes a product together with its stock. Throws `catalog.sku_taken`, and `request.invalid` for a price in another
 * currency.
 */
export async function createProduct(
  tx: Transaction,
  deps: CreateProductDeps,
  input: CreateProductInput,
  author: Author,
): Promise<StockedProduct> {
  requireCurrency(input.price, deps.currency);
  const { sku, name, description = '', active = true, onHand = 0 } = input;
  const id = newId();
  const { amount: priceMinor, currency } = input.price;
  const [stamp] = await insertProduct(tx, id, sku, name, description, priceMinor, currency, active);
  await deps.openStock(tx, {
    productId: id,
    sku,
    onHand,
    actor: author.actor,
    cause: author.cause,
  });
  return {
    id,
    sku,
    name,
    description,
    priceMinor,
    currency,
    active,
    onHand,
    reserved: 0,
    ...stamp!,
  };
}
