import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Queryable } from '../../../../src/database/statement.ts';
import { createPriceLists } from '../../../../src/modules/orders/placement/price-list.ts';
import type { BillView } from '../../../../src/modules/pricing/index.ts';
import { testDatabase } from '../../../support/database.ts';
import { createRule } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';
import { addProduct } from '../../../support/shop.ts';

const db = await testDatabase();
const { database } = db;
const server = await startTestServer(db, { environment: { PENDING_ORDERS_MAX: '0' } });
const admin = await server.asAdmin();

async function readVersion(): Promise<number> {
  const [row] = await database.run<{ version: number }>(
    'test.read_version',
    'select version from price_versions',
    [],
  );
  return row!.version;
}

test('a database that lost the newest changes of prices is believed, and gives their versions to no others', async () => {
  const { sku } = await addProduct(database, { priceMinor: 1_000, onHand: 1_000 });
  const rate = await createRule(admin, '/api/tax-rates', { name: 'VAT', percent: '20' });
  const customer = await server.signUp();
  const place = async (): Promise<[string[], string[]]> => {
    const body = { items: [{ sku, quantity: 1 }] };
    const reply = await customer.post('/api/orders', body);
    assert.equal(reply.status, 201, reply.text);
    const { taxes, charges } = reply.json<{ bill: BillView }>().bill;
    return [taxes.map(({ percent }) => percent), charges.map(({ name }) => name)];
  };
  const kept = await readVersion();
  assert.deepEqual(await place(), [['20'], []]);
  await admin.patch(`/api/tax-rates/${rate.id}`, { percent: '5' });
  const lost = await readVersion();
  assert.deepEqual(await place(), [['5'], []]);

  // As after a failover to a standby that had not received the change.
  await database.run('test.lose_rate', 'update tax_rates set percent = 20', []);
  await database.run('test.lose_version', 'update price_versions set version = $1::bigint', [kept]);
  assert.deepEqual(await place(), [['20'], []]);
  await createRule(admin, '/api/charges', {
    name: 'Service',
    kind: 'SERVICE',
    amount: { amount: 100, currency: 'GBP' },
  });
  assert.ok((await readVersion()) > lost);
  assert.deepEqual(await place(), [['20'], ['Service']]);
});

test('those who find their list outdated at the same time share one new one', async () => {
  let statements = 0;
  const counted: Queryable = {
    ...database,
    run(name, text, parameters, options) {
      statements += 1;
      return database.run(name, text, parameters, options);
    },
  };
  const lists = createPriceLists();
  const first = await lists.get(counted);
  const alone = statements;
  const refreshed = await Promise.all(Array.from({ length: 50 }, () => lists.refresh(counted)));
  assert.equal(statements, 2 * alone);
  assert.equal(new Set(refreshed).size, 1);
  assert.notEqual(refreshed[0], first);
  assert.equal(await lists.get(counted), refreshed[0]);
});
