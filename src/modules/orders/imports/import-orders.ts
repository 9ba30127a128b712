import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../../database/database.ts';
import { reachStandby } from '../../../database/queries.ts';
import type { Author } from '../../../shared/caller.ts';
import { newIdAt } from '../../../shared/ids.ts';
import { normalText } from '../../../shared/text.ts';
import { ensureCustomers } from '../../accounts/index.ts';
import {
  type BillParts,
  type GivenAmounts,
  type LineToPrice,
  type PricedLine,
  type PricedOrder,
  priceGivenOrder,
  requirePriced,
  toBillParts,
} from '../../pricing/index.ts';
import type { OrderLine } from '../order.ts';
import type { ImportChange } from '../writing/order-change.ts';
import { writeOrders } from '../writing/write-orders.ts';
import { type ProductRef, productKey } from './import-products.ts';
import type { OrderSums } from './order-sums.ts';
import {
  type BillAmounts,
  type ExistingOrderRow,
  findOrdersByNumber,
  noteSoldNames,
  sumOrders,
} from './queries.ts';

/** Owns imported orders without an e-mail. The account is disabled, so it cannot sign in. */
const IMPORT_CUSTOMER_EMAIL = 'imported-orders@holdfast.invalid';

/** The maximum number of orders written in one transaction. */
export const IMPORT_BATCH_MAX = 300;

export interface ImportedLine {
  readonly name: string;
  readonly sku: string | null;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** An order that was taken and completed in another system. */
export interface ImportedOrder {
  readonly number: string;
  readonly createdAt: Date;
  /** Null: the order belongs to the account for imported orders. */
  readonly email: string | null;
  readonly lines: readonly ImportedLine[];
  /** Null or left out: its bill has only lines. */
  readonly amounts?: GivenAmounts | null;
}

export interface ImportOutcome {
  /** Numbers that this call wrote. */
  readonly imported: readonly string[];
  /** Numbers that already existed with the same content. */
  readonly existing: readonly string[];
  /** Numbers that belong to a different order. Nothing was changed. */
  readonly conflicts: readonly string[];
}

/**
 * Imports a batch of orders as COMPLETED, with the prices and names of their time, without moving stock. Orders are
 * identified by number, so that repeated or concurrent runs import nothing twice. `products` has every line's
 * `productKey`.
 */
export async function importOrders(
  database: Database,
  { actor, cause }: Author,
  orders: readonly ImportedOrder[],
  products: ReadonlyMap<string, ProductRef>,
  currency: string,
): Promise<ImportOutcome> {
  if (orders.length > IMPORT_BATCH_MAX) throw new RangeError(`a batch of ${orders.length} orders`);
  const emails = orders.map(({ email }) => email ?? IMPORT_CUSTOMER_EMAIL);
  const customers = await ensureCustomers(database, { actor, cause }, [...new Set(emails)]);
  const changes = orders.map((order, index): ImportChange => {
    const priced = priceImportedOrder(order, currency);
    return {
      kind: 'import',
      order: {
        id: newIdAt(order.createdAt),
        number: order.number,
        customerId: customers.get(emails[index]!)!,
        totalMinor: priced.totalMinor,
        currency,
        createdAt: order.createdAt,
      },
      lines: buildLines(priced.lines, products),
      bill: toBillParts(priced),
      actor,
      cause,
    };
  });
  // Sorted by number, so that concurrent imports wait for each other in the same order.
  const sorted = changes.toSorted((left, right) =>
    left.order.number < right.order.number ? -1 : 1,
  );
  const existingRows = await database.transaction(async (tx) => {
    const refused = await writeOrders(tx, sorted);
    const written = sorted.filter(({ order }) => !refused.has(order.id));
    // Lines have the names of their time, which their products may never have had.
    await noteSoldNames(tx, JSON.stringify(written.flatMap(({ lines }) => lines)));
    const usedNumbers = sorted.filter(({ order }) => refused.has(order.id));
    // An earlier import wrote those, which this one reports as written.
    if (usedNumbers.length > 0) await reachStandby(tx);
    return findOrdersByNumber(
      tx,
      usedNumbers.map(({ order }) => order.number),
    );
  });

  const existingByNumber = new Map(existingRows.map((row) => [row.number, row]));
  const outcome = { imported: [] as string[], existing: [] as string[], conflicts: [] as string[] };
  orders.forEach((order, index) => {
    const row = existingByNumber.get(order.number);
    if (row === undefined) outcome.imported.push(order.number);
    else if (isSame(order, changes[index]!, row)) {
      outcome.existing.push(order.number);
    } else outcome.conflicts.push(order.number);
  });
  return outcome;
}

/** Returns what an order cost. Throws if no bill has its amounts, which is found when its file is read. */
export function priceImportedOrder(
  { number, lines, amounts = null }: Pick<ImportedOrder, 'number' | 'lines' | 'amounts'>,
  currency: string,
): PricedOrder<ImportedLine & LineToPrice> {
  const pricing = priceGivenOrder({ currency, lines, amounts });
  if (pricing.kind === 'impossible_amount') {
    throw new RangeError(`order ${number} cannot have this ${pricing.part}`);
  }
  return requirePriced(pricing);
}

/** Returns the stored sums for these numbers. Throws if the orders' totals differ from those of their bills. */
export async function sumOrdersByNumber(
  database: Database,
  numbers: readonly string[],
): Promise<OrderSums> {
  const [row] = await sumOrders(database, numbers);
  const { orderTotalsMinor, ...sums } = row!;
  if (orderTotalsMinor !== sums.totalMinor) {
    throw new Error(`orders add up to ${orderTotalsMinor}, their bills to ${sums.totalMinor}`);
  }
  return sums;
}

function buildLines(
  lines: readonly PricedLine<ImportedLine & LineToPrice>[],
  products: ReadonlyMap<string, ProductRef>,
): OrderLine[] {
  return lines.map((line) => {
    const product = products.get(productKey(line))!;
    return {
      productId: product.id,
      sku: product.sku,
      name: line.name,
      quantity: line.quantity,
      unitPriceMinor: line.unitPriceMinor,
      totalMinor: line.totalMinor,
      basePriceMinor: line.basePriceMinor,
      modifiers: [],
      note: null,
      discountMinor: line.discountMinor,
      taxMinor: line.taxMinor,
    };
  });
}

function isSame(
  order: ImportedOrder,
  { order: { customerId, currency }, bill }: ImportChange,
  row: ExistingOrderRow,
): boolean {
  return (
    row.source === 'import' &&
    row.customerId === customerId &&
    row.currency === currency &&
    row.createdAt.getTime() === order.createdAt.getTime() &&
    isDeepStrictEqual(row.bill, bill === null ? null : toAmounts(bill)) &&
    row.lines.length === order.lines.length &&
    order.lines.every((line, index) => {
      const stored = row.lines[index]!;
      return (
        // It may have been stored before names were normalized, and it never changes.
        normalText(stored.name) === line.name &&
        (line.sku === null || stored.sku === line.sku) &&
        stored.quantity === line.quantity &&
        stored.unitPriceMinor === line.unitPriceMinor
      );
    })
  );
}

function toAmounts({
  pricesIncludeTax,
  discounts,
  charges,
  taxes,
  tipMinor,
}: BillParts): BillAmounts {
  return {
    pricesIncludeTax,
    discounts: discounts.map(({ amountMinor }) => amountMinor),
    charges: charges.map(({ amountMinor }) => amountMinor),
    taxes: taxes.map(({ amountMinor }) => amountMinor),
    tip: tipMinor,
  };
}
