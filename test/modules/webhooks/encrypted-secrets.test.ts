import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { OutgoingWebhook } from '../../../src/drivers/webhooks/webhook-sender.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { openWithKeys } from '../../support/encryption-key.ts';
import { buildContext } from '../../support/orders.ts';
import { addUser } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';
import { createWebhooksFixture, type WebhooksFixture } from './webhooks-fixture.ts';

/** The secrets of endpoints, on servers whose keys that encrypt differ. */
// The orders of these events do not exist.
const db = await testDatabase({ invariants: false });
const key = randomBytes(48).toString('base64');

const withKey = { url: db.url, database: openWithKeys(db.url, [key]) };
withKey.database.keyRing.use(withKey.database.keyRing.ids[0]!);
const withoutKey = { url: db.url, database: openWithKeys(db.url, []) };
const admin = await addUser(db.database, { role: 'admin' });

async function addEndpoint({ webhooks }: WebhooksFixture): Promise<{ id: string; secret: string }> {
  const { result } = await webhooks.createEndpoint(buildContext(admin), {
    url: 'https://receiver.example/hooks',
    eventTypes: ['order.confirmed'],
  });
  assert.ok(result.secret !== undefined);
  return { id: result.id, secret: result.secret };
}

async function rotate({ webhooks }: WebhooksFixture, id: string): Promise<string> {
  const { result } = await webhooks.rotateSecret(buildContext(admin), id);
  assert.ok(result.secret !== undefined);
  return result.secret;
}

async function storedOf(id: string) {
  const rows = await query(
    db.url,
    `select secret, secret_key_id, previous_secret, previous_secret_key_id
       from webhook_endpoints
      where id = $1`,
    [id],
  );
  return rows[0]! as Record<
    'secret' | 'secret_key_id' | 'previous_secret' | 'previous_secret_key_id',
    string | null
  >;
}

/** Records an event, and returns the message about it that was sent to the only endpoint. */
async function sendOne(fixture: WebhooksFixture): Promise<OutgoingWebhook> {
  const before = fixture.outgoing.length;
  await fixture.relay(await fixture.record({ orderId: newId(), sequence: 1 }));
  return until(async () => {
    assert.equal(fixture.outgoing.length, before + 1);
    return fixture.outgoing[before]!;
  });
}

function isSignedBy({ headers, body }: OutgoingWebhook, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, { ...headers });
    return true;
  } catch {
    return false;
  }
}

async function endAll(): Promise<void> {
  await query(db.url, `update webhook_endpoints set active = false, deleted_at = now()`);
}

test('secrets are stored encrypted, each for its own endpoint, and both sign after a rotation', async () => {
  const fixture = await createWebhooksFixture(withKey);
  const { id, secret } = await addEndpoint(fixture);
  assert.ok(isSignedBy(await sendOne(fixture), secret));
  const rotated = await rotate(fixture, id);
  const stored = await storedOf(id);
  const [keyId] = withKey.database.keyRing.ids;
  assert.deepEqual([stored.secret_key_id, stored.previous_secret_key_id], [keyId, keyId]);
  for (const value of [stored.secret, stored.previous_secret]) {
    const bytes = Buffer.from(value!, 'base64');
    assert.equal(bytes.length, 12 + secret.length + 16);
    for (const hidden of [secret, rotated]) {
      assert.ok(!bytes.includes(hidden) && !value!.includes(hidden));
    }
  }
  const message = await sendOne(fixture);
  assert.deepEqual([isSignedBy(message, secret), isSignedBy(message, rotated)], [true, true]);
  await fixture.worker.stop();
  await endAll();
});

