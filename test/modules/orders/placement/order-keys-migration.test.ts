import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDatabase, type Database } from '../../../../src/database/database.ts';
import { findReplay } from '../../../../src/database/idempotency.ts';
import { migrate, migrationsDirectory } from '../../../../src/database/migrate.ts';
import { canonicalJson, sha256 } from '../../../../src/shared/canonical-json.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { emptyDatabase } from '../../../support/database.ts';
import { buildPlacementContext, coded, createTestOrders } from '../../../support/orders.ts';
import { addUser, buildClaim } from '../../../support/shop.ts';

/** Creates a database as it was before the keys of orders had their own tables. */
async function createOlderDatabase(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  after(() => rm(folder, { recursive: true }));
  const names = (await readdir(migrationsDirectory)).sort();
  const ours = names.findIndex((name) => name.endsWith('_order_keys.sql'));
  assert.ok(ours > 0);
  for (const name of names.slice(0, ours))
    await cp(join(migrationsDirectory, name), join(folder, name));
  const { ownerUrl: url } = await emptyDatabase();
  const database = createDatabase({ url, poolMax: 4, constraints: {} });
  after(() => database.close());
  await migrate(database, { directory: folder });
  return database;
}

const database = await createOlderDatabase();

/** Stores a key as the version before did. */
async function storeKey(
  key: { readonly scopeHash: Buffer; readonly requestHash: Buffer },
  stored: { operation: string; result: string; orderId: string | null; expiresAt: string },
): Promise<void> {
  await database.run(
    'test.store_key',
    `insert into idempotency_keys
            (scope_hash, request_hash, caller_id, operation, result, effect_id, expires_at)
     values ($1::bytea, $2::bytea, gen_random_uuid(), $3::text, $4::text, $5::uuid, $6::timestamptz)`,
    [
      key.scopeHash,
      key.requestHash,
      stored.operation,
      stored.result,
      stored.orderId,
      stored.expiresAt,
    ],
  );
}

test('the migration keeps every key with its response, and results of other operations', async () => {
  const customer = await addUser(database, { emailVerified: false });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  // The longest ones need several blocks; their ends fall before, onto and after the end of a block.
  const lengths = [0, 500, 65_400, 65_433, 65_434, 65_435, 65_436, 65_437, 131_000, 200_000];
  const cases = lengths.map((length, index) => {
    const order = { id: newId(), status: index === 1 ? 'QUEUED' : 'PENDING', version: index + 1 };
    const clientToken = index % 2 === 0 ? undefined : `token-${index}`;
    const items = [{ sku: 'SKU', quantity: index + 1 }];
    const input = clientToken === undefined ? { items } : { items, clientToken };
    const body = JSON.stringify({ ...order, note: `é🥘${'x'.repeat(length)}` });
    return { order, clientToken, input, body };
  });
  for (const [index, { order, clientToken, input, body }] of cases.entries()) {
    const key =
      clientToken === undefined
        ? buildPlacementContext(customer, `key-${index}`, input).claim!
        : {
            scopeHash: sha256('client-token', customer.id, clientToken),
            requestHash: sha256('placeOrder', canonicalJson(input)),
          };
    await storeKey(key, {
      operation: 'placeOrder',
      result: body,
      orderId: order.id,
      expiresAt: clientToken === undefined ? tomorrow : 'infinity',
    });
  }
  const cancellation = buildClaim(customer.id, 'operation', 'cancel', {});
  const result = '{"status":"CANCELLED"}';
  await storeKey(cancellation, {
    operation: 'cancelOrder',
    result,
    orderId: null,
    expiresAt: tomorrow,
  });

  await migrate(database);

  const orders = createTestOrders(database);
  for (const [index, { order, clientToken, input, body }] of cases.entries()) {
    const key = clientToken === undefined ? `key-${index}` : undefined;
    assert.deepEqual(await orders.placeOrder(buildPlacementContext(customer, key, input), input), {
      id: order.id,
      version: order.version,
      queued: order.status === 'QUEUED',
      body,
      replayed: true,
      orderToken: null,
    });
    const other = { ...input, items: [{ sku: 'SKU', quantity: 99 }] };
    await assert.rejects(
      orders.placeOrder(buildPlacementContext(customer, key, other), other),
      coded('idempotency.key_reused'),
    );
  }
  const replay = await findReplay(database, cancellation);
  assert.deepEqual(replay, { result: JSON.parse(result), replayed: true });
  const permanent = await database.run<{ count: number }>(
    'test.permanent',
    `select count(*)::int as count from order_responses where expires_at = 'infinity'`,
    [],
  );
  assert.deepEqual(permanent, [{ count: cases.length / 2 }]);
});
