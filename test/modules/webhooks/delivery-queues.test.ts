import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookAnswer } from '../../../src/drivers/webhooks/webhook-sender.ts';
import { purgeDeliveries } from '../../../src/modules/webhooks/delivery-queries.ts';
import { planDeliveries } from '../../../src/modules/webhooks/plan-deliveries.ts';
import { purgeEndpoints } from '../../../src/modules/webhooks/queries.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext } from '../../support/orders.ts';
import { addUser, testAuthor } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';
import { createWebhooksFixture, delivered } from './webhooks-fixture.ts';

// The events are of orders that were never placed, so the invariants of orders do not hold here.
const db = await testDatabase({ invariants: false });
const fixture = await createWebhooksFixture(db);
const admin = await addUser(db.database, { role: 'admin' });

async function assertNoneIsLost(): Promise<void> {
  assert.deepEqual(await query(db.url, 'select * from inv_webhook_deliveries'), []);
}

async function waitForDeliveries(count: number): Promise<void> {
  await until(async () => {
    const [row] = await query(
      db.url,
      `select count(*)::int as count from webhook_deliveries where status = 'DELIVERED'`,
    );
    assert.equal(row!.count, count);
  }, 60_000);
  assert.deepEqual(await query(db.url, 'select * from webhook_lines'), []);
  await assertNoneIsLost();
}

