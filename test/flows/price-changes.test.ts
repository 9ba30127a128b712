import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { follow } from '../support/event-reader.ts';
import { findPriceChanges } from '../support/price-changes.ts';
import { next, pounds, priceKinds } from '../support/price-kinds.ts';
import { createRule, type RuleBody } from '../support/rules.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply } from '../support/session.ts';

/** Every change of what prices depend on is in the log, with who made it and what differs. */
const db = await testDatabase();
const server = await startTestServer(db, { background: true });
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');

async function changesOf(id: string) {
  return (await findPriceChanges(db.database)).filter(({ data }) => data.id === id);
}

function assertStatus(reply: Reply, status: number): Reply {
  assert.equal(reply.status, status, reply.text);
  return reply;
}

async function asKey() {
  const key = { name: 'Menu', scopes: ['catalog:write'] };
  const { id, secret } = assertStatus(await admin.post('/api/api-keys', key), 201).json<{
    id: string;
    secret: string;
  }>();
  return createSession(server.url, { email: '', password: '', accessToken: secret, userId: id });
}

for (const { kind, path, body, fields, change, changes, refused } of priceKinds) {
  describe(path, () => {
    test('a new one is logged once with its author and cause, also if the request is repeated', async () => {
      const input = body();
      const key = newId();
      const requestId = newId().replaceAll('-', '');
      const headers = { 'idempotency-key': key, 'x-request-id': requestId };
      const first = assertStatus(await admin.post(path, input, headers), 201);
      const repeat = assertStatus(await admin.post(path, input, { 'idempotency-key': key }), 201);
      assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
      const { id } = first.json<RuleBody>();
      const [{ data, ...event } = assert.fail('no event'), ...others] = await changesOf(id);
      assert.deepEqual(others, []);
      assert.deepEqual(event, {
        orderId: null,
        actorType: 'user',
        actorId: admin.identity.userId,
        actorRole: 'admin',
        requestId,
        idempotencyKey: key,
        job: null,
      });
      const { changes: named, ...rest } = data;
      assert.deepEqual(rest, { kind, id, name: input.name, change: 'created', version: 1 });
      assert.deepEqual(Object.keys(named).sort(), fields);
      const read = (await admin.get(`${path}/${id}`)).json();
      for (const [field, values] of Object.entries(named)) {
        assert.deepEqual(values, { from: null, to: read[field] }, field);
      }
    });

    test('a change is logged once with what differs; a refused one and one that changes nothing are not', async () => {
      const created = await createRule(admin, path, body());
      const one = `${path}/${created.id}`;
      const key = await asKey();
      const headers = { 'idempotency-key': newId() };
      assertStatus(await admin.patch(one, {}), 200);
      assertStatus(await admin.patch(one, { name: created.name }), 200);
      assertStatus(await admin.patch(one, refused), 400);
      assertStatus(await admin.patch(one, change, { 'if-match': '"2"' }), 412);
      assertStatus(await admin.patch(one, { ...change, version: 2 }), 409);
      const first = assertStatus(await key.patch(one, change, headers), 200);
      assertStatus(await key.patch(one, change, headers), 200);
      assertStatus(await admin.patch(one, change), 200);
      const [, event, ...others] = await changesOf(created.id);
      assert.deepEqual(others, []);
      assert.deepEqual(
        [event!.actorType, event!.actorId, event!.idempotencyKey],
        ['api_key', key.identity.userId, headers['idempotency-key']],
      );
      const { id, name } = created;
      const changed = first.json();
      assert.deepEqual(event!.data, {
        kind,
        id,
        name,
        change: 'changed',
        version: 2,
        changes: changes ?? {
          max: { from: created.max, to: changed.max },
          modifiers: { from: created.modifiers, to: changed.modifiers },
        },
      });
    });

    test('a change that cannot be logged is not made', async () => {
      const { id } = await createRule(admin, path, body());
      const list = async () => (await admin.get(`${path}?limit=100`)).json().data;
      const before = await list();
      await db.owner.run(
        'test.refuse_events',
        `alter table events add constraint no_prices check (type <> 'prices.changed') not valid`,
        [],
      );
      try {
        const replies = [
          await admin.post(path, body()),
          await admin.patch(`${path}/${id}`, { name: 'Lost' }),
          ...(kind === 'product' ? [] : [await admin.delete(`${path}/${id}`)]),
        ];
        for (const reply of replies) assertStatus(reply, 500);
      } finally {
        await db.owner.run(
          'test.accept_events',
          'alter table events drop constraint no_prices',
          [],
        );
      }
      assert.deepEqual(await list(), before);
    });

    if (kind === 'product') return;

    test('a deletion is logged with its author and what is gone, a refused one is not', async () => {
      const created = await createRule(admin, path, body());
      const one = `${path}/${created.id}`;
      const requestId = newId().replaceAll('-', '');
      assertStatus(await admin.delete(one, { 'if-match': '"2"' }), 412);
      assertStatus(await admin.delete(one, { 'x-request-id': requestId }), 204);
      assertStatus(await admin.delete(one), 404);
      const [, event, ...others] = await changesOf(created.id);
      assert.deepEqual(others, []);
      assert.deepEqual(
        [event!.actorId, event!.requestId, event!.idempotencyKey],
        [admin.identity.userId, requestId, null],
      );
      const { changes: named, ...rest } = event!.data;
      const { id, name } = created;
      assert.deepEqual(rest, { kind, id, name, change: 'deleted', version: 1 });
      assert.deepEqual(Object.keys(named).sort(), fields);
      for (const [field, values] of Object.entries(named)) {
        assert.deepEqual(values, { from: created[field], to: null }, field);
      }
    });
  });
}

test('a discount that orders use stays, and its deletion is not logged', async () => {
  const code = `CODE-${next()}`;
  const { id } = await createRule(admin, '/api/discounts', {
    code,
    name: 'Half',
    kind: 'PERCENT',
    percent: '50',
    scope: 'ORDER',
  });
  const sku = `DISH-${next()}`;
  const dish = { sku, name: 'Dish', price: pounds(500), onHand: 1 };
  assertStatus(await admin.post('/api/products', dish), 201);
  const customer = await server.signUp();
  const before = (await findPriceChanges(db.database)).length;
  const order = { items: [{ sku, quantity: 1 }], discountCodes: [code] };
  assertStatus(await customer.post('/api/orders', order), 201);
  assertStatus(await admin.delete(`/api/discounts/${id}`), 409);
  // Neither the use nor the refused deletion.
  assert.equal((await findPriceChanges(db.database)).length, before);
});

test('staff see changes of prices in the stream, without the author', async () => {
  const reader = await follow(server.url, kitchen, '/api/stream?types=prices.changed');
  const { id } = await createRule(admin, '/api/charges', {
    name: 'Bag',
    kind: 'PACKAGING',
    amount: pounds(10),
  });
  await reader.until(({ events }) => events.some(({ data }) => data.data.id === id));
  assert.ok(!JSON.stringify(reader.events).includes(admin.identity.userId));
  reader.close();
});
