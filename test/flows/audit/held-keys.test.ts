import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setRole } from '../../../src/modules/accounts/index.ts';
import { operatorAuthor } from '../../../src/shared/caller.ts';
import { findAudit, withoutAudit } from '../../support/audit-rows.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import type { Session } from '../../support/session.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();

/** An admin with two keys. */
async function addHolder() {
  const holder = await server.asAdmin();
  const keys = await Promise.all(['Till', 'Door'].map((name) => addKey(holder, name)));
  return { id: holder.identity.userId, email: holder.identity.email, keys };
}

async function addKey(holder: Session, name: string) {
  const reply = await holder.post('/api/api-keys', { name, scopes: ['orders:read'] });
  assert.equal(reply.status, 201, reply.text);
  const { id, prefix, expiresAt } = reply.json<Record<string, string>>();
  return { id: id!, fields: { name, prefix, scopes: ['orders:read'], refundMax: null, expiresAt } };
}

/** Returns what the audit has of these keys since they were created. */
async function auditOf(keys: readonly { id: string }[]) {
  const ids = keys.map(({ id }) => id);
  const rows = await findAudit(db.database);
  return rows.filter(
    ({ type, subjectId }) => ids.includes(subjectId!) && !type.endsWith('created'),
  );
}

describe('the keys of an admin who loses their access', () => {
  test('have a row each when they end', async () => {
    const { id, keys } = await addHolder();
    const refused = await admin.patch(`/api/users/${id}`, { disabled: true });
    assert.equal(refused.status, 409, refused.text);
    assert.deepEqual(await auditOf(keys), []);
    const reply = await admin.patch(`/api/users/${id}`, { disabled: true, keys: 'end' });
    assert.equal(reply.status, 200, reply.text);
    const rows = await auditOf(keys);
    for (const key of keys) {
      const row = rows.find(({ subjectId }) => subjectId === key.id);
      assert.deepEqual([row?.type, row?.before, row?.after], ['api_key.revoked', key.fields, null]);
      assert.equal(row?.actorId, admin.identity.userId);
      assert.equal(row?.requestId, reply.headers.get('x-request-id'));
    }
    assert.equal(rows.length, keys.length);
  });

  test('have a row each when another admin takes them', async () => {
    const { id, keys } = await addHolder();
    const reply = await admin.patch(`/api/users/${id}`, { role: 'kitchen', keys: 'take' });
    assert.equal(reply.status, 200, reply.text);
    const rows = await auditOf(keys);
    assert.equal(rows.length, keys.length);
    for (const { type, before, after } of rows) {
      assert.deepEqual(
        [type, before, after],
        ['api_key.changed', { heldBy: id }, { heldBy: admin.identity.userId }],
      );
    }
  });

  test('have the operator as author on the command line', async () => {
    const { email, keys } = await addHolder();
    await setRole(db.database, operatorAuthor('user role'), email, 'customer', 'end');
    assert.deepEqual(
      (await auditOf(keys)).map(({ type, actorType, job }) => [type, actorType, job]),
      keys.map(() => ['api_key.revoked', 'operator', 'user role']),
    );
  });

  test('stay as they are if that cannot be audited', async () => {
    const { id, keys } = await addHolder();
    await withoutAudit(db.owner, async () => {
      const reply = await admin.patch(`/api/users/${id}`, { disabled: true, keys: 'end' });
      assert.equal(reply.status, 500);
    });
    assert.deepEqual(await auditOf(keys), []);
    const { data } = (await admin.get('/api/api-keys?limit=100')).json<{
      data: { id: string }[];
    }>();
    for (const key of keys) assert.ok(data.some((one) => one.id === key.id));
  });
});
