import type { Database } from '../../database/database.ts';
import type { Catalog } from '../../modules/catalog/index.ts';
import {
  ensureProducts,
  IMPORT_BATCH_MAX,
  type ImportedOrder,
  importOrders,
  type OrderSumsRow,
  productKey,
  reserveOrderNumbers,
  sumOrdersByNumber,
  type WantedProduct,
} from '../../modules/orders/index.ts';
import { systemActor } from '../../shared/caller.ts';
import { money, sumMinor, timesMinor } from '../../shared/money.ts';
import type { OrdersFile } from './read-orders.ts';
import { skuFromName } from './sku-from-name.ts';

/** Numbers that are summed by one statement. */
const SUM_SLICE = 5_000;

export interface ImportReport {
  /** What the file holds, without the rows that were refused. */
  readonly file: OrderSumsRow;
  readonly imported: OrderSumsRow;
  readonly existing: OrderSumsRow;
  /** Numbers under which the database has another order. */
  readonly conflicts: readonly string[];
  /** What the database holds now for the orders of the file that are no conflicts. */
  readonly database: OrderSumsRow;
  readonly productsCreated: number;
  /** The database holds exactly what the file holds, but for the conflicts. */
  readonly reconciles: boolean;
}

export interface ImportDependencies {
  readonly database: Database;
  readonly catalog: Pick<Catalog, 'addProduct'>;
  readonly currency: string;
  /** Called after each batch with the number of orders that are done. */
  readonly onProgress: (orders: number) => void;
}

/**
 * Writes the orders of a file in batches, each in a transaction of its own. Stopped anywhere, it goes on by being run
 * again: what is there already is left as it is and counted as existing.
 */
export async function importOrdersFile(
  deps: ImportDependencies,
  { orders }: OrdersFile,
): Promise<ImportReport> {
  const { database, currency } = deps;
  await reserveOrderNumbers(
    database,
    orders.map(({ number }) => number),
  );
  const { products, created } = await ensureProducts(
    {
      database,
      skuOf: skuFromName,
      createProduct: (tx, sku, { name, priceMinor }) =>
        deps.catalog.addProduct(
          tx,
          { sku, name, price: money(priceMinor, currency) },
          {
            actor: systemActor,
            cause: { requestId: null, traceId: null, job: 'import orders' },
          },
        ),
    },
    wantedProducts(orders),
  );

  const byNumber = new Map(orders.map((order) => [order.number, order]));
  const imported: ImportedOrder[] = [];
  const existing: ImportedOrder[] = [];
  const conflicts: string[] = [];
  for (let start = 0; start < orders.length; start += IMPORT_BATCH_MAX) {
    const batch = orders.slice(start, start + IMPORT_BATCH_MAX);
    const outcome = await importOrders(database, batch, products, currency);
    for (const number of outcome.imported) imported.push(byNumber.get(number)!);
    for (const number of outcome.existing) existing.push(byNumber.get(number)!);
    conflicts.push(...outcome.conflicts);
    deps.onProgress(start + batch.length);
  }

  const kept = [...imported, ...existing];
  const held = await sumInDatabase(database, kept);
  return {
    file: sumsOf(orders),
    imported: sumsOf(imported),
    existing: sumsOf(existing),
    conflicts,
    database: held,
    productsCreated: created.size,
    reconciles: isSame(held, sumsOf(kept)),
  };
}

/** Each product once, with the price of the newest order that names it. */
export function wantedProducts(orders: readonly ImportedOrder[]): WantedProduct[] {
  const wanted = new Map<string, WantedProduct & { readonly atMs: number }>();
  for (const { createdAt, lines } of orders) {
    const atMs = createdAt.getTime();
    for (const { name, sku, unitPriceMinor } of lines) {
      const key = productKey({ name, sku });
      const known = wanted.get(key);
      if (known === undefined || known.atMs < atMs) {
        wanted.set(key, { name, sku, priceMinor: unitPriceMinor, atMs });
      }
    }
  }
  return [...wanted.values()].map(({ name, sku, priceMinor }) => ({ name, sku, priceMinor }));
}

export function sumsOf(orders: readonly ImportedOrder[]): OrderSumsRow {
  const lines = orders.flatMap((order) => order.lines);
  return {
    orders: orders.length,
    lines: lines.length,
    units: lines.reduce((units, { quantity }) => units + quantity, 0),
    totalMinor: sumMinor(
      lines.map(({ unitPriceMinor, quantity }) => timesMinor(unitPriceMinor, quantity)),
    ),
  };
}

async function sumInDatabase(
  database: Database,
  orders: readonly ImportedOrder[],
): Promise<OrderSumsRow> {
  const sums = { orders: 0, lines: 0, units: 0, totalMinor: 0 };
  for (let start = 0; start < orders.length; start += SUM_SLICE) {
    const slice = orders.slice(start, start + SUM_SLICE).map(({ number }) => number);
    const part = await sumOrdersByNumber(database, slice);
    sums.orders += part.orders;
    sums.lines += part.lines;
    sums.units += part.units;
    sums.totalMinor = sumMinor([sums.totalMinor, part.totalMinor]);
  }
  return sums;
}

function isSame(left: OrderSumsRow, right: OrderSumsRow): boolean {
  return (
    left.orders === right.orders &&
    left.lines === right.lines &&
    left.units === right.units &&
    left.totalMinor === right.totalMinor
  );
}
