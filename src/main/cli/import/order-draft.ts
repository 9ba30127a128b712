import { isUsableEmail } from '../../../modules/accounts/index.ts';
import { NAME_LENGTH_MAX, SKU_PATTERN } from '../../../modules/catalog/index.ts';
import type { ImportedLine, ImportedOrder } from '../../../modules/orders/index.ts';
import {
  LINES_MAX,
  PRICE_MINOR_MAX,
  parseDecimalMinor,
  QUANTITY_MAX,
} from '../../../shared/money.ts';
import { findTextError, normalText } from '../../../shared/text.ts';
import type { RefusedRow } from './file-error.ts';
import type { DateReader } from './local-time.ts';

export const orderFields = ['number', 'date', 'name', 'quantity', 'price', 'sku', 'email'] as const;
export type OrderField = (typeof orderFields)[number];

const NUMBER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
const SKU = new RegExp(SKU_PATTERN);
const EMAIL_LENGTH_MAX = 254;

export function isOrderNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** How the values of a row are read. */
export interface RowOptions {
  readonly readDate: DateReader;
  readonly currency: string;
}

/** An order whose rows are being read. */
export class OrderDraft {
  readonly number: string;
  /** The lines of its valid rows. */
  readonly lines: number[] = [];
  readonly faults: RefusedRow[] = [];
  readonly items: ImportedLine[] = [];
  createdAt = new Date(0);
  email: string | null = null;

  constructor(number: string) {
    this.number = number;
  }

  order(): ImportedOrder {
    const { number, createdAt, email, items } = this;
    return { number, createdAt, email, lines: items };
  }

  refuse(line: number, reason: string): void {
    this.faults.push({ line, reason });
  }

  /** Adds a row, or refuses it. */
  take(
    line: number,
    cell: (field: OrderField) => string,
    { readDate, currency }: RowOptions,
  ): ImportedLine | null {
    const createdAt = readDate(cell('date'));
    const email = cell('email').normalize('NFKC') || null;
    const outcome =
      createdAt === null
        ? `"${truncate(cell('date'))}" is not a date in the given format.`
        : (this.#clash(createdAt, email) ?? readLine(cell, currency));
    if (typeof outcome === 'string') {
      this.refuse(line, outcome);
      return null;
    }
    this.createdAt = createdAt!;
    this.email = email;
    this.items.push(outcome);
    this.lines.push(line);
    return outcome;
  }

  /** Returns why the row cannot be another line of its order; null if it can. */
  #clash(createdAt: Date, email: string | null): string | null {
    if (createdAt.getTime() < 0) return 'Its date is before 1970.';
    if (email !== null && (email.length > EMAIL_LENGTH_MAX || !isUsableEmail(email))) {
      return `"${truncate(email)}" is not a usable e-mail address.`;
    }
    const { number, items } = this;
    if (items.length === 0) return null;
    if (this.createdAt.getTime() !== createdAt.getTime()) {
      return `Order ${number} has another date on an earlier row.`;
    }
    if (this.email !== email) return `Order ${number} has another e-mail on an earlier row.`;
    return items.length === LINES_MAX ? `Order ${number} has more than ${LINES_MAX} lines.` : null;
  }
}

function readLine(cell: (field: OrderField) => string, currency: string): ImportedLine | string {
  const name = normalText(cell('name'));
  const fault = name === '' ? 'is missing' : findTextError(name, 'name', NAME_LENGTH_MAX);
  if (fault !== null) return `The name ${fault}.`;
  const quantity = Number(cell('quantity'));
  if (!/^\d{1,6}$/.test(cell('quantity')) || quantity < 1 || quantity > QUANTITY_MAX) {
    return `"${truncate(cell('quantity'))}" is not a quantity from 1 to ${QUANTITY_MAX}.`;
  }
  const unitPriceMinor = parseDecimalMinor(cell('price'), currency);
  if (unitPriceMinor === null || unitPriceMinor < 0 || unitPriceMinor > PRICE_MINOR_MAX) {
    return `"${truncate(cell('price'))}" is not a price in ${currency}.`;
  }
  const sku = cell('sku') || null;
  if (sku !== null && !SKU.test(sku)) return `"${truncate(sku)}" is not a SKU.`;
  return { name, sku, quantity, unitPriceMinor };
}

/** Shortens a text and makes it safe to show on a terminal. */
export function truncate(text: string): string {
  const shown = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
}
