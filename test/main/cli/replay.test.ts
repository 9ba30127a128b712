import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { planReplay } from '../../../src/main/cli/replay/plan.ts';
import type { ImportedOrder } from '../../../src/modules/orders/index.ts';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';
import { addTaxRate } from '../../support/pricing.ts';
import { startTestServer } from '../../support/server.ts';

const testShop = await testDatabase();
const server = await startTestServer(testShop);
const admin = await server.asAdmin();
const file = fileURLToPath(new URL('../../support/data/orders.csv', import.meta.url));
const columns =
  'number=OrderNumber,date=OrderDate,name=ItemName,quantity=Quantity,price=ProductPrice';

function runReplay(path: string, ...more: string[]) {
  return runCommand(
    [
      'replay',
      path,
      ...['--url', server.url, '--map', columns, '--date-format', 'dd/MM/yyyy HH:mm'],
      ...['--admin', admin.identity.email, '--password-stdin', '--customers', '3', ...more],
    ],
    { stdin: `${admin.identity.password}\n` },
  );
}

const replay = (...more: string[]) => runReplay(file, ...more);

test('the replay names missing products and places nothing', async () => {
  const { code, stderr } = await replay();
  assert.equal(code, 2);
  assert.match(stderr, /use --prepare/);
  assert.deepEqual((await admin.get('/api/orders')).json().data, []);
});

test('a line of no known order prevents the replay from sending anything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const broken = join(folder, 'orders.csv');
  const text = await readFile(file, 'utf8');
  await writeFile(broken, `${text.trimEnd()}\n,25/10/2015 01:30,Stew,1,1.00\n`);
  const { code, stderr } = await runReplay(broken, '--prepare');
  await rm(folder, { recursive: true });
  assert.equal(code, 1, stderr);
  assert.match(stderr, /line 8: "" is not an order number(.|\n)*Nothing was imported/);
  assert.deepEqual((await admin.get('/api/products')).json().data, []);
});

test('old orders are placed over HTTP at their original prices, to the penny', async () => {
  const { code, stdout, stderr } = await replay('--prepare', '--complete');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /in the responses +3 +6 +9 +55\.55 GBP/);
  assert.match(stdout, /on the server +3 +6 +9 +55\.55 GBP/);
  const orders = (await admin.get('/api/orders')).json<{ data: { status: string }[] }>().data;
  assert.deepEqual(
    orders.map(({ status }) => status),
    ['COMPLETED', 'COMPLETED', 'COMPLETED'],
  );
  assert.match(await readFile(file, 'utf8'), /11\.5/, 'one dish has two prices over time');
});

test('the tax that each order includes is compared with one that the replay computes itself', async () => {
  const taxRateId = await addTaxRate(testShop.database);
  const untaxed = await replay('--prepare');
  assert.equal(untaxed.code, 1);
  assert.match(untaxed.stderr, /order 501 has the taxes \[\{"taxRateId"/);
  const { code, stdout, stderr } = await replay('--prepare', '--tax', '20');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /orders +lines +units +taxes +money\n/);
  // A sixth of 17.45, 25.90 and 12.20, each rounded half up.
  assert.match(stdout, /in the file +3 +6 +9 +9\.26 GBP +55\.55 GBP/);
  assert.match(stdout, /on the server +3 +6 +9 +9\.26 GBP +55\.55 GBP/);
  const other = await replay('--prepare', '--tax', '19.9999');
  assert.equal(other.code, 1);
  await testShop.database.run('test.remove_rate', 'delete from tax_rates where id = $1', [
    taxRateId,
  ]);
});

test('a tax that is no percentage is a usage error', async () => {
  const { code, stderr } = await replay('--tax', '20%');
  assert.equal(code, 2);
  assert.match(stderr, /--tax must be a percentage such as 8\.875; it is "20%"/);
});

test('an unreachable server or an unknown admin ends the replay with 3', async () => {
  const args = ['replay', file, '--map', columns, '--admin', 'a@example.com', '--password-stdin'];
  const nowhere = await runCommand([...args, '--url', 'http://127.0.0.1:1'], { stdin: 'x\n' });
  assert.equal(nowhere.code, 3);
  assert.match(nowhere.stderr, /cannot be reached/);
  const more = ['--url', server.url, '--date-format', 'dd/MM/yyyy HH:mm'];
  const unknown = await runCommand([...args, ...more], { stdin: 'x\n' });
  assert.equal(unknown.code, 3);
  assert.match(unknown.stderr, /login of a@example.com failed with status 401/);
});

test('a dish at two prices in one order becomes two products', () => {
  const line = (unitPriceMinor: number, quantity: number) => ({
    name: 'Naan',
    sku: null,
    quantity,
    unitPriceMinor,
  });
  const order = (number: string, day: number, ...lines: ImportedOrder['lines'][number][]) => ({
    number,
    createdAt: new Date(Date.UTC(2020, 0, day)),
    email: null,
    lines,
  });
  const later = order('2', 2, line(300, 1));
  const plan = planReplay([later, order('1', 1, line(250, 1), line(300, 2))], 'GBP');
  assert.deepEqual(
    plan.orders.map(({ number, totalMinor }) => [number, totalMinor]),
    [
      ['1', 850],
      ['2', 300],
    ],
  );
  assert.deepEqual(
    plan.products.map(({ name, priceMinor, units }) => [name, priceMinor, units]),
    [
      ['Naan', 250, 2],
      ['Naan at 3.00', 300, 2],
    ],
  );
});
