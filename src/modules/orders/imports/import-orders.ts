import type { Database } from '../../../database/database.ts';
import { appendEvents } from '../../../events/index.ts';
import { systemActor } from '../../../shared/caller.ts';
import { newIdAt } from '../../../shared/ids.ts';
import { normalText } from '../../../shared/text.ts';
import { ensureCustomers } from '../../accounts/index.ts';
import { type PricedLine, priceOrder, requirePriced } from '../../pricing/index.ts';
import { insertLines } from '../placement/queries.ts';
import { type ProductRef, productKey } from './import-products.ts';
import {
  type ExistingOrderRow,
  findOrdersByNumber,
  insertImportedOrders,
  noteSoldNames,
  type OrderSumsRow,
  sumOrders,
} from './queries.ts';

/** Owns the imported orders of people who are not known. Disabled: nobody signs in with it. */
export const IMPORT_CUSTOMER_EMAIL = 'imported-orders@holdfast.invalid';

/** Orders that are written in one transaction at most. */
export const IMPORT_BATCH_MAX = 300;

export interface ImportedLine {
  readonly name: string;
  readonly sku: string | null;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** An order that was taken, and ended, elsewhere. */
export interface ImportedOrder {
  readonly number: string;
  readonly createdAt: Date;
  /** Null: it goes to the account for imported orders. */
  readonly email: string | null;
  readonly lines: readonly ImportedLine[];
}

export interface ImportOutcome {
  /** Numbers that this call wrote. */
  readonly imported: readonly string[];
  /** Numbers that were there already with the same content. */
  readonly existing: readonly string[];
  /** Numbers that stand for another order. Nothing was changed. */
  readonly conflicts: readonly string[];
}

/**
 * Writes a batch of orders as they were: COMPLETED, with the prices and names of their time, without moving stock. The
 * number is the identity, so that a second run, or one beside this, imports nothing twice. `products` has every line's
 * `productKey`.
 */
export async function importOrders(
  database: Database,
  orders: readonly ImportedOrder[],
  products: ReadonlyMap<string, ProductRef>,
  currency: string,
): Promise<ImportOutcome> {
  if (orders.length > IMPORT_BATCH_MAX) throw new RangeError(`a batch of ${orders.length} orders`);
  const emails = orders.map(({ email }) => email ?? IMPORT_CUSTOMER_EMAIL);
  const customers = await ensureCustomers(database, [...new Set(emails)]);
  const priced = orders.map(({ lines }) => requirePriced(priceOrder({ currency, lines })));
  const rows = orders.map((order, index) => ({
    id: newIdAt(order.createdAt),
    number: order.number,
    customer_id: customers.get(emails[index]!)!,
    total_minor: priced[index]!.totalMinor,
    currency,
    created_at: order.createdAt,
  }));
  // In the order of numbers, so that two imports at once wait for each other in one order.
  const sorted = rows.toSorted((left, right) => (left.number < right.number ? -1 : 1));
  const existingRows = await database.transaction(async (tx) => {
    const inserted = await insertImportedOrders(tx, JSON.stringify(sorted));
    const ids = new Set(inserted.map(({ id }) => id));
    const lines = rows.flatMap((row, index) =>
      ids.has(row.id) ? lineRows(row, priced[index]!.lines, products) : [],
    );
    const lineJson = JSON.stringify(lines);
    await insertLines(tx, lineJson);
    // They bear the names of their time, which their products may never have had.
    await noteSoldNames(tx, lineJson);
    await appendEvents(
      tx,
      inserted.map(({ id, number }) => ({
        type: 'order.imported',
        orderId: id,
        sequence: 1,
        from: null,
        to: 'COMPLETED',
        actor: systemActor,
        reason: null,
        cause: { requestId: null, traceId: null, job: 'import orders' },
        data: { number },
      })),
    );
    const taken = rows.filter(({ id }) => !ids.has(id)).map(({ number }) => number);
    return findOrdersByNumber(tx, taken);
  });

  const existingByNumber = new Map(existingRows.map((row) => [row.number, row]));
  const outcome = { imported: [] as string[], existing: [] as string[], conflicts: [] as string[] };
  orders.forEach((order, index) => {
    const row = existingByNumber.get(order.number);
    if (row === undefined) outcome.imported.push(order.number);
    else if (isSame(order, rows[index]!.customer_id, currency, row)) {
      outcome.existing.push(order.number);
    } else outcome.conflicts.push(order.number);
  });
  return outcome;
}

/** What the database holds for these numbers. Throws when the orders' totals are not the sums of their lines. */
export async function sumOrdersByNumber(
  database: Database,
  numbers: readonly string[],
): Promise<OrderSumsRow> {
  const [row] = await sumOrders(database, numbers);
  const { orderTotalsMinor, ...sums } = row!;
  if (orderTotalsMinor !== sums.totalMinor) {
    throw new Error(`orders add up to ${orderTotalsMinor}, their lines to ${sums.totalMinor}`);
  }
  return sums;
}

function lineRows(
  order: { readonly id: string; readonly created_at: Date },
  lines: readonly PricedLine<ImportedLine>[],
  products: ReadonlyMap<string, ProductRef>,
) {
  return lines.map((line, index) => {
    const product = products.get(productKey(line))!;
    return {
      order_id: order.id,
      line_number: index + 1,
      product_id: product.id,
      sku: product.sku,
      name: line.name,
      quantity: line.quantity,
      unit_price_minor: line.unitPriceMinor,
      total_minor: line.totalMinor,
      created_at: order.created_at,
    };
  });
}

function isSame(
  order: ImportedOrder,
  customerId: string,
  currency: string,
  row: ExistingOrderRow,
): boolean {
  return (
    row.source === 'import' &&
    row.customerId === customerId &&
    row.currency === currency &&
    row.createdAt.getTime() === order.createdAt.getTime() &&
    row.lines.length === order.lines.length &&
    order.lines.every((line, index) => {
      const stored = row.lines[index]!;
      return (
        // It may have come in before names had one spelling, and never changes.
        normalText(stored.name) === line.name &&
        (line.sku === null || stored.sku === line.sku) &&
        stored.quantity === line.quantity &&
        stored.unitPriceMinor === line.unitPriceMinor
      );
    })
  );
}
