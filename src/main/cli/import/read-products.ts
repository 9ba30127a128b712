import {
  DESCRIPTION_LENGTH_MAX,
  NAME_LENGTH_MAX,
  SKU_PATTERN,
  STOCK_MAX,
} from '../../../modules/catalog/index.ts';
import { productKey } from '../../../modules/orders/index.ts';
import { PRICE_MINOR_MAX, parseDecimalMinor } from '../../../shared/money.ts';
import { findTextError, normalText } from '../../../shared/text.ts';
import { type ColumnMap, resolveColumns } from './column-map.ts';
import { RefusedRows } from './file-error.ts';
import { truncate } from './order-draft.ts';
import { readCsv } from './read-csv.ts';
import type { CsvRecord, CsvShape } from './record-reader.ts';

export const productFields = ['name', 'price', 'sku', 'stock', 'description'] as const;
export type ProductField = (typeof productFields)[number];

const REQUIRED: readonly ProductField[] = ['name', 'price'];
const OPTIONAL: readonly ProductField[] = ['sku', 'stock', 'description'];
const SKU = new RegExp(SKU_PATTERN);

export interface FileProduct {
  readonly name: string;
  readonly priceMinor: number;
  /** Null if the file has none; then one is derived from the name. */
  readonly sku: string | null;
  /** Units on hand of a new product. */
  readonly onHand: number;
  /** Null: unchanged. */
  readonly description: string | null;
}

export interface ProductsFile {
  readonly products: readonly FileProduct[];
  readonly refused: RefusedRows;
}

type Cell = (field: ProductField) => string;

/** Reads a file with one row per product. Throws `FileError`, and `ColumnMapError` if columns are missing. */
export async function readProductsFile(
  path: string,
  map: ColumnMap<ProductField>,
  currency: string,
): Promise<ProductsFile> {
  const refused = new RefusedRows();
  const products = new Map<string, FileProduct>();
  let columns: ReadonlyMap<ProductField, number> = new Map();
  const buildCellReader =
    (values: readonly string[]): Cell =>
    (field) =>
      values[columns.get(field) ?? -1]?.trim() ?? '';

  function take({ line, values, fault, inside }: CsvRecord): void {
    const outcome =
      fault ?? readProduct(buildCellReader(values), columns.has('description'), currency);
    if (typeof outcome === 'string') {
      refused.add([{ line, reason: outcome }]);
      refused.add(inside.map((other) => ({ line: other.line, reason: other.fault })));
      return;
    }
    const key = productKey(outcome);
    if (products.has(key)) {
      const reason = `"${outcome.sku ?? outcome.name}" is in the file more than once.`;
      refused.add([{ line, reason }]);
    } else products.set(key, outcome);
  }

  function buildShape(header: readonly string[]): CsvShape {
    columns = resolveColumns(header, map, REQUIRED, OPTIONAL);
    const ours = new Set(columns.values());
    return {
      mayHaveLines: (column) => !ours.has(column) || column === columns.get('description'),
      looksLikeRecord: (values) =>
        values.length === header.length &&
        typeof readProduct(buildCellReader(values), false, currency) === 'object',
    };
  }

  for await (const records of readCsv(path, buildShape)) for (const record of records) take(record);
  return { products: [...products.values()], refused };
}

function readProduct(cell: Cell, withDescription: boolean, currency: string): FileProduct | string {
  const name = normalText(cell('name'));
  const nameFault = name === '' ? 'is missing' : findTextError(name, 'name', NAME_LENGTH_MAX);
  if (nameFault !== null) return `The name ${nameFault}.`;
  const priceMinor = parseDecimalMinor(cell('price'), currency);
  if (priceMinor === null || priceMinor < 0 || priceMinor > PRICE_MINOR_MAX) {
    return `"${truncate(cell('price'))}" is not a price in ${currency}.`;
  }
  const sku = cell('sku') || null;
  if (sku !== null && !SKU.test(sku)) return `"${truncate(sku)}" is not a SKU.`;
  const stock = cell('stock') || '0';
  if (!/^\d{1,10}$/.test(stock) || Number(stock) > STOCK_MAX) {
    return `"${truncate(stock)}" is not a stock from 0 to ${STOCK_MAX}.`;
  }
  const description = withDescription ? normalText(cell('description')) : null;
  const fault = findTextError(description ?? '', 'lines', DESCRIPTION_LENGTH_MAX);
  return fault === null
    ? { name, priceMinor, sku, onHand: Number(stock), description }
    : `The description ${fault}.`;
}
