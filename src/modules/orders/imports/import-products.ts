import type { Database, Transaction } from '../../../database/database.ts';
import { findProducts, findProductsByName } from '../../catalog/index.ts';
import { lockProductImport } from './queries.ts';

/** A product as it occurs in a file of orders. */
export interface ImportedProduct {
  readonly name: string;
  /** Null if the file has no SKUs; the name then identifies the product. */
  readonly sku: string | null;
  /** The price of the product if it has to be created. */
  readonly priceMinor: number;
}

export interface ProductRef {
  readonly id: string;
  readonly sku: string;
}

export interface ProductImport {
  /** By `productKey`. */
  readonly products: ReadonlyMap<string, ProductRef>;
  /** The keys of the products that were created now. */
  readonly created: ReadonlySet<string>;
}

export interface ProductImportDependencies<Wanted extends ImportedProduct> {
  readonly database: Database;
  /** Creates an active product. */
  readonly createProduct: (tx: Transaction, sku: string, product: Wanted) => Promise<ProductRef>;
  /** Builds a SKU from a name. `variant` increases from 1 until one is free. */
  readonly buildSku: (name: string, variant: number) => string;
}

const VARIANTS_MAX = 1_000;

/** Returns a key under which SKUs and names share one map without collisions. */
export function productKey(product: {
  readonly name: string;
  readonly sku: string | null;
}): string {
  return product.sku === null ? `name:${product.name}` : `sku:${product.sku}`;
}

/** Finds the products, by SKU or else by name, and creates the missing ones, in one transaction. */
export function ensureProducts<Wanted extends ImportedProduct>(
  deps: ProductImportDependencies<Wanted>,
  wanted: readonly Wanted[],
): Promise<ProductImport> {
  return deps.database.transaction(async (tx) => {
    await lockProductImport(tx);
    const products = await findKnown(tx, wanted);
    const created = new Set<string>();
    for (const product of wanted) {
      const key = productKey(product);
      if (products.has(key)) continue;
      const sku = product.sku ?? (await findFreeSku(tx, deps.buildSku, product.name));
      products.set(key, await deps.createProduct(tx, sku, product));
      created.add(key);
    }
    return { products, created };
  });
}

async function findKnown(
  tx: Transaction,
  wanted: readonly ImportedProduct[],
): Promise<Map<string, ProductRef>> {
  const skus = wanted.flatMap(({ sku }) => (sku === null ? [] : [sku]));
  const names = wanted.flatMap(({ sku, name }) => (sku === null ? [name] : []));
  const bySku = await findProducts(tx, { skus });
  const byName = await findProductsByName(tx, names);
  return new Map([
    ...bySku.map(({ id, sku, name }) => [productKey({ sku, name }), { id, sku }] as const),
    ...byName.map(({ id, sku, name }) => [productKey({ sku: null, name }), { id, sku }] as const),
  ]);
}

async function findFreeSku(
  tx: Transaction,
  buildSku: (name: string, variant: number) => string,
  name: string,
): Promise<string> {
  for (let variant = 1; variant <= VARIANTS_MAX; variant += 1) {
    const sku = buildSku(name, variant);
    const usedSkus = await findProducts(tx, { skus: [sku] });
    if (usedSkus.length === 0) return sku;
  }
  throw new RangeError(`no free SKU for "${name}" after ${VARIANTS_MAX} tries`);
}
