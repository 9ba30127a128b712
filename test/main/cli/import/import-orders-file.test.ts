import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseColumnMap } from '../../../../src/main/cli/import/column-map.ts';
import { importOrdersFile } from '../../../../src/main/cli/import/import-orders-file.ts';
import { createDateReader } from '../../../../src/main/cli/import/local-time.ts';
import { orderFields } from '../../../../src/main/cli/import/order-draft.ts';
import { type OrdersFile, readOrdersFile } from '../../../../src/main/cli/import/read-orders.ts';
import { createCatalog } from '../../../../src/modules/catalog/index.ts';
import { openStock } from '../../../../src/modules/inventory/index.ts';
import { type ImportedOrder, noSums, productKey } from '../../../../src/modules/orders/index.ts';
import { createCursors } from '../../../../src/shared/pagination.ts';
import { findAudit } from '../../../support/audit-rows.ts';
import { testDatabase } from '../../../support/database.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

const { database } = await testDatabase();
const { api: catalog } = createCatalog({
  database,
  cursors: createCursors(randomBytes(32).toString('base64')),
  currency: 'GBP',
  openStock,
});
const deps = { database, catalog, currency: 'GBP', onProgress: () => {} };

const columns =
  'number=OrderNumber,date=OrderDate,name=ItemName,quantity=Quantity,price=ProductPrice';

function read(path: string, rowsHeldMax?: number): AsyncGenerator<OrdersFile> {
  return readOrdersFile(path, {
    ...(rowsHeldMax === undefined ? {} : { rowsHeldMax }),
    map: parseColumnMap([columns], orderFields),
    readDate: createDateReader('dd/MM/yyyy HH:mm', 'Europe/London'),
    currency: 'GBP',
  });
}

function writeOrdersFile(...orders: ImportedOrder[]): OrdersFile[] {
  const newestPrices = new Map(
    orders.flatMap(({ createdAt, lines }) =>
      lines.map((line) => [
        productKey(line),
        { atMs: createdAt.getTime(), priceMinor: line.unitPriceMinor },
      ]),
    ),
  );
  return [{ orders, refused: [], rows: orders.length, newestPrices, parts: 1 }];
}

function buildOrder(number: string, change: Partial<ImportedOrder> = {}): ImportedOrder {
  return {
    number,
    createdAt: new Date('2020-02-01T10:00:00Z'),
    email: null,
    lines: [{ name: 'Soup', sku: null, quantity: 2, unitPriceMinor: 550 }],
    ...change,
  };
}

const path = fileURLToPath(new URL('../../../support/data/orders.csv', import.meta.url));

/** The sums of orders without discounts, charges, taxes and tips. */
const plainSums = (orders: number, lines: number, units: number, totalMinor: number) => ({
  ...noSums,
  orders,
  lines,
  units,
  totalMinor,
});

test('orders are imported as they were, with one event and no stock movement', async () => {
  const report = await importOrdersFile(deps, read(path));
  assert.deepEqual(report.imported, plainSums(3, 6, 9, 5555));
  assert.deepEqual(report.database, report.file);
  assert(report.reconciles);
  const orders = await database.run<Record<string, unknown>>(
    'test.imported_order',
    `select status, payment_status, source, total_minor, orders.created_at, type, from_status,
            to_status, actor_type
       from orders
       join events on events.order_id = orders.id
      where number = $1::text`,
    ['501'],
  );
  assert.deepEqual(orders, [
    {
      status: 'COMPLETED',
      payment_status: 'UNPAID',
      source: 'import',
      total_minor: 1745,
      created_at: new Date('2015-10-25T00:30:00Z'),
      type: 'order.imported',
      from_status: null,
      to_status: 'COMPLETED',
      actor_type: 'operator',
    },
  ]);
  assert.deepEqual(await database.run('test.movements', 'select id from stock_movements', []), []);
});

test('a second run imports nothing and finds every order', async () => {
  const report = await importOrdersFile(deps, read(path));
  assert.equal(report.imported.orders, 0);
  assert.equal(report.productsCreated, 0);
  assert.deepEqual(report.existing, plainSums(3, 6, 9, 5555));
  assert(report.reconciles);
});

test('two concurrent imports write each order once', async () => {
  const file = writeOrdersFile(
    ...Array.from({ length: 700 }, (_, index) => buildOrder(`T${index}`)),
  );
  const reports = await Promise.all([importOrdersFile(deps, file), importOrdersFile(deps, file)]);
  assert.equal(reports[0].imported.orders + reports[1].imported.orders, 700);
  for (const report of reports) assert(report.reconciles);
});

