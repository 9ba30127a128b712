import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDatabase } from '../../../../src/database/database.ts';
import type { PlaceOrderInput } from '../../../../src/modules/orders/schemas.ts';
import type { UserCaller } from '../../../../src/shared/caller.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  buildContext,
  buildPlacementContext,
  coded,
  createTestOrders,
  parseView,
} from '../../../support/orders.ts';
import { planJobs, startQueuedWorker, takeJobs } from '../../../support/queued.ts';
import { addProduct, addUser, findStock } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

const { database, owner, url } = await testDatabase();
const orders = createTestOrders(database);
const admin = await addUser(database, { role: 'admin' });

async function queue(caller: UserCaller, input: PlaceOrderInput) {
  return parseView(
    await orders.placeOrder(buildPlacementContext(caller, undefined, input, true), input),
  );
}

function read(orderId: string) {
  return orders.getOrder(admin, orderId);
}

/** Runs a worker on all jobs that are due. */
async function work(worker = startQueuedWorker(database)): Promise<void> {
  await worker.run(await takeJobs(database, await planJobs(database)));
}

describe('a failure during placement', () => {
  test('an unavailable database fails the job, not the order; the next attempt places it', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const { id } = await queue(customer, { items: [{ sku: product.sku, quantity: 1 }] });
    const jobs = await takeJobs(database, await planJobs(database));
    const holder = await database.connect();
    const impatient = createDatabase({ url, poolMax: 2, constraints: {}, statementTimeoutMs: 200 });
    try {
      await holder.query('begin');
      await holder.query('select from orders where id = $1 for update', [id]);
      await assert.rejects(startQueuedWorker(impatient).run(jobs), coded('service.unavailable'));
      await holder.query('rollback');
    } finally {
      await holder.end();
      await impatient.close();
    }
    assert.equal((await read(id)).status, 'QUEUED');
    await startQueuedWorker(database).run(jobs);
    assert.equal((await read(id)).status, 'PENDING');
  });

  test('an order that fails alone holds up no other, and is placed once the cause is gone', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const bad = await queue(customer, { items });
    await owner.run(
      'test.poison',
      `create function refuse_one() returns trigger language plpgsql as
       $$ begin raise exception 'out of order'; end $$`,
      [],
    );
    await owner.run(
      'test.poison_order',
      `create trigger orders_refuse_one before update on orders
         for each row when (new.id = '${bad.id}' and new.status = 'PENDING') execute function refuse_one()`,
      [],
    );
    const good = [await queue(customer, { items }), await queue(customer, { items })];
    const jobs = await takeJobs(database, await planJobs(database));
    const badJob = jobs.find((job) => job.data.orderId === bad.id)!;
    const worker = startQueuedWorker(database);
    await worker.run(jobs.filter((job) => job !== badJob));
    for (const { id } of good) assert.equal((await read(id)).status, 'PENDING');
    await assert.rejects(worker.run([badJob]), /out of order/);
    assert.equal((await read(bad.id)).status, 'QUEUED');

    const later = await queue(await addUser(database), { items });
    await work(worker);
    assert.equal((await read(later.id)).status, 'PENDING');

    await owner.run('test.heal', 'drop function refuse_one cascade', []);
    await worker.run([badJob]);
    assert.equal((await read(bad.id)).status, 'PENDING');
  });

  test('a job that arrives during a round waits for the next one', async () => {
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const first = await queue(await addUser(database), { items });
    const [firstJob] = await takeJobs(database, await planJobs(database));
    const holder = await database.connect();
    const worker = startQueuedWorker(database);
    try {
      await holder.query('begin');
      await holder.query('select from orders where id = $1 for update', [first.id]);
      const underWay = worker.run([firstJob!]);
      await until(async () => {
        const waiting = await database.run(
          'test.held_up',
          `select from pg_locks
            where not granted
              and pid in (select pid from pg_stat_activity where datname = current_database())`,
          [],
        );
        assert.equal(waiting.length, 1);
      });
      const second = await queue(await addUser(database), { items });
      const [secondJob] = await takeJobs(database, await planJobs(database));
      const next = worker.run([secondJob!]);
      await holder.query('rollback');
      await Promise.all([underWay, next]);
      assert.equal((await read(second.id)).status, 'PENDING');
    } finally {
      await holder.end();
    }
  });

  test('a quarantined order can still be cancelled', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const { id } = await queue(customer, { items: [{ sku: product.sku, quantity: 1 }] });
    await database.run('test.aside', 'update queued_orders set set_aside_at = now()', []);
    await orders.cancelOrder(buildContext(customer), { orderId: id, reason: null, ifMatch: null });
    assert.equal((await read(id)).status, 'CANCELLED');
    await work();
  });

  test('a worker that lost the lease of one job places every order once and finishes its other jobs', async () => {
    const customer = await addUser(database);
    const product = await addProduct(database);
    const items = [{ sku: product.sku, quantity: 1 }];
    const queued = [await queue(customer, { items }), await queue(customer, { items })];
    const late = await takeJobs(database, await planJobs(database));
    const [lost, held] = late;
    await database.run(
      'test.take_over',
      `update jobs set lease_token = $2::uuid where id = $1::uuid`,
      [lost!.id, newId()],
    );
    await startQueuedWorker(database).run(late);
    for (const { id } of queued) {
      const { data } = await orders.getOrderHistory(admin, id);
      assert.equal(data.length, 2);
    }
    const states = await database.run<{ id: string; state: string }>(
      'test.states_of',
      'select id, state from jobs where id = any($1::uuid[])',
      [[lost!.id, held!.id]],
    );
    assert.deepEqual(states, [{ id: lost!.id, state: 'running' }]);
    await database.run(
      'test.end',
      `update jobs set leased_until = now() - interval '1 second' where state = 'running'`,
      [],
    );
    const again = await takeJobs(
      database,
      late.map((job) => ({ ...job, priority: 'normal' as const })),
    );
    await startQueuedWorker(database).run(again);
    assert.deepEqual(await findStock(database, product.id), { onHand: 10, reserved: 2 });
  });
});
