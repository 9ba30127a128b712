import { stat } from 'node:fs/promises';
import {
  type ImportedLine,
  type ImportedOrder,
  productKey,
} from '../../../modules/orders/index.ts';
import { type ColumnMap, resolveColumns } from './column-map.ts';
import { FileError, type RefusedRow, RefusedRows } from './file-error.ts';
import {
  isOrderNumber,
  OrderDraft,
  type OrderField,
  type RowOptions,
  truncate,
} from './order-draft.ts';
import { readCsv } from './read-csv.ts';
import type { CsvRecord, CsvShape } from './record-reader.ts';

const REQUIRED: readonly OrderField[] = ['number', 'date', 'name', 'quantity', 'price'];
const OPTIONAL: readonly OrderField[] = ['sku', 'email', 'discount', 'delivery', 'tax', 'tip'];
/** The number of rows in memory at a time: about 300 bytes each. */
const ROWS_HELD_MAX = 1_000_000;

/** The orders of a file, or of one of the parts in which a large file is read. */
export interface OrdersFile {
  /** In the order in which the file first names them. */
  readonly orders: readonly ImportedOrder[];
  /** Wrong rows, and the valid rows of their orders, which are not imported without them. */
  readonly refused: readonly RefusedRow[];
  /** The number of rows of these orders, including refused ones. */
  readonly rows: number;
  /** By `productKey`, over the whole file. */
  readonly newestPrices: ReadonlyMap<string, NewestPrice>;
  /** The number of parts of the file. */
  readonly parts: number;
}

export interface NewestPrice {
  readonly atMs: number;
  readonly priceMinor: number;
}

export interface OrdersFileOptions extends RowOptions {
  readonly map: ColumnMap<OrderField>;
  /** Default: a million. */
  readonly rowsHeldMax?: number;
}

/**
 * Reads a file with one row per order line. The rows of an order may be anywhere in the file, so all rows of an order
 * must be in memory; a file with more rows than fit is read several times, each time for other orders. An order with a
 * wrong row is refused as a whole, because its total would be different without it. Throws `FileError` if a row does
 * not show which order it belongs to, because any order could be the one without it, and `ColumnMapError` if columns
 * are missing.
 */
export async function* readOrdersFile(
  path: string,
  options: OrdersFileOptions,
): AsyncGenerator<OrdersFile> {
  const before = await stat(path);
  const first = new OrdersReader(options);
  await first.read(path);
  first.requireAssignableRows();
  yield first.result();
  for (let part = 1; part < first.parts; part += 1) {
    const next = new OrdersReader(options, { part, first });
    await next.read(path);
    const { mtimeMs, size } = await stat(path);
    if (mtimeMs !== before.mtimeMs || size !== before.size) {
      throw new FileError(`${path} changed while it was read: run the command again.`);
    }
    yield next.result();
  }
}

/** Another part, with the reader of the first pass. */
interface OtherPart {
  readonly part: number;
  readonly first: OrdersReader;
}

class OrdersReader {
  parts: number;
  readonly #options: OrdersFileOptions;
  readonly #part: number;
  readonly #newestPrices: Map<string, NewestPrice>;
  readonly #unassigned = new RefusedRows();
  #columns: ReadonlyMap<OrderField, number> = new Map();
  #drafts = new Map<string, OrderDraft>();
  #bufferedRows = 0;

  constructor(options: OrdersFileOptions, other: OtherPart | null = null) {
    this.#options = options;
    this.#part = other === null ? 0 : other.part;
    this.parts = other === null ? 1 : other.first.parts;
    this.#newestPrices = other === null ? new Map() : other.first.#newestPrices;
  }