const others: Record<string, Partial<ImportedOrder>> = {
  date: { createdAt: new Date('2020-02-01T10:01:00Z') },
  customer: { email: 'another@example.com' },
  price: { lines: [{ name: 'Soup', sku: null, quantity: 2, unitPriceMinor: 551 }] },
  quantity: { lines: [{ name: 'Soup', sku: null, quantity: 1, unitPriceMinor: 550 }] },
  product: { lines: [{ name: 'Stew', sku: null, quantity: 2, unitPriceMinor: 550 }] },
  line: {
    lines: [
      { name: 'Soup', sku: null, quantity: 2, unitPriceMinor: 550 },
      { name: 'Bread', sku: null, quantity: 1, unitPriceMinor: 0 },
    ],
  },
};

for (const [what, change] of Object.entries(others)) {
  test(`an existing number with another ${what} is a conflict and changes nothing`, async () => {
    const number = `C-${what}`;
    await importOrdersFile(deps, writeOrdersFile(buildOrder(number)));
    const report = await importOrdersFile(deps, writeOrdersFile(buildOrder(number, change)));
    assert.deepEqual(report.conflicts, [number]);
    assert.equal(report.imported.orders, 0);
    const again = await importOrdersFile(deps, writeOrdersFile(buildOrder(number)));
    assert.equal(again.existing.orders, 1);
  });
}

test('an unknown customer becomes a disabled account, and a known one is found in any case', async () => {
  const orders = ['New@Example.com', 'new@example.COM'].map((email, index) =>
    buildOrder(`E${index}`, { email }),
  );
  await importOrdersFile(deps, writeOrdersFile(...orders));
  const users = await database.run<Record<string, unknown>>(
    'test.new_users',
    `select role, disabled_at is not null as disabled, count(orders.id)::int as orders
       from users
       join orders on orders.customer_id = users.id
      where email_key = 'new@example.com'
      group by users.id`,
    [],
  );
  assert.deepEqual(users, [{ role: 'customer', disabled: true, orders: 2 }]);
  await importOrdersFile(deps, writeOrdersFile(...orders));
  const created = (await findAudit(database)).filter(
    ({ type, after }) =>
      type === 'user.created' && String(after?.email).toLowerCase() === 'new@example.com',
  );
  assert.deepEqual(
    created.map(({ actorType, job, after }) => [actorType, job, after?.disabled]),
    [['operator', 'import orders', true]],
  );
});

test('two names with the same SKU spelling are two products', async () => {
  const lines = ['Onion Naan', 'Onion-Naan'].map((name) => ({
    name,
    sku: null,
    quantity: 1,
    unitPriceMinor: 100,
  }));
  await importOrdersFile(deps, writeOrdersFile(buildOrder('S1', { lines })));
  const products = await database.run<{ sku: string }>(
    'test.naan',
    `select sku from products where name like 'Onion%' order by sku`,
    [],
  );
  assert.deepEqual(
    products.map(({ sku }) => sku),
    ['ONION-NAAN', 'ONION-NAAN-2'],
  );
});

test("imported numbers do not affect the shop's own", async () => {
  const next = async () => {
    const [row] = await database.run<{ number: number }>(
      'test.next_number',
      `select nextval('order_numbers') as number`,
      [],
    );
    return row!.number;
  };
  const before = await next();
  await importOrdersFile(
    deps,
    writeOrdersFile(...['750000', '999999999999999'].map((one) => buildOrder(one))),
  );
  assert.equal(await next(), before + 1);
});

test('a large file is imported completely in parts, with the newest prices of all its rows', async () => {
  const rows = Array.from({ length: 200 }, (_, index) => {
    const order = index % 50;
    return `L${order},0${1 + (order % 9)}/02/2021 10:00,Dish ${index % 7},1,${index}.00`;
  });
  const large = join(folder, 'large.csv');
  await writeFile(
    large,
    `OrderNumber,OrderDate,ItemName,Quantity,ProductPrice\n${rows.join('\n')}`,
  );
  const parts: OrdersFile[] = [];
  for await (const part of read(large, 30)) parts.push(part);
  assert(parts.length > 4);
  for (const part of parts) assert(part.rows <= 60, String(part.rows));
  const report = await importOrdersFile(deps, read(large, 30));
  assert.deepEqual(report.imported, plainSums(50, 200, 200, 1_990_000));
  assert.equal(report.rows, 200);
  assert(report.reconciles);
  const whole = await importOrdersFile(deps, read(large));
  assert.deepEqual(whole.existing, report.imported);
  const products = await database.run<{ name: string; price: number }>(
    'test.dishes',
    `select name, price_minor as price from products where name like 'Dish %' order by name`,
    [],
  );
  for await (const { newestPrices } of read(large)) {
    for (const { name, price } of products) {
      assert.equal(newestPrices.get(`name:${name}`)?.priceMinor, price);
    }
  }
});

test('an order imported before names had one spelling is recognized', async () => {
  const line = { sku: null, quantity: 1, unitPriceMinor: 100 };
  await importOrdersFile(
    deps,
    writeOrdersFile(buildOrder('N1', { lines: [{ ...line, name: 'Cafe\u0301' }] })),
  );
  const report = await importOrdersFile(
    deps,
    writeOrdersFile(buildOrder('N1', { lines: [{ ...line, name: 'Café' }] })),
  );
  assert.deepEqual(report.conflicts, []);
  assert.equal(report.existing.orders, 1);
});

