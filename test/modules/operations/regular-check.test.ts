import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import type { Queryable } from '../../../src/database/statement.ts';
import { runFullCheck, runRegularCheck } from '../../../src/modules/operations/regular-check.ts';
import { readProgress } from '../../../src/modules/operations/stored-checks.ts';
import { testDatabase } from '../../support/database.ts';
import { buildPlacementContext, createTestOrders } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { query } from '../../support/until.ts';

const { database, owner, ownerUrl: url } = await testDatabase({ invariants: false });
const orders = createTestOrders(database);
const product = await addProduct(database, { onHand: 1_000, priceMinor: 250 });

async function placeOrder(): Promise<string> {
  const customer = await addUser(database);
  const input = { items: [{ sku: product.sku, quantity: 1 }] };
  return (await orders.placeOrder(buildPlacementContext(customer), input)).id;
}

/** Oldest first. */
const old: string[] = [];
for (let count = 0; count < 12; count += 1) old.push(await placeOrder());

/** Runs a statement with triggers and foreign keys off. */
async function tamper(statement: string): Promise<void> {
  await query(url, `set session_replication_role = replica; ${statement}`);
}

/** Changes an order's total behind the back of the log, or changes it back. */
async function damage(orderId: string, byMinor = 1): Promise<void> {
  await query(
    url,
    `update orders set total_minor = total_minor + ${byMinor} where id = '${orderId}'`,
  );
}

/** Runs a regular check whose slices have two rows, and returns the orders whose totals are wrong. */
async function check(on: Database = database): Promise<string[]> {
  const results = await runRegularCheck(on, { sliceMin: 2 });
  const { violations } = results.find(({ name }) => name === 'inv_order_totals')!;
  return violations.map(({ id }) => id);
}

/** Checks until the rotation through the orders has just started again. */
async function startCycle(): Promise<void> {
  do await check();
  while ((await readProgress(database))?.cursors.order !== undefined);
}

/** The database of a server that fails in the middle of a check. */
const failing: Database = {
  ...database,
  snapshot: (work, timeoutMs, settings) =>
    database.snapshot(
      (db) => {
        let count = 0;
        const run: Queryable['run'] = (...statement) => {
          count += 1;
          if (count > 40) throw new Error('the connection broke');
          return db.run(...statement);
        };
        return work({ ...db, run });
      },
      timeoutMs,
      settings,
    ),
};

test('the first check covers everything', async () => {
  await damage(old[11]!);
  assert.deepEqual(await check(), [old[11]]);
  await damage(old[11]!, -1);
});

test('damage in an order that has just changed is found by the next check, and reported until it is gone', async () => {
  await startCycle();
  const changed = await placeOrder();
  await damage(changed);
  assert.deepEqual(await check(), [changed]);
  for (let count = 0; count < 3; count += 1) assert.deepEqual(await check(), [changed]);
  await damage(changed, -1);
  assert.deepEqual(await check(), []);
});

test('damage in an order that has not changed is found within one rotation, by servers that alternate, though checks fail', async () => {
  await startCycle();
  await damage(old[9]!);
  let found: string[] = [];
  let checks = 0;
  while (found.length === 0) {
    await assert.rejects(check(failing), /the connection broke/);
    found = await check(checks % 2 === 0 ? database : { ...database });
    checks += 1;
  }
  assert.deepEqual(found, [old[9]]);
  assert.equal(checks, 5, 'two orders of each check, and the tenth');
  await damage(old[9]!, -1);
});

test('a change is checked after a check that failed', async () => {
  await startCycle();
  const changed = await placeOrder();
  await damage(changed);
  await assert.rejects(check(failing), /the connection broke/);
  assert.deepEqual(await check(), [changed]);
  await damage(changed, -1);
});

test('an event that is committed late, behind events already checked, is not skipped', async () => {
  await startCycle();
  await check();
  const late = await owner.connect();
  try {
    await late.query('begin; set local session_replication_role = replica');
    await late.query(
      `insert into events (id, type, order_id, sequence, actor_type, cause)
       values (gen_random_uuid(), 'payment.initiated', '${old[11]}', 7, 'system', '{}')`,
    );
    await placeOrder();
    await check();
    await late.query('commit');
  } finally {
    await late.end();
  }
  const results = await runRegularCheck(database, { sliceMin: 1 });
  const { violations } = results.find(({ name }) => name === 'inv_order_log')!;
  assert.deepEqual(
    violations.map(({ id }) => id),
    [old[11]],
  );
  await tamper('delete from events where sequence = 7');
});

test('violations that a full check finds are reported by the next regular ones', async () => {
  await startCycle();
  await check();
  await damage(old[11]!);
  assert.equal((await runFullCheck(database)).ok, false);
  assert.deepEqual(await check(), [old[11]]);
  await damage(old[11]!, -1);
  assert.deepEqual(await check(), []);
});

test('more violations than are remembered are counted each time, until they are gone', async () => {
  await startCycle();
  const count = async () =>
    (await runRegularCheck(database, { sliceMin: 2 })).find(({ name }) => name === 'inv_order_log')!
      .violationCount;
  await tamper(
    `insert into events (id, type, order_id, sequence, actor_type, cause)
     select gen_random_uuid(), 'payment.initiated', gen_random_uuid(), 1, 'system', '{}'
       from generate_series(1, 1500)`,
  );
  assert.equal(await count(), 1_500);
  assert.equal(await count(), 1_500);
  await tamper(`delete from events where type = 'payment.initiated' and sequence = 1`);
  assert.equal(await count(), 0);
});
