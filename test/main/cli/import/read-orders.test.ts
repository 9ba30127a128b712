import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ColumnMapError, parseColumnMap } from '../../../../src/main/cli/import/column-map.ts';
import { collectProducts, sumOrders } from '../../../../src/main/cli/import/import-orders-file.ts';
import { createDateReader } from '../../../../src/main/cli/import/local-time.ts';
import { orderFields } from '../../../../src/main/cli/import/order-draft.ts';
import {
  type OrdersFile,
  type OrdersFileOptions,
  readOrdersFile,
} from '../../../../src/main/cli/import/read-orders.ts';
import { noSums } from '../../../../src/modules/orders/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

const columns =
  'number=OrderNumber,date=OrderDate,name=ItemName,quantity=Quantity,price=ProductPrice';
const options = {
  map: parseColumnMap([columns], orderFields),
  readDate: createDateReader('dd/MM/yyyy HH:mm', 'Europe/London'),
  currency: 'GBP',
};

function sample(name: string): string {
  return fileURLToPath(new URL(`../../../support/data/${name}`, import.meta.url));
}

async function writeOrdersFile(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Reads a file that fits into one part. */
async function readAll(path: string, how: OrdersFileOptions): Promise<OrdersFile> {
  const parts: OrdersFile[] = [];
  for await (const part of readOrdersFile(path, how)) parts.push(part);
  assert.equal(parts.length, 1);
  return parts[0]!;
}

test('the rows of an order are found anywhere in the file', async () => {
  const { orders, refused, rows } = await readAll(sample('orders.csv'), options);
  assert.deepEqual(refused, []);
  assert.equal(rows, 6);
  assert.deepEqual(sumOrders(orders, 'GBP'), {
    ...noSums,
    orders: 3,
    lines: 6,
    units: 9,
    totalMinor: 5555,
  });
  const [first] = orders;
  assert.equal(first?.number, '501');
  assert.equal(first?.createdAt.toISOString(), '2015-10-25T00:30:00.000Z');
  assert.deepEqual(
    first?.lines.map(({ name }) => name),
    ['Crème Tart', 'Fish and Chips'],
  );
});

test('a compressed file and one with a byte order mark are read alike', async () => {
  const plain = await readFile(sample('orders.csv'));
  const marked = Buffer.concat([Buffer.from('\uFEFF'), plain]);
  const packed = await writeOrdersFile('marked.csv.gz', gzipSync(marked));
  const expected = await readAll(sample('orders.csv'), options);
  assert.deepEqual(await readAll(packed, options), expected);
});

test('a wrong row is refused with its line and reason, together with its order', async () => {
  const { orders, refused, rows } = await readAll(sample('broken-orders.csv'), options);
  assert.equal(rows, 7);
  assert.deepEqual(
    orders.map(({ number }) => number),
    ['601'],
  );
  assert.deepEqual(
    refused.map(({ line }) => line),
    [3, 4, 5, 6, 7],
  );
  const reasons = refused.map(({ reason }) => reason);
  assert.match(reasons[0]!, /"0" is not a quantity/);
  assert.match(reasons[1]!, /Another row of order 602/);
  assert.match(reasons[2]!, /"30\/02\/2020 10:00" is not a date/);
  assert.match(reasons[3]!, /"5.505" is not a price in GBP/);
  assert.match(reasons[4]!, /4 columns, but the header has 5/);
});

test('rows with the same number but another date or e-mail are refused', async () => {
  const path = await writeOrdersFile(
    'clash.csv',
    'number,date,name,quantity,price,email\n' +
      '1,01/01/2020 10:00,Soup,1,1,a@example.com\n' +
      '1,01/01/2020 10:01,Soup,1,1,a@example.com\n' +
      '2,01/01/2020 10:00,Soup,1,1,a@example.com\n' +
      '2,01/01/2020 10:00,Soup,1,1,b@example.com\n' +
      '3,01/01/2020 10:00,Soup,1,1,nobody\n',
  );
  const { orders, refused } = await readAll(path, { ...options, map: {} });
  assert.deepEqual(orders, []);
  assert.equal(refused.length, 5);
});

/** Reads orders of two lines of 10.00, each with these amounts on its rows. */
async function readAmounts(name: string, ...rows: readonly string[]): Promise<OrdersFile> {
  const head = 'number,date,name,quantity,price,discount,delivery,tax,tip';
  const path = await writeOrdersFile(
    name,
    [head, ...rows.map((row) => row.replace(',', ',01/01/2020 10:00,Soup,1,10,'))].join('\n'),
  );
  return readAll(path, { ...options, map: {} });
}

test('the amounts of an order may be on each of its rows or on some', async () => {
  const { orders, refused } = await readAmounts(
    'amounts.csv',
    '1,2.00,3.5,,1',
    '1,2,3.50,,1.00',
    '2,,,,',
    '2,,,3.33,',
    '3,,,,',
    '4,0,0,0,0',
  );
  assert.deepEqual(refused, []);
  const none = {
    discountMinor: 0,
    deliveryMinor: 0,
    taxMinor: 0,
    pricesIncludeTax: true,
    tipMinor: 0,
  };
  assert.deepEqual(
    orders.map(({ amounts }) => amounts),
    [
      { ...none, discountMinor: 200, deliveryMinor: 350, tipMinor: 100 },
      { ...none, taxMinor: 333 },
      null,
      none,
    ],
  );
  assert.deepEqual(sumOrders(orders, 'GBP'), {
    orders: 4,
    lines: 6,
    units: 6,
    discountsMinor: 200,
    chargesMinor: 350,
    taxesMinor: 333,
    tipsMinor: 100,
    totalMinor: 6000 - 200 + 350 + 100,
  });
});

test('an amount that is none, or that no bill can have, is refused with its order', async () => {
  const { orders, refused } = await readAmounts(
    'wrong-amounts.csv',
    '1,-2.00,,,',
    '2,,£3,,',
    '3,,,,1.005',
    '4,1,,,',
    '4,2,,,',
    '5,10.01,,,',
    '6,10.00,,0.01,',
    '7,,,5.01,',
    '8,10.00,2,1.00,',
    '9,10.00,,,',
    '10,,9999999999999,,',
  );
  assert.deepEqual(
    refused.map(({ line, reason }) => `${line}: ${reason}`),
    [
      '2: "-2.00" is not an amount in GBP for the discount.',
      '3: "£3" is not an amount in GBP for the delivery.',
      '4: "1.005" is not an amount in GBP for the tip.',
      '5: Another row of order 4 was refused.',
      '6: Order 4 has another discount on an earlier row.',
      '7: Order 5: its discount is more than its lines cost.',
      '8: Order 6: its tax is more than what is taxed.',
      '9: Order 7: its tax is more than what is taxed.',
      '12: Order 10: its total is too large.',
    ],
  );
  assert.deepEqual(
    orders.map(({ number }) => number),
    ['8', '9'],
  );
});

test('a created product has the newest price in the file, wherever that is', async () => {
  const file = await readAll(sample('orders.csv'), options);
  const fish = collectProducts(file).find(({ name }) => name === 'Fish and Chips');
  assert.equal(fish?.priceMinor, 1295);
});

test('a missing column is a usage error', async () => {
  await assert.rejects(readAll(sample('orders.csv'), { ...options, map: {} }), ColumnMapError);
  const map = { ...options.map, email: 'Nowhere' };
  await assert.rejects(readAll(sample('orders.csv'), { ...options, map }), ColumnMapError);
  assert.throws(() => parseColumnMap(['nummer=A'], orderFields), ColumnMapError);
  assert.throws(() => parseColumnMap(['number'], orderFields), ColumnMapError);
});

test('a line break in a column name is read as a space', async () => {
  const header = '"Order\r\nnumber",date,"name\n",quantity,price';
  const path = await writeOrdersFile('lines.csv', `${header}\n1,01/01/2020 10:00,Soup,1,1\n`);
  for (const name of ['Order number', 'Order\nnumber']) {
    const { orders } = await readAll(path, { ...options, map: { number: name } });
    assert.equal(orders.length, 1);
  }
  const missing = { ...options, map: {} };
  await assert.rejects(readAll(path, missing), /the file has Order number, date, name, /);
});

test('a truncated archive is an error, not a short file', async () => {
  const packed = gzipSync(await readFile(sample('orders.csv')));
  const path = await writeOrdersFile('cut.csv.gz', packed.subarray(0, packed.length - 20));
  await assert.rejects(readAll(path, options));
});