test('events that are read twice are sent once', async () => {
  const endpointId = await fixture.addEndpoint();
  const orderId = newId();
  const events = await fixture.record({ orderId, sequence: 1 }, { orderId, sequence: 2 });
  await Promise.all([fixture.relay(events), fixture.relay(events), fixture.relay(events.slice(1))]);
  await fixture.relay(events);
  await waitForDeliveries(2);
  const mine = fixture.sent.filter(({ subject }) => subject === orderId);
  assert.deepEqual(
    mine.map(({ sequence }) => sequence),
    [1, 2],
  );
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('a delivery that is planned while its queue ends is neither left behind nor overtakes another', async () => {
  const orders = Array.from({ length: 5 }, newId);
  const endpoints = [
    await fixture.addEndpoint('https://a.example/'),
    await fixture.addEndpoint('https://b.example/'),
  ];
  const ROUNDS = 40;
  const [before] = await query(db.url, 'select count(*)::int as count from webhook_deliveries');
  for (let sequence = 1; sequence <= ROUNDS; sequence += 1) {
    const events = await fixture.record(...orders.map((orderId) => ({ orderId, sequence })));
    await fixture.relay(events);
    await assertNoneIsLost();
  }
  await waitForDeliveries(Number(before!.count) + ROUNDS * orders.length * endpoints.length);
  for (const url of ['https://a.example/', 'https://b.example/']) {
    for (const orderId of orders) {
      const sequences = fixture.sent
        .filter((one) => one.url === url && one.subject === orderId)
        .map(({ sequence }) => sequence);
      assert.deepEqual(
        sequences,
        Array.from({ length: ROUNDS }, (_, index) => index + 1),
      );
    }
  }
  for (const endpointId of endpoints) await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('the end of a delivery queue waits for a concurrent addition and sees it', async () => {
  const endpointId = await fixture.addEndpoint();
  const orderId = newId();
  const held = Promise.withResolvers<WebhookAnswer>();
  fixture.answer(({ sequence }) => (sequence === 1 ? held.promise : delivered));
  await fixture.relay(await fixture.record({ orderId, sequence: 1 }));
  await until(async () => assert.ok(fixture.sent.some(({ subject }) => subject === orderId)));
  const events = await fixture.record({ orderId, sequence: 2 });
  await db.database.transaction(async (tx) => {
    assert.deepEqual(await planDeliveries(tx, events), []);
    held.resolve(delivered);
    await until(async () => {
      const [first] = await fixture.listDeliveries(endpointId);
      const waiting = await query(
        db.url,
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      assert.ok(waiting.length > 0 || first!.status === 'DELIVERED');
    });
  });
  await until(async () => {
    await assertNoneIsLost();
    const statuses = (await fixture.listDeliveries(endpointId)).map(({ status }) => status);
    assert.deepEqual(statuses, ['DELIVERED', 'DELIVERED']);
  });
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('redeliveries, replays and switching off at the same time leave no delivery stuck', async () => {
  const endpointId = await fixture.addEndpoint();
  const orders = Array.from({ length: 4 }, newId);
  fixture.answer(({ sequence }) =>
    sequence % 3 === 0 ? { kind: 'answered', status: 500, location: null } : delivered,
  );
  for (let sequence = 1; sequence <= 6; sequence += 1) {
    await fixture.relay(await fixture.record(...orders.map((orderId) => ({ orderId, sequence }))));
  }
  const range = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  };
  for (let round = 0; round < 5; round += 1) {
    const deliveries = await fixture.listDeliveries(endpointId);
    const again = deliveries.filter((_, index) => index % 5 === round);
    const switches = [false, true].map((active) =>
      fixture.webhooks.updateEndpoint(buildContext(admin), endpointId, { active }),
    );
    await Promise.allSettled([
      ...again.map(({ id }) => fixture.webhooks.redeliver(buildContext(admin), endpointId, id)),
      ...(round % 2 === 0 ? switches : []),
      fixture.webhooks.replay(buildContext(admin), endpointId, range),
    ]);
    await assertNoneIsLost();
    await fixture.webhooks.updateEndpoint(buildContext(admin), endpointId, { active: true });
  }
  fixture.answer(() => delivered);
  await fixture.webhooks.replay(buildContext(admin), endpointId, range);
  await until(async () => {
    assert.deepEqual(await query(db.url, 'select * from webhook_lines'), []);
    const [open] = await query(
      db.url,
      `select count(*)::int as count from jobs where state in ('waiting', 'running')`,
    );
    assert.equal(open!.count, 0);
  }, 60_000);
  await assertNoneIsLost();
  const open = (await fixture.listDeliveries(endpointId)).filter(
    ({ status }) => status !== 'DELIVERED',
  );
  assert.deepEqual(open, []);
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('nothing is recorded for endpoints that are switched off or deleted', async () => {
  const [off, gone] = [await fixture.addEndpoint(), await fixture.addEndpoint()];
  await fixture.webhooks.updateEndpoint(buildContext(admin), off, { active: false });
  await fixture.webhooks.deleteEndpoint(testAuthor, gone);
  const events = await fixture.record({ orderId: newId(), sequence: 1 });
  const jobs = await db.database.transaction((tx) => planDeliveries(tx, events));
  assert.deepEqual(jobs, []);
  const [row] = await query(
    db.url,
    'select count(*)::int as count from webhook_deliveries where event_id = $1',
    [events[0]!.id],
  );
  assert.equal(row!.count, 0);
});

test('deliveries that ended long ago are purged, with the deleted endpoints that have none left', async () => {
  const kept = await fixture.addEndpoint();
  await fixture.relay(await fixture.record({ orderId: newId(), sequence: 1 }));
  await until(async () =>
    assert.equal((await fixture.listDeliveries(kept))[0]?.status, 'DELIVERED'),
  );
  await query(
    db.url,
    `update webhook_deliveries set ended_at = ended_at - interval '32 days' where endpoint_id <> $1`,
    [kept],
  );
  const old = await query(db.url, 'select id from webhook_deliveries where endpoint_id <> $1', [
    kept,
  ]);
  assert.ok(old.length > 0);
  assert.equal((await purgeDeliveries(db.database, 1_000)).length, old.length);
  await purgeEndpoints(db.database, 1_000);
  const endpoints = await query(
    db.url,
    'select id from webhook_endpoints where deleted_at is not null',
  );
  assert.deepEqual(endpoints, []);
  assert.equal((await fixture.listDeliveries(kept)).length, 1);
});
