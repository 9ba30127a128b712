import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, sha256 } from '../../src/shared/canonical-json.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { assertProblem } from '../support/rules.ts';
import { startTestServer } from '../support/server.ts';
import { addProduct, offerEveryType } from '../support/shop.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();

test('a repeat whose reply an older version stored, without members that are required now, is answered with it', async () => {
  const key = { 'idempotency-key': newId() };
  const body = { sku: 'OLDER', name: 'Older', price: { amount: 100, currency: 'GBP' } };
  const first = await admin.post('/api/products', body, key);
  assert.equal(first.status, 201, first.text);
  const same = await admin.post('/api/products', body, key);
  assert.deepEqual([same.status, same.text], [201, first.text]);

  await db.database.run(
    'test.age_reply',
    `update idempotency_keys set result = (result::jsonb - 'taxCategory')::json where operation = 'createProduct'`,
    [],
  );
  const repeat = await admin.post('/api/products', body, key);
  assert.equal(repeat.status, 201, repeat.text);
  assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
  assert.match(repeat.headers.get('content-type') ?? '', /^application\/json/);
  const { taxCategory: _, ...stored } = first.json<{ taxCategory: string }>();
  assert.deepEqual(repeat.json<object>(), stored);
});

test('an order that an older version accepted is answered again although its request is invalid now', async () => {
  await offerEveryType(db.database);
  const { sku } = await addProduct(db.database, { onHand: 100 });
  const items = [{ sku, quantity: 1 }];
  const invalid = { items, fulfilment: { type: 'DINE_IN' } };
  const valid = { items, fulfilment: { type: 'DINE_IN', table: '7' } };
  const customer = await server.signUp();
  const key = { 'idempotency-key': newId() };
  const first = await customer.post('/api/orders', valid, key);
  assert.equal(first.status, 201, first.text);
  await db.database.run(
    'test.age_request',
    'update order_responses set request_hashes = array[$1::uuid]',
    [sha256(canonicalJson(invalid)).toString('hex', 0, 16)],
  );

  const repeat = await customer.post('/api/orders', invalid, key);
  assert.deepEqual([repeat.status, repeat.text], [201, first.text]);
  assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
  for (const headers of [{}, { 'idempotency-key': newId() }]) {
    const reply = await customer.post('/api/orders', invalid, headers);
    assertProblem(reply, 400, 'request.invalid', '/fulfilment/table');
  }
  const otherBody = { ...invalid, note: 'another' };
  assertProblem(await customer.post('/api/orders', otherBody, key), 400, 'request.invalid');
  const { data } = (await customer.get('/api/orders')).json<{ data: unknown[] }>();
  assert.equal(data.length, 1);
});
