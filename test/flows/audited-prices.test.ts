import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { findAudit, withoutAudit } from '../support/audit-rows.ts';
import { testDatabase } from '../support/database.ts';
import { pounds, priceKinds } from '../support/price-kinds.ts';
import { createRule, type RuleBody } from '../support/rules.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply } from '../support/session.ts';

/** Every change of the catalogue, of prices and of the shop has one row in the audit, and the row is whole. */
const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');

const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

function assertStatus(reply: Reply, status: number): Reply {
  assert.equal(reply.status, status, reply.text);
  return reply;
}

async function auditOf(id: string | null) {
  return (await findAudit(db.database)).filter(({ subjectId }) => subjectId === id);
}

async function shopAudit() {
  return (await findAudit(db.database)).filter(({ type }) => type === 'shop.changed');
}

for (const { kind, path, body, fields, change, changes, refused } of priceKinds) {
  describe(path, () => {
    test('a new one has one row with everything, who made it and from where, also if it is repeated', async () => {
      const input = body();
      const requestId = newId().replaceAll('-', '');
      const key = { 'idempotency-key': newId() };
      const headers = { ...key, 'x-request-id': requestId, 'user-agent': agent };
      const { id } = assertStatus(await admin.post(path, input, headers), 201).json<RuleBody>();
      const repeat = assertStatus(await admin.post(path, input, key), 201);
      assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
      const [{ after, ...row } = assert.fail('no row'), ...others] = await auditOf(id);
      assert.deepEqual(others, []);
      assert.deepEqual(row, {
        type: `${kind}.created`,
        subjectId: id,
        actorType: 'user',
        actorId: admin.identity.userId,
        actorRole: 'admin',
        before: null,
        requestId,
        job: null,
        address: '127.0.0.1',
        userAgent: agent,
      });
      const read: Record<string, unknown> = (await admin.get(`${path}/${id}`)).json();
      for (const field of fields) assert.ok(field in after!, field);
      for (const [field, value] of Object.entries(after!)) {
        assert.deepEqual(value, read[field], field);
      }
    });

    test('a change has one row with what differs; a refused one and one that changes nothing have none', async () => {
      const created = await createRule(admin, path, body());
      const one = `${path}/${created.id}`;
      const headers = { 'idempotency-key': newId() };
      assertStatus(await admin.patch(one, {}), 200);
      assertStatus(await admin.patch(one, { name: created.name }), 200);
      assertStatus(await admin.patch(one, refused), 400);
      assertStatus(await admin.patch(one, change, { 'if-match': '"2"' }), 412);
      assertStatus(await kitchen.patch(one, change), 403);
      const changed = assertStatus(await admin.patch(one, change, headers), 200).json<RuleBody>();
      assertStatus(await admin.patch(one, change, headers), 200);
      assertStatus(await admin.patch(one, change), 200);
      const [, row, ...others] = await auditOf(created.id);
      assert.deepEqual(others, []);
      const differing = Object.keys(changes ?? { max: 0, modifiers: 0 });
      const pick = (rule: RuleBody) =>
        Object.fromEntries(differing.map((field) => [field, rule[field]]));
      assert.deepEqual(
        [row!.type, row!.before, row!.after],
        [`${kind}.changed`, pick(created), pick(changed)],
      );
    });

    test('a change that cannot be audited is not made', async () => {
      const { id } = await createRule(admin, path, body());
      const list = async () => (await admin.get(`${path}?limit=100`)).json().data;
      const before = await list();
      await withoutAudit(db.owner, async () => {
        assertStatus(await admin.post(path, body()), 500);
        assertStatus(await admin.patch(`${path}/${id}`, { name: 'Lost' }), 500);
        if (kind !== 'product') assertStatus(await admin.delete(`${path}/${id}`), 500);
      });
      assert.deepEqual(await list(), before);
    });

    if (kind === 'product') return;

    test('a deletion has one row with all that is gone; a refused one has none', async () => {
      const created = await createRule(admin, path, body());
      const one = `${path}/${created.id}`;
      assertStatus(await admin.delete(one, { 'if-match': '"2"' }), 412);
      assertStatus(await admin.delete(one), 204);
      assertStatus(await admin.delete(one), 404);
      const [, row, ...others] = await auditOf(created.id);
      assert.deepEqual(others, []);
      assert.deepEqual([row!.type, row!.after], [`${kind}.deleted`, null]);
      for (const field of fields) assert.deepEqual(row!.before![field], created[field], field);
    });
  });
}

test('a long text is in the audit as it was and as it is', async () => {
  const [long, other] = ['a', 'b'].map((letter) => letter.repeat(5_000));
  const dish = { sku: 'LONG', name: 'Long', price: pounds(500), description: long };
  const { id } = await createRule(admin, '/api/products', dish);
  assertStatus(await admin.patch(`/api/products/${id}`, { description: other }), 200);
  const [, row] = await auditOf(id);
  assert.deepEqual([row!.before, row!.after], [{ description: long }, { description: other }]);
});

describe('the shop', () => {
  const path = '/api/shop';
  const openingHours = { mon: [['09:00', '17:00']] };

  test('a change has one row with what differs; a refused one and one that changes nothing have none', async () => {
    const body = { openingHours, leadMinutes: 20 };
    const headers = { 'idempotency-key': newId() };
    assertStatus(await admin.patch(path, { leadMinutes: -1 }), 400);
    assertStatus(await kitchen.patch(path, body), 403);
    assertStatus(await admin.patch(path, body, headers), 200);
    assertStatus(await admin.patch(path, body, headers), 200);
    assertStatus(await admin.patch(path, body), 200);
    const [row, ...others] = await shopAudit();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [row!.subjectId, row!.actorId, row!.before, row!.after],
      [null, admin.identity.userId, { openingHours: null, leadMinutes: 0 }, body],
    );
  });

  test('a pause by the kitchen has its end and the kitchen as its author', async () => {
    const pausedUntil = new Date(Date.now() + 3_600_000).toISOString();
    assertStatus(await kitchen.patch(path, { acceptingOrders: false, pausedUntil }), 200);
    const row = (await shopAudit()).at(-1)!;
    assert.deepEqual(
      [row.actorId, row.actorRole, row.address, row.before, row.after],
      [
        kitchen.identity.userId,
        'kitchen',
        '127.0.0.1',
        { acceptingOrders: true, pausedUntil: null },
        { acceptingOrders: false, pausedUntil },
      ],
    );
  });

  test('a change that cannot be audited is not made', async () => {
    const before = (await admin.get(path)).json();
    const change = () => admin.patch(path, { horizonDays: 30 });
    assertStatus(await withoutAudit(db.owner, change), 500);
    assert.deepEqual((await admin.get(path)).json(), before);
  });
});
