import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSealKeys, listSeals, sealLogs } from '../../../src/seals/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';
import { createWebhooksFixture } from './webhooks-fixture.ts';

const db = await testDatabase({ invariants: false });
const { database } = db;
const keys = createSealKeys([randomBytes(32).toString('base64')]);
const never = new AbortController().signal;
const fixture = await createWebhooksFixture(db);
const endpointId = await fixture.addEndpoint('https://anchor.example/', ['log.sealed']);
await fixture.addEndpoint('https://others.example/', ['*']);

test('a seal is stored together with its deliveries, or neither is', async () => {
  await fixture.record({ orderId: newId(), sequence: 1 });
  const onSeal: typeof fixture.consumeSeal = async (tx, seal) => {
    await fixture.consumeSeal(tx, seal);
    throw new Error('the server dies');
  };
  await assert.rejects(sealLogs({ database, keys, onSeal }, never), /the server dies/);
  assert.deepEqual(await listSeals(database, 0, 10), []);
  assert.deepEqual(await fixture.listDeliveries(endpointId), []);
  const { seals } = await sealLogs({ database, keys, onSeal: fixture.consumeSeal }, never);
  const planned = await fixture.listDeliveries(endpointId);
  assert.equal(planned.length, seals);
  assert.ok(planned.every(({ eventType, orderId }) => eventType === 'log.sealed' && !orderId));
  await until(async () => {
    for (const { status } of await fixture.listDeliveries(endpointId)) {
      assert.equal(status, 'DELIVERED');
    }
  });
  assert.equal(fixture.sent.length, seals);
  assert.ok(fixture.sent.every(({ url }) => url === 'https://anchor.example/'));
});

test('the same seal is planned once, under the same id on every server', async () => {
  const [seal] = await listSeals(database, 0, 1);
  const before = await fixture.listDeliveries(endpointId);
  await database.transaction((tx) => fixture.consumeSeal(tx, seal!));
  assert.deepEqual(await fixture.listDeliveries(endpointId), before);
});

test('a disabled endpoint gets no seals, and is not told later of those that it missed', async () => {
  const id = await fixture.addEndpoint('https://late.example/', ['log.sealed']);
  await database.run(
    'test.disable',
    'update webhook_endpoints set active = false where id = $1::uuid',
    [id],
  );
  await fixture.record({ orderId: newId(), sequence: 1 });
  await sealLogs({ database, keys, onSeal: fixture.consumeSeal }, never);
  assert.deepEqual(await fixture.listDeliveries(id), []);
});

test('the delivery of a seal that was removed from the database fails, and is left to a person', async () => {
  const [seal] = await listSeals(database, 0, 1);
  const removed = { ...seal!, number: 1_000_000, hash: randomBytes(32).toString('hex') };
  const send = await database.transaction((tx) => fixture.consumeSeal(tx, removed));
  await send();
  await until(async () => {
    const found = (await fixture.listDeliveries(endpointId)).find(
      ({ status }) => status === 'FAILED',
    );
    assert.match(found?.lastError ?? '', /seal 1000000 is missing/);
  });
});
