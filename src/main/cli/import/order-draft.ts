import { isUsableEmail } from '../../../modules/accounts/index.ts';
import { NAME_LENGTH_MAX, SKU_PATTERN } from '../../../modules/catalog/index.ts';
import type { ImportedLine, ImportedOrder } from '../../../modules/orders/index.ts';
import { type GivenAmounts, priceGivenOrder } from '../../../modules/pricing/index.ts';
import {
  LINES_MAX,
  PRICE_MINOR_MAX,
  parseDecimalMinor,
  QUANTITY_MAX,
  TOTAL_MINOR_MAX,
} from '../../../shared/money.ts';
import { findTextError, normalText } from '../../../shared/text.ts';
import type { RefusedRow } from './file-error.ts';
import type { DateReader } from './local-time.ts';

/** The amounts of an order besides its lines. */
const amountFields = ['discount', 'delivery', 'tax', 'tip'] as const;
type AmountField = (typeof amountFields)[number];

export const orderFields = [
  'number',
  'date',
  'name',
  'quantity',
  'price',
  'sku',
  'email',
  ...amountFields,
] as const;
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
  /** Whether prices contain the tax. Default: true. */
  readonly pricesIncludeTax?: boolean;
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
  /** What its rows state, by field. Null while none states anything. */
  #amounts: Partial<Record<AmountField, number>> | null = null;

  constructor(number: string) {
    this.number = number;
  }

  /** Returns the order with all of its rows, or null if a row or an amount is refused. */
  finish({ currency, pricesIncludeTax = true }: RowOptions): ImportedOrder | null {
    const { number, createdAt, email, items, faults, lines } = this;
    if (faults.length > 0) return null;
    const amounts = this.#amounts === null ? null : toGivenAmounts(this.#amounts, pricesIncludeTax);
    const reason = amounts === null ? null : findImpossible(items, amounts, currency);
    if (reason === null) return { number, createdAt, email, lines: items, amounts };
    this.refuse(lines.shift()!, `Order ${number}: ${reason}`);
    return null;
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
        : (this.#clash(createdAt, email) ??
          this.#noteAmounts(cell, currency) ??
          readLine(cell, currency));
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

  /** Notes the amounts that a row states. Returns why one is refused; null if none is. */
  #noteAmounts(cell: (field: OrderField) => string, currency: string): string | null {
    for (const field of amountFields) {
      const text = cell(field);
      if (text === '') continue;
      const amountMinor = parseDecimalMinor(text, currency);
      const maxMinor = field === 'tip' ? PRICE_MINOR_MAX : TOTAL_MINOR_MAX;
      if (amountMinor === null || amountMinor < 0 || amountMinor > maxMinor) {
        return `"${truncate(text)}" is not an amount in ${currency} for the ${field}.`;
      }
      this.#amounts ??= {};
      const knownMinor = this.#amounts[field] ?? amountMinor;
      if (knownMinor !== amountMinor) {
        return `Order ${this.number} has another ${field} on an earlier row.`;
      }
      this.#amounts[field] = amountMinor;
    }
    return null;
  }
}

function toGivenAmounts(
  { discount = 0, delivery = 0, tax = 0, tip = 0 }: Partial<Record<AmountField, number>>,
  pricesIncludeTax: boolean,
): GivenAmounts {
  return {
    discountMinor: discount,
    deliveryMinor: delivery,
    taxMinor: tax,
    pricesIncludeTax,
    tipMinor: tip,
  };
}

/** Returns why no bill has these amounts; null if one has. */
function findImpossible(
  lines: readonly ImportedLine[],
  amounts: GivenAmounts,
  currency: string,
): string | null {
  const pricing = priceGivenOrder({ currency, lines, amounts });
  if (pricing.kind === 'priced') return null;
  if (pricing.kind === 'refused') return 'its total is too large.';
  return pricing.part === 'discount'
    ? 'its discount is more than its lines cost.'
    : 'its tax is more than what is taxed.';
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
