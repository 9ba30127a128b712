import type { Database } from '../../src/database/database.ts';
import { sha256 } from '../../src/shared/canonical-json.ts';
import { newId } from '../../src/shared/ids.ts';

/** Rows for tests of prices, written directly to the tables. */

type Columns = Readonly<Record<string, unknown>>;

/** Adds a discount of 10 % of the order, without a code, unless `columns` differ. Returns its id. */
export async function addDiscount(database: Database, columns: Columns = {}): Promise<string> {
  return addRow(database, 'discounts', {
    name: 'A discount',
    kind: 'PERCENT',
    percent: '10',
    scope: 'ORDER',
    currency: 'GBP',
    first_order_only: false,
    combines: false,
    active: true,
    ...columns,
  });
}

export async function addTaxRate(database: Database, columns: Columns = {}): Promise<string> {
  return addRow(database, 'tax_rates', {
    name: 'VAT',
    percent: '20',
    tax_category: 'standard',
    active: true,
    ...columns,
  });
}

export async function addCharge(database: Database, columns: Columns = {}): Promise<string> {
  return addRow(database, 'charges', {
    name: 'Delivery',
    kind: 'DELIVERY',
    amount_minor: 350,
    currency: 'GBP',
    tax_category: 'standard',
    active: true,
    ...columns,
  });
}

async function addRow(
  database: Database,
  table: 'discounts' | 'tax_rates' | 'charges',
  columns: Columns,
): Promise<string> {
  const row = { id: newId(), ...columns };
  const names = Object.keys(row);
  const text = `insert into ${table} (${names.join(', ')})
    values (${names.map((_, index) => `$${index + 1}`).join(', ')})`;
  await database.run(`test.${sha256(text).toString('hex').slice(0, 32)}`, text, Object.values(row));
  return row.id;
}