  async read(path: string): Promise<void> {
    for await (const records of readCsv(path, (header) => this.#buildShape(header))) {
      for (const record of records) this.#take(record);
    }
  }

  /** Throws `FileError` if the order of some rows is unknown. */
  requireAssignableRows(): void {
    if (this.#unassigned.count === 0) return;
    const refused = new RefusedRows();
    refused.add(this.#unassigned.first);
    for (const { faults } of this.#drafts.values()) refused.add(faults);
    refused.count += this.#unassigned.count - this.#unassigned.first.length;
    throw new FileError(
      [
        ...refused.sentences(),
        'Nothing was imported, because any order in the file could lack one of these lines. Correct them and run the command again.',
      ].join('\n'),
    );
  }

  result(): OrdersFile {
    const orders: ImportedOrder[] = [];
    const refused: RefusedRow[] = [];
    let rows = 0;
    for (const draft of this.#drafts.values()) {
      const { number, lines, faults } = draft;
      rows += lines.length + faults.length;
      const order = draft.finish(this.#options);
      if (order !== null) {
        orders.push(order);
        continue;
      }
      const reason = `Another row of order ${number} was refused.`;
      for (const fault of faults) refused.push(fault);
      for (const line of lines) refused.push({ line, reason });
    }
    refused.sort((a, b) => a.line - b.line);
    const { parts } = this;
    return { orders, refused, rows, newestPrices: this.#newestPrices, parts };
  }

  #buildShape(header: readonly string[]): CsvShape {
    const columns = resolveColumns(header, this.#options.map, REQUIRED, OPTIONAL);
    this.#columns = columns;
    const ours = new Set(columns.values());
    return {
      mayHaveLines: (column) => !ours.has(column),
      looksLikeRecord: (values) =>
        isOrderNumber(values[columns.get('number')!] ?? '') &&
        this.#options.readDate(values[columns.get('date')!] ?? '') !== null,
    };
  }

  #take(record: CsvRecord): void {
    const { line, values, fault, inside } = record;
    const cell = this.#buildCellReader(values);
    const number = cell('number');
    if (!record.isSure(this.#columns.get('number')!) || !isOrderNumber(number)) {
      const reason = fault ?? `"${truncate(number)}" is not an order number.`;
      if (this.#part === 0)
        this.#unassigned.add([{ line, reason: `${reason} Its order is unknown.` }]);
      return;
    }
    this.#change(number, (draft) => {
      if (fault !== null) {
        draft.refuse(line, fault);
        return;
      }
      const item = draft.take(line, cell, this.#options);
      if (item !== null && this.#part === 0) this.#notePrice(item, draft.createdAt);
    });
    for (const other of inside) {
      // If it is a row, its order would be without it.
      const named = this.#buildCellReader(other.values)('number');
      this.#change(isOrderNumber(named) ? named : number, (draft) =>
        draft.refuse(other.line, other.fault),
      );
    }
  }

  #buildCellReader(values: readonly string[]): (field: OrderField) => string {
    return (field) => values[this.#columns.get(field) ?? -1]?.trim() ?? '';
  }

  /** Changes an order by one row, if it belongs to the current part. */
  #change(number: string, change: (draft: OrderDraft) => void): void {
    if (this.#part > 0 && !this.#isOurs(number)) return;
    const draft = this.#drafts.get(number) ?? new OrderDraft(number);
    change(draft);
    if (!this.#isOurs(number)) return;
    this.#drafts.set(number, draft);
    this.#bufferedRows += 1;
    const { rowsHeldMax = ROWS_HELD_MAX } = this.#options;
    if (this.#bufferedRows > rowsHeldMax && this.#part === 0) this.#divide();
  }

  #notePrice(item: ImportedLine, createdAt: Date): void {
    const atMs = createdAt.getTime();
    const key = productKey(item);
    const known = this.#newestPrices.get(key);
    if (known === undefined || known.atMs < atMs) {
      this.#newestPrices.set(key, { atMs, priceMinor: item.unitPriceMinor });
    }
  }

  #isOurs(number: string): boolean {
    return this.parts === 1 || hashText(number) % this.parts === this.#part;
  }

  /** Doubles the number of parts: half of the orders are left to another pass. */
  #divide(): void {
    this.parts *= 2;
    this.#drafts = new Map([...this.#drafts].filter(([number]) => this.#isOurs(number)));
    this.#bufferedRows = 0;
    for (const { lines, faults } of this.#drafts.values()) {
      this.#bufferedRows += lines.length + faults.length;
    }
  }
}

/** Returns a 32-bit FNV-1a hash with its halves mixed, because only its lowest bits are used. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash ^ (hash >>> 16)) >>> 0;
}
