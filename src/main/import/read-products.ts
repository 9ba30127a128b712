import { PRICE_MINOR_MAX, parseDecimalMinor } from '../../shared/money.ts';
import { type ColumnMap, columnsOf } from './column-map.ts';
import { type RefusedRow, readCsv } from './read-csv.ts';

export const productFields = ['name', 'price', 'sku', 'stock', 'description'] as const;
export type ProductField = (typeof productFields)[number];

const REQUIRED: readonly ProductField[] = ['name', 'price'];
const OPTIONAL: readonly ProductField[] = ['sku', 'stock', 'description'];
const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const NAME_LENGTH_MAX = 200;
const DESCRIPTION_LENGTH_MAX = 5_000;
const STOCK_MAX = 1_000_000_000;

export interface FileProduct {
  readonly name: string;
  readonly priceMinor: number;
  /** Null when the file has none: then one is made from the name. */
  readonly sku: string | null;
  /** Units on the shelf of a product that is new. */
  readonly onHand: number;
  /** Null: left as it is. */
  readonly description: string | null;
}

export interface ProductsFile {
  readonly products: readonly FileProduct[];
  readonly refused: readonly RefusedRow[];
}

/** Reads a file with one row per product. Throws `ColumnMapError` when the columns are not there. */
export async function readProductsFile(
  path: string,
  map: ColumnMap<ProductField>,
  currency: string,
): Promise<ProductsFile> {
  const refused: RefusedRow[] = [];
  const products = new Map<string, FileProduct>();
  let columns: ReadonlyMap<ProductField, number> | undefined;
  for await (const { line, values } of readCsv(path, (row) => refused.push(row))) {
    if (columns === undefined) {
      columns = columnsOf(values, map, REQUIRED, OPTIONAL);
      continue;
    }
    const at = columns;
    const cell = (field: ProductField): string => values[at.get(field) ?? -1]?.trim() ?? '';
    const outcome = readProduct(cell, at.has('description'), currency);
    if (typeof outcome === 'string') {
      refused.push({ line, reason: outcome });
      continue;
    }
    const identity = outcome.sku ?? outcome.name;
    if (products.has(identity))
      refused.push({ line, reason: `"${identity}" stands in the file already.` });
    else products.set(identity, outcome);
  }
  return { products: [...products.values()], refused };
}

function readProduct(
  cell: (field: ProductField) => string,
  withDescription: boolean,
  currency: string,
): FileProduct | string {
  const name = cell('name');
  if (name === '' || name.length > NAME_LENGTH_MAX || /\p{Cc}/u.test(name)) {
    return `A name has 1 to ${NAME_LENGTH_MAX} characters.`;
  }
  const priceMinor = parseDecimalMinor(cell('price'), currency);
  if (priceMinor === null || priceMinor < 0 || priceMinor > PRICE_MINOR_MAX) {
    return `"${cell('price').slice(0, 40)}" is no price in ${currency}.`;
  }
  const sku = cell('sku') || null;
  if (sku !== null && !SKU.test(sku)) return `"${sku.slice(0, 80)}" is no SKU.`;
  const stock = cell('stock') || '0';
  if (!/^\d{1,10}$/.test(stock) || Number(stock) > STOCK_MAX) {
    return `"${stock.slice(0, 40)}" is no stock from 0 to ${STOCK_MAX}.`;
  }
  const description = withDescription ? cell('description') : null;
  if (description !== null && description.length > DESCRIPTION_LENGTH_MAX) {
    return `A description has at most ${DESCRIPTION_LENGTH_MAX} characters.`;
  }
  return { name, priceMinor, sku, onHand: Number(stock), description };
}
