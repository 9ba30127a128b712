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

export interface TestModifier {
  readonly code: string;
  readonly priceMinor?: number;
  readonly quantityMax?: number;
  /** The product whose stock it reserves. */
  readonly productId?: string;
}

/** Adds a group of modifiers to a product, any number of which can be chosen. Returns its id. */
export async function addModifierGroup(
  database: Database,
  productId: string,
  modifiers: readonly TestModifier[],
): Promise<string> {
  const group = { name: 'Extras', min: 0, max: 50, currency: 'GBP' };
  const groupId = await addRow(database, 'modifier_groups', group);
  for (const [
    place,
    { code, priceMinor = 100, quantityMax = 1, ...stock },
  ] of modifiers.entries()) {
    await database.run(
      'test.add_modifier',
      `insert into modifiers (code, group_id, place, name, price_minor, quantity_max, product_id)
       values ($1::text, $2::uuid, $3::smallint, $1::text, $4::bigint, $5::integer, $6::uuid)`,
      [code, groupId, place + 1, priceMinor, quantityMax, stock.productId ?? null],
    );
  }
  await database.run(
    'test.offer_group',
    `update products
        set modifier_group_ids = modifier_group_ids || $2::uuid
      where id = $1::uuid`,
    [productId, groupId],
  );
  return groupId;
}

async function addRow(
  database: Database,
  table: 'discounts' | 'tax_rates' | 'charges' | 'modifier_groups',
  columns: Columns,
): Promise<string> {
  const row = { id: newId(), ...columns };
  const names = Object.keys(row);
  const text = `insert into ${table} (${names.join(', ')})
    values (${names.map((_, index) => `$${index + 1}`).join(', ')})`;
  await database.run(`test.${sha256(text).toString('hex').slice(0, 32)}`, text, Object.values(row));
  return row.id;
}

/** Returns how many uses a discount counts, and how many orders use it. */
export async function findUses(
  database: Database,
  discountId: string,
): Promise<{ readonly counted: number; readonly orders: number }> {
  const [row] = await database.run<{ counted: number; orders: number }>(
    'test.uses_of',
    `select uses as counted,
            (select count(*)::int from discount_uses where discount_id = discounts.id) as orders
       from discounts
      where id = $1::uuid`,
    [discountId],
  );
  return row!;
}
