import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

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