test('a secret from before encryption goes on signing, also as the previous one', async () => {
  const earlier = await createWebhooksFixture(withoutKey, { runs: false });
  const { id, secret } = await addEndpoint(earlier);
  assert.deepEqual(Object.values(await storedOf(id)), [secret, null, null, null]);
  await earlier.worker.stop();
  const fixture = await createWebhooksFixture(withKey);
  assert.ok(isSignedBy(await sendOne(fixture), secret));
  const rotated = await rotate(fixture, id);
  const stored = await storedOf(id);
  assert.deepEqual([stored.previous_secret, stored.previous_secret_key_id], [secret, null]);
  assert.notEqual(stored.secret_key_id, null);
  const message = await sendOne(fixture);
  assert.deepEqual([isSignedBy(message, secret), isSignedBy(message, rotated)], [true, true]);
  await fixture.worker.stop();
  await endAll();
});

test('without its secret an endpoint receives nothing unsigned: deliveries fail with what to do, and go out after a rotation', async () => {
  const fixture = await createWebhooksFixture(withKey);
  const { id } = await addEndpoint(fixture);
  await query(
    db.url,
    'update webhook_endpoints set secret = null, secret_key_id = null where id = $1',
    [id],
  );
  await fixture.relay(await fixture.record({ orderId: newId(), sequence: 1 }));
  const failed = await until(async () => {
    const [delivery] = await fixture.listDeliveries(id);
    assert.equal(delivery?.status, 'FAILED');
    return delivery;
  });
  assert.equal(failed.lastError, 'the secret of the endpoint is lost: rotate it');
  assert.deepEqual(fixture.outgoing, []);

  const { result } = await fixture.webhooks.rotateSecret(buildContext(admin), id);
  assert.ok(Date.parse(result.previousValidUntil) <= Date.now() + 1_000, 'there is none before it');
  await fixture.webhooks.redeliver(buildContext(admin), id, failed.id);
  await until(async () => {
    assert.equal((await fixture.listDeliveries(id))[0]?.status, 'DELIVERED');
  });
  assert.ok(isSignedBy(fixture.outgoing[0]!, result.secret ?? ''));
  await fixture.worker.stop();
  await endAll();
});

test('a server without the key sends nothing and names the key, and one with a swapped secret refuses it until it is rotated', async () => {
  const fixture = await createWebhooksFixture(withKey, { runs: false });
  const [first, second] = [await addEndpoint(fixture), await addEndpoint(fixture)];
  await fixture.worker.stop();
  const other = await createWebhooksFixture(withoutKey);
  await other.relay(await other.record({ orderId: newId(), sequence: 1 }));
  const lastErrorOf = (id: string) =>
    until(async () => {
      const [delivery] = await other.listDeliveries(id);
      assert.equal(delivery?.status, 'FAILED');
      return String(delivery.lastError);
    });
  for (const { id } of [first, second]) {
    const [keyId = ''] = withKey.database.keyRing.ids;
    const error = await lastErrorOf(id);
    assert.match(error, new RegExp(`^ENCRYPTION_KEY does not contain the key ${keyId}`));
  }
  assert.deepEqual(other.outgoing, []);
  await other.worker.stop();

  await query(
    db.url,
    `update webhook_endpoints
        set secret = (select secret from webhook_endpoints where id = $2)
      where id = $1`,
    [first.id, second.id],
  );
  const swapped = await createWebhooksFixture(withKey);
  await swapped.relay(await swapped.record({ orderId: newId(), sequence: 1 }));
  const refused = await until(async () => {
    const delivery = (await swapped.listDeliveries(first.id)).at(-1);
    assert.equal(delivery?.status, 'FAILED');
    assert.match(String(delivery.lastError), /^the secret of the endpoint was altered/);
    return delivery;
  });
  assert.equal(swapped.outgoing.length, 1, 'the other endpoint has its message');
  assert.ok(isSignedBy(swapped.outgoing[0]!, second.secret));

  // A rotation helps at once, although the altered secret is the previous one then.
  const rotated = await rotate(swapped, first.id);
  await swapped.webhooks.redeliver(buildContext(admin), first.id, refused.id);
  const sent = await until(async () => {
    assert.equal(swapped.outgoing.length, 2);
    return swapped.outgoing[1]!;
  });
  assert.ok(isSignedBy(sent, rotated));
  assert.ok(!isSignedBy(sent, second.secret), 'what was put there signs nothing');
  await swapped.worker.stop();
});