const amounts = {
  discountMinor: 100,
  deliveryMinor: 350,
  taxMinor: 225,
  pricesIncludeTax: true,
  tipMinor: 50,
};

async function findOrder(number: string): Promise<Record<string, unknown>> {
  const [order] = await database.run<Record<string, unknown>>(
    'test.imported_bill',
    `select total_minor as total, prices_include_tax as included, tip_minor as tip, discounts, charges, taxes,
            (select jsonb_agg(jsonb_build_array(discount_minor, tax_minor) order by line_number)
               from order_lines where order_id = orders.id) as lines
       from orders
       left join order_bills on order_bills.order_id = orders.id
      where number = $1::text`,
    [number],
  );
  return order!;
}

test('the discount, delivery, tax and tip of an order are imported as its bill', async () => {
  const lines = [550, 551].map((unitPriceMinor) => ({
    name: 'Soup',
    sku: null,
    quantity: 1,
    unitPriceMinor,
  }));
  const file = writeOrdersFile(buildOrder('B1', { amounts, lines }));
  const report = await importOrdersFile(deps, file);
  assert.deepEqual(report.imported, {
    orders: 1,
    lines: 2,
    units: 2,
    discountsMinor: 100,
    chargesMinor: 350,
    taxesMinor: 225,
    tipsMinor: 50,
    totalMinor: 550 + 551 - 100 + 350 + 50,
  });
  assert(report.reconciles);
  const { discounts, charges, taxes, ...order } = await findOrder('B1');
  assert.deepEqual(order, {
    total: 1401,
    included: true,
    tip: 50,
    lines: [
      [50, 83],
      [50, 84],
    ],
  });
  const shown = (parts: unknown) =>
    (parts as Record<string, unknown>[]).map(({ name, amountMinor, taxMinor, percent }) => ({
      name,
      amountMinor,
      taxMinor,
      percent,
    }));
  const none = { taxMinor: undefined, percent: undefined };
  assert.deepEqual(shown(discounts), [{ name: 'Discount', amountMinor: 100, ...none }]);
  assert.deepEqual(shown(charges), [
    { name: 'Delivery', amountMinor: 350, taxMinor: 58, percent: undefined },
  ]);
  assert.deepEqual(shown(taxes), [
    { name: 'Tax', amountMinor: 225, taxMinor: undefined, percent: '20' },
  ]);
  assert.deepEqual((await importOrdersFile(deps, file)).existing, report.imported);
});

test('a tax that prices exclude is added to the total', async () => {
  const change = { amounts: { ...amounts, taxMinor: 137, pricesIncludeTax: false } };
  const report = await importOrdersFile(deps, writeOrdersFile(buildOrder('B2', change)));
  assert.equal(report.imported.totalMinor, 1100 - 100 + 350 + 137 + 50);
  assert(report.reconciles);
  const { included, taxes } = await findOrder('B2');
  assert.equal(included, false);
  assert.equal((taxes as { baseMinor: number }[])[0]!.baseMinor, 1350);
});

for (const part of ['discountMinor', 'deliveryMinor', 'taxMinor', 'tipMinor'] as const) {
  test(`an existing number with another ${part.replace('Minor', '')} is a conflict`, async () => {
    const number = `B-${part}`;
    await importOrdersFile(deps, writeOrdersFile(buildOrder(number, { amounts })));
    for (const changed of [{ ...amounts, [part]: amounts[part] - 1 }, null]) {
      const file = writeOrdersFile(buildOrder(number, { amounts: changed }));
      assert.deepEqual((await importOrdersFile(deps, file)).conflicts, [number]);
    }
  });
}

test('amounts of 0 are no bill', async () => {
  const zero = {
    discountMinor: 0,
    deliveryMinor: 0,
    taxMinor: 0,
    pricesIncludeTax: false,
    tipMinor: 0,
  };
  await importOrdersFile(deps, writeOrdersFile(buildOrder('B3', { amounts: zero })));
  assert.equal((await findOrder('B3')).discounts, null);
  const report = await importOrdersFile(deps, writeOrdersFile(buildOrder('B3')));
  assert.equal(report.existing.orders, 1);
});

// The real file must not be copied into the project; the variable says where it is.
const realData = process.env.HOLDFAST_DATA_DIR;
if (realData !== undefined) {
  test('four years of a real takeaway are imported to the penny', async () => {
    const parts = read(join(realData, 'takeaway-orders.csv.gz'));
    const report = await importOrdersFile(deps, parts);
    assert.deepEqual(report.database, plainSums(13_397, 74_818, 93_041, 44_651_745));
    assert(report.reconciles);
  });
}
