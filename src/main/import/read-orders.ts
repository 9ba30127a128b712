import { isUsableEmail } from '../../modules/accounts/index.ts';
import type { ImportedLine, ImportedOrder } from '../../modules/orders/index.ts';
import { LINES_MAX, PRICE_MINOR_MAX, parseDecimalMinor, QUANTITY_MAX } from '../../shared/money.ts';
import { type ColumnMap, columnsOf } from './column-map.ts';
import type { DateReader } from './local-time.ts';
import { type RefusedRow, readCsv } from './read-csv.ts';

export const orderFields = ['number', 'date', 'name', 'quantity', 'price', 'sku', 'email'] as const;
export type OrderField = (typeof orderFields)[number];

const REQUIRED: readonly OrderField[] = ['number', 'date', 'name', 'quantity', 'price'];
const NAME_LENGTH_MAX = 200;
const NUMBER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
const SKU = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const EMAIL_LENGTH_MAX = 254;

export interface OrdersFile {
  /** In the order in which the file first names them. */
  readonly orders: readonly ImportedOrder[];
  /** Rows that are wrong, and the sound rows of their orders, which do not come in without them. */
  readonly refused: readonly RefusedRow[];
  /** Rows below the header, refused ones too. */
  readonly rows: number;
}

export interface OrdersFileOptions {
  readonly map: ColumnMap<OrderField>;
  readonly readDate: DateReader;
  readonly currency: string;
}

interface Draft {
  readonly order: { number: string; createdAt: Date; email: string | null; lines: ImportedLine[] };
  readonly rowLines: number[];
  broken: boolean;
}

/**
 * Reads a file with one row per order line. The rows of an order may stand anywhere in it, so the whole file is held in
 * memory: about 300 bytes a row. An order with a wrong row is refused whole, because without it its total would be
 * another one. Throws `ColumnMapError` when the columns are not there.
 */
export async function readOrdersFile(
  path: string,
  options: OrdersFileOptions,
): Promise<OrdersFile> {
  const refused: RefusedRow[] = [];
  const drafts = new Map<string, Draft>();
  let columns: ReadonlyMap<OrderField, number> | undefined;
  let sound = 0;
  for await (const { line, values } of readCsv(path, (row) => refused.push(row))) {
    if (columns === undefined) {
      columns = columnsOf(values, options.map, REQUIRED, ['sku', 'email']);
      continue;
    }
    const at = columns;
    const cell = (field: OrderField): string => values[at.get(field) ?? -1]?.trim() ?? '';
    const reason = addRow(drafts, line, cell, options);
    if (reason === null) sound += 1;
    else refused.push({ line, reason });
  }
  const rows = sound + refused.length;
  for (const { order, rowLines, broken } of drafts.values()) {
    if (!broken) continue;
    const reason = `Another row of order ${order.number} was refused.`;
    refused.push(...rowLines.map((line) => ({ line, reason })));
  }
  const orders = [...drafts.values()].filter(({ broken }) => !broken).map(({ order }) => order);
  return { orders, refused: refused.toSorted((a, b) => a.line - b.line), rows };
}

/** Takes a row into its order; otherwise says why not, and marks its order as broken. */
function addRow(
  drafts: Map<string, Draft>,
  line: number,
  cell: (field: OrderField) => string,
  { readDate, currency }: OrdersFileOptions,
): string | null {
  const number = cell('number');
  if (!NUMBER.test(number)) return `"${shortened(number)}" is no order number.`;
  const createdAt = readDate(cell('date'));
  const email = cell('email').normalize('NFKC') || null;
  const draft = drafts.get(number) ?? {
    order: { number, createdAt: createdAt ?? new Date(0), email, lines: [] },
    rowLines: [],
    broken: false,
  };
  drafts.set(number, draft);
  const outcome =
    createdAt === null
      ? `"${shortened(cell('date'))}" is no date of the given format.`
      : readLine(cell, currency);
  const reason = typeof outcome === 'string' ? outcome : clash(draft, createdAt!, email);
  if (reason !== null) {
    draft.broken = true;
    return reason;
  }
  draft.order.lines.push(outcome as ImportedLine);
  draft.rowLines.push(line);
  return null;
}

function readLine(cell: (field: OrderField) => string, currency: string): ImportedLine | string {
  const name = cell('name');
  if (name === '' || name.length > NAME_LENGTH_MAX || /\p{Cc}/u.test(name)) {
    return `A name has 1 to ${NAME_LENGTH_MAX} characters.`;
  }
  const quantity = Number(cell('quantity'));
  if (!/^\d{1,6}$/.test(cell('quantity')) || quantity < 1 || quantity > QUANTITY_MAX) {
    return `"${shortened(cell('quantity'))}" is no quantity from 1 to ${QUANTITY_MAX}.`;
  }
  const unitPriceMinor = parseDecimalMinor(cell('price'), currency);
  if (unitPriceMinor === null || unitPriceMinor < 0 || unitPriceMinor > PRICE_MINOR_MAX) {
    return `"${shortened(cell('price'))}" is no price in ${currency}.`;
  }
  const sku = cell('sku') || null;
  if (sku !== null && !SKU.test(sku)) return `"${shortened(sku)}" is no SKU.`;
  return { name, sku, quantity, unitPriceMinor };
}

/** Why the row cannot be one more line of its order; null when it can. */
function clash({ order, broken }: Draft, createdAt: Date, email: string | null): string | null {
  if (broken) return `Another row of order ${order.number} was refused.`;
  if (order.createdAt.getTime() !== createdAt.getTime()) {
    return `Order ${order.number} has another date on an earlier row.`;
  }
  if (order.email !== email) return `Order ${order.number} has another e-mail on an earlier row.`;
  if (email !== null && (email.length > EMAIL_LENGTH_MAX || !isUsableEmail(email))) {
    return `"${shortened(email)}" is no usable e-mail address.`;
  }
  if (order.lines.length === LINES_MAX) {
    return `Order ${order.number} has more than ${LINES_MAX} lines.`;
  }
  return null;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
