import type { Database } from '../../../database/database.ts';
import type { Catalog } from '../../../modules/catalog/index.ts';
import {
  addSums,
  areSameSums,
  ensureProducts,
  IMPORT_BATCH_MAX,
  type ImportedOrder,
  type ImportedProduct,
  importOrders,
  noSums,
  type OrderSums,
  priceImportedOrder,
  productKey,
  sumOrdersByNumber,
} from '../../../modules/orders/index.ts';
import { operatorAuthor } from '../../../shared/caller.ts';
import { money, sumMinor } from '../../../shared/money.ts';
import { RefusedRows } from './file-error.ts';
import type { OrdersFile } from './read-orders.ts';
import { skuFromName } from './sku-from-name.ts';

const author = operatorAuthor('import orders');

export interface ImportReport {
  readonly rows: number;
  readonly refused: RefusedRows;
  /** The sums of the file, without the refused rows. */
  readonly file: OrderSums;
  readonly imported: OrderSums;
  readonly existing: OrderSums;
  /** Order numbers under which the database has a different order. */
  readonly conflicts: readonly string[];
  /** The sums in the database for the orders of the file, except conflicts. */
  readonly database: OrderSums;
  readonly productsCreated: number;
  /** Whether the database contains exactly what the file contains, except conflicts. */
  readonly reconciles: boolean;
}

export interface ImportDependencies {
  readonly database: Database;
  readonly catalog: Pick<Catalog, 'addProduct'>;
  readonly currency: string;
  /** Called after each batch with the number of finished orders, and of all orders as far as known. */
  readonly onProgress: (orders: number, total: number) => void;
}

/**
 * Imports the orders of a file in batches, one transaction each. After an interruption, running it again continues:
 * orders that already exist stay unchanged and count as existing.
 */
export async function importOrdersFile(
  deps: ImportDependencies,
  parts: AsyncIterable<OrdersFile> | Iterable<OrdersFile>,
): Promise<ImportReport> {
  const refused = new RefusedRows();
  const conflicts: string[] = [];
  let [file, imported, existing, database] = [noSums, noSums, noSums, noSums];
  let rows = 0;
  let productsCreated = 0;
  let total = 0;
  for await (const part of parts) {
    rows += part.rows;
    refused.add(part.refused);
    file = addSums(file, sumOrders(part.orders, deps.currency));
    const { products, created } = await ensureFileProducts(deps, part);
    productsCreated += created.size;
    if (total === 0) total = part.orders.length * part.parts;
    const before = file.orders - part.orders.length;
    for (let start = 0; start < part.orders.length; start += IMPORT_BATCH_MAX) {
      const batch = part.orders.slice(start, start + IMPORT_BATCH_MAX);
      const outcome = await importOrders(deps.database, author, batch, products, deps.currency);
      const chosen = new Set(outcome.imported);
      const known = new Set(outcome.existing);
      const sumsIn = (numbers: ReadonlySet<string>) =>
        sumOrders(
          batch.filter(({ number }) => numbers.has(number)),
          deps.currency,
        );
      imported = addSums(imported, sumsIn(chosen));
      existing = addSums(existing, sumsIn(known));
      conflicts.push(...outcome.conflicts);
      const done = before + start + batch.length;
      deps.onProgress(done, Math.max(done, total));
      const stored = [...outcome.imported, ...outcome.existing];
      database = addSums(database, await sumOrdersByNumber(deps.database, stored));
    }
  }
  const reconciles = areSameSums(database, addSums(imported, existing));
  return {
    rows,
    refused,
    file,
    imported,
    existing,
    conflicts,
    database,
    productsCreated,
    reconciles,
  };
}

function ensureFileProducts({ database, catalog, currency }: ImportDependencies, part: OrdersFile) {
  return ensureProducts(
    {
      database,
      buildSku: skuFromName,
      createProduct: (tx, sku, { name, priceMinor }) =>
        catalog.addProduct(tx, { sku, name, price: money(priceMinor, currency) }, author),
    },
    collectProducts(part),
  );
}

/** Returns each product once, with the price of the newest row of the file that names it. */
export function collectProducts({
  orders,
  newestPrices,
}: Pick<OrdersFile, 'orders' | 'newestPrices'>): ImportedProduct[] {
  const wanted = new Map<string, ImportedProduct>();
  for (const { name, sku } of orders.flatMap(({ lines }) => lines)) {
    const key = productKey({ name, sku });
    const { priceMinor } = newestPrices.get(key)!;
    if (!wanted.has(key)) wanted.set(key, { name, sku, priceMinor });
  }
  return [...wanted.values()];
}

/** Sums orders whose amounts are in `currency`. */
export function sumOrders(orders: readonly ImportedOrder[], currency: string): OrderSums {
  const lines = orders.flatMap((order) => order.lines);
  const bills = orders.map((order) => priceImportedOrder(order, currency));
  const sumOf = (parts: readonly { readonly amountMinor: number }[]): number =>
    sumMinor(parts.map(({ amountMinor }) => amountMinor));
  return {
    orders: orders.length,
    lines: lines.length,
    units: lines.reduce((units, { quantity }) => units + quantity, 0),
    discountsMinor: sumOf(bills.flatMap(({ discounts }) => discounts)),
    chargesMinor: sumOf(bills.flatMap(({ charges }) => charges)),
    taxesMinor: sumOf(bills.flatMap(({ taxes }) => taxes)),
    tipsMinor: sumMinor(bills.map(({ tipMinor }) => tipMinor)),
    totalMinor: sumMinor(bills.map(({ totalMinor }) => totalMinor)),
  };
}
