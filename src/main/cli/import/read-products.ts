import {
  CATEGORY_LENGTH_MAX,
  DESCRIPTION_LENGTH_MAX,
  NAME_LENGTH_MAX,
  POSITION_MAX,
  SKU_PATTERN,
  STOCK_MAX,
} from '../../../modules/catalog/index.ts';
import { productKey } from '../../../modules/orders/index.ts';
import { TAX_CATEGORY_PATTERN } from '../../../modules/pricing/index.ts';
import { PRICE_MINOR_MAX, parseDecimalMinor } from '../../../shared/money.ts';
import { findTextError, normalText } from '../../../shared/text.ts';
import { type ColumnMap, resolveColumns } from './column-map.ts';
import { RefusedRows } from './file-error.ts';
import { truncate } from './order-draft.ts';
import { readCsv } from './read-csv.ts';
import type { CsvRecord, CsvShape } from './record-reader.ts';

const REQUIRED = ['name', 'price'] as const;
const OPTIONAL = ['sku', 'stock', 'description', 'category', 'tax_category', 'position'] as const;
export const productFields = [...REQUIRED, ...OPTIONAL] as const;
export type ProductField = (typeof productFields)[number];

const SKU = new RegExp(SKU_PATTERN);
const TAX_CATEGORY = new RegExp(TAX_CATEGORY_PATTERN);

export interface FileProduct {
  readonly name: string;
  readonly priceMinor: number;
  /** Null if the file has none; then one is derived from the name. */
  readonly sku: string | null;
  /** Units on hand of a new product. */
  readonly onHand: number;
  /** Null: unchanged. */
  readonly description: string | null;
  readonly menu: FileMenu;
}

/** The place of a product in the menu, as far as the file states it. */
export interface FileMenu {
  readonly category?: string | null;
  readonly taxCategory?: string;
  readonly position?: number;
}

export interface ProductsFile {
  readonly products: readonly FileProduct[];
  readonly refused: RefusedRows;
}

/** Returns the text of a field; null without its column. */
type Cell = (field: ProductField) => string | null;

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
    (field) => {
      const column = columns.get(field);
      return column === undefined ? null : (values[column]?.trim() ?? '');
    };

  function take({ line, values, fault, inside }: CsvRecord): void {
    const outcome = fault ?? readProduct(buildCellReader(values), currency);
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
        typeof readProduct(withoutDescription(buildCellReader(values)), currency) === 'object',
    };
  }

  for await (const records of readCsv(path, buildShape)) for (const record of records) take(record);
  return { products: [...products.values()], refused };
}

function withoutDescription(cell: Cell): Cell {
  return (field) => (field === 'description' ? null : cell(field));
}

/** Returns why the row is refused if it is. */
function readProduct(cell: Cell, currency: string): FileProduct | string {
  const name = normalText(cell('name') ?? '');
  const nameFault = name === '' ? 'is missing' : findTextError(name, 'name', NAME_LENGTH_MAX);
  if (nameFault !== null) return `The name ${nameFault}.`;
  const price = cell('price') ?? '';
  const priceMinor = parseDecimalMinor(price, currency);
  if (priceMinor === null || priceMinor < 0 || priceMinor > PRICE_MINOR_MAX) {
    return `"${truncate(price)}" is not a price in ${currency}.`;
  }
  const sku = cell('sku') || null;
  if (sku !== null && !SKU.test(sku)) return `"${truncate(sku)}" is not a SKU.`;
  const stock = cell('stock') || '0';
  if (!isWholeNumber(stock, STOCK_MAX)) {
    return `"${truncate(stock)}" is not a stock from 0 to ${STOCK_MAX}.`;
  }
  const text = cell('description');
  const description = text === null ? null : normalText(text);
  const fault = findTextError(description ?? '', 'lines', DESCRIPTION_LENGTH_MAX);
  if (fault !== null) return `The description ${fault}.`;
  const menu = readMenu(cell);
  if (typeof menu === 'string') return menu;
  return { name, priceMinor, sku, onHand: Number(stock), description, menu };
}

/** An empty section takes the product out of its section; the other fields are unchanged if they are empty. */
function readMenu(cell: Cell): FileMenu | string {
  const text = cell('category');
  const category = text === null ? null : normalText(text);
  const fault = findTextError(category ?? '', 'name', CATEGORY_LENGTH_MAX);
  if (fault !== null) return `The category ${fault}.`;
  const taxCategory = cell('tax_category') || null;
  if (taxCategory !== null && !TAX_CATEGORY.test(taxCategory)) {
    return `"${truncate(taxCategory)}" is not a tax category.`;
  }
  const position = cell('position') || null;
  if (position !== null && !isWholeNumber(position, POSITION_MAX)) {
    return `"${truncate(position)}" is not a position from 0 to ${POSITION_MAX}.`;
  }
  return {
    ...(category === null ? {} : { category: category || null }),
    ...(taxCategory === null ? {} : { taxCategory }),
    ...(position === null ? {} : { position: Number(position) }),
  };
}

function isWholeNumber(text: string, max: number): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= max;
}
