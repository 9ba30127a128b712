import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookAnswer } from '../../../src/drivers/webhooks/webhook-sender.ts';
import { planDeliveries } from '../../../src/modules/webhooks/plan-deliveries.ts';
import { purgeDeliveries } from '../../../src/modules/webhooks/purge-deliveries.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { contextOf } from '../../support/orders.ts';
import { addUser } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';
import { delivered, webhooksRoom } from './webhooks-room.ts';

// Events stand for orders that were never placed, so the invariants of orders do not hold here.
const db = await testDatabase({ invariants: false });
const room = await webhooksRoom(db);
const admin = await addUser(db.database, { role: 'admin' });

async function noneIsLost(): Promise<void> {
  assert.deepEqual(await query(db.url, 'select * from inv_webhook_deliveries'), []);
}

async function allDelivered(count: number): Promise<void> {
  await until(async () => {
    const [row] = await query(
      db.url,
      `select count(*)::int as count from webhook_deliveries where status = 'DELIVERED'`,
    );
    assert.equal(row!.count, count);
  }, 60_000);
  assert.deepEqual(await query(db.url, 'select * from webhook_lines'), []);
  await noneIsLost();
}

test('events that are read twice are sent once', async () => {
  const endpointId = await room.addEndpoint();
  const orderId = newId();
  const events = await room.record({ orderId, sequence: 1 }, { orderId, sequence: 2 });
  await Promise.all([room.relay(events), room.relay(events), room.relay(events.slice(1))]);
  await room.relay(events);
  await allDelivered(2);
  const mine = room.sent.filter(({ subject }) => subject === orderId);
  assert.deepEqual(
    mine.map(({ sequence }) => sequence),
    [1, 2],
  );
  await room.webhooks.deleteEndpoint(endpointId);
});

test('what is planned while the line comes to its end is neither left behind nor overtakes', async () => {
  const orders = Array.from({ length: 5 }, newId);
  const endpoints = [
    await room.addEndpoint('https://a.example/'),
    await room.addEndpoint('https://b.example/'),
  ];
  const ROUNDS = 40;
  const [before] = await query(db.url, 'select count(*)::int as count from webhook_deliveries');
  for (let sequence = 1; sequence <= ROUNDS; sequence += 1) {
    const events = await room.record(...orders.map((orderId) => ({ orderId, sequence })));
    await room.relay(events);
    await noneIsLost();
  }
  await allDelivered(Number(before!.count) + ROUNDS * orders.length * endpoints.length);
  for (const url of ['https://a.example/', 'https://b.example/']) {
    for (const orderId of orders) {
      const sequences = room.sent
        .filter((one) => one.url === url && one.subject === orderId)
        .map(({ sequence }) => sequence);
      assert.deepEqual(
        sequences,
        Array.from({ length: ROUNDS }, (_, index) => index + 1),
      );
    }
  }
  for (const endpointId of endpoints) await room.webhooks.deleteEndpoint(endpointId);
});

test('the end of a line waits for who is adding to it, and sees what was added', async () => {
  const endpointId = await room.addEndpoint();
  const orderId = newId();
  const held = Promise.withResolvers<WebhookAnswer>();
  room.answer(({ sequence }) => (sequence === 1 ? held.promise : delivered));
  await room.relay(await room.record({ orderId, sequence: 1 }));
  await until(async () => assert.ok(room.sent.some(({ subject }) => subject === orderId)));
  const events = await room.record({ orderId, sequence: 2 });
  await db.database.transaction(async (tx) => {
    assert.deepEqual(await planDeliveries(tx, events), []);
    held.resolve(delivered);
    await until(async () => {
      const [first] = await room.deliveriesOf(endpointId);
      const waiting = await query(
        db.url,
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      assert.ok(waiting.length > 0 || first!.status === 'DELIVERED');
    });
  });
  await until(async () => {
    await noneIsLost();
    const statuses = (await room.deliveriesOf(endpointId)).map(({ status }) => status);
    assert.deepEqual(statuses, ['DELIVERED', 'DELIVERED']);
  });
  await room.webhooks.deleteEndpoint(endpointId);
});

test('redeliveries, replays and switching off at the same time leave no delivery without its turn', async () => {
  const endpointId = await room.addEndpoint();
  const orders = Array.from({ length: 4 }, newId);
  room.answer(({ sequence }) =>
    sequence % 3 === 0 ? { kind: 'answered', status: 500, location: null } : delivered,
  );
  for (let sequence = 1; sequence <= 6; sequence += 1) {
    await room.relay(await room.record(...orders.map((orderId) => ({ orderId, sequence }))));
  }
  const range = {
    from: new Date(Date.now() - 3_600_000).toISOString(),
    to: new Date(Date.now() + 3_600_000).toISOString(),
  };
  for (let round = 0; round < 5; round += 1) {
    const deliveries = await room.deliveriesOf(endpointId);
    const again = deliveries.filter((_, index) => index % 5 === round);
    const switches = [false, true].map((active) =>
      room.webhooks.updateEndpoint(contextOf(admin), endpointId, { active }),
    );
    await Promise.allSettled([
      ...again.map(({ id }) => room.webhooks.redeliver(contextOf(admin), endpointId, id)),
      ...(round % 2 === 0 ? switches : []),
      room.webhooks.replay(contextOf(admin), endpointId, range),
    ]);
    await noneIsLost();
    await room.webhooks.updateEndpoint(contextOf(admin), endpointId, { active: true });
  }
  room.answer(() => delivered);
  await room.webhooks.replay(contextOf(admin), endpointId, range);
  await until(async () => {
    assert.deepEqual(await query(db.url, 'select * from webhook_lines'), []);
    const [open] = await query(
      db.url,
      `select count(*)::int as count from jobs where state in ('waiting', 'running')`,
    );
    assert.equal(open!.count, 0);
  }, 60_000);
  await noneIsLost();
  const open = (await room.deliveriesOf(endpointId)).filter(({ status }) => status !== 'DELIVERED');
  assert.deepEqual(open, []);
  await room.webhooks.deleteEndpoint(endpointId);
});

test('nothing is written down for endpoints that are off, gone or not asked for', async () => {
  const [off, gone] = [await room.addEndpoint(), await room.addEndpoint()];
  await room.webhooks.updateEndpoint(contextOf(admin), off, { active: false });
  await room.webhooks.deleteEndpoint(gone);
  const events = await room.record({ orderId: newId(), sequence: 1 });
  const jobs = await db.database.transaction((tx) => planDeliveries(tx, events));
  assert.deepEqual(jobs, []);
  const [row] = await query(
    db.url,
    'select count(*)::int as count from webhook_deliveries where event_id = $1',
    [events[0]!.id],
  );
  assert.equal(row!.count, 0);
});

test('what ended long ago is purged, with the deleted endpoints that have nothing left', async () => {
  const kept = await room.addEndpoint();
  await room.relay(await room.record({ orderId: newId(), sequence: 1 }));
  await until(async () => assert.equal((await room.deliveriesOf(kept))[0]?.status, 'DELIVERED'));
  await query(
    db.url,
    `update webhook_deliveries set ended_at = ended_at - interval '32 days' where endpoint_id <> $1`,
    [kept],
  );
  const old = await query(db.url, 'select id from webhook_deliveries where endpoint_id <> $1', [
    kept,
  ]);
  assert.ok(old.length > 0);
  assert.equal(await purgeDeliveries(db.database), old.length);
  const endpoints = await query(
    db.url,
    'select id from webhook_endpoints where deleted_at is not null',
  );
  assert.deepEqual(endpoints, []);
  assert.equal((await room.deliveriesOf(kept)).length, 1);
});
