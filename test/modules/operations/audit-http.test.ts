import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type AuditEntry, recordAudit } from '../../../src/audit/index.ts';
import type { AuditView } from '../../../src/modules/operations/audit-schemas.ts';
import { type Author, operatorActor, systemActor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import type { Session } from '../../support/session.ts';
import { query } from '../../support/until.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const from = '2026-01-01T00:00:00.000Z';

let admin: Session;
let customer: Session;
let author: Author;
before(async () => {
  admin = await server.asAdmin();
  customer = await server.signUp();
  author = {
    actor: { type: 'user', id: admin.identity.userId, role: 'admin' },
    cause: { requestId: 'request-1', traceId: 'a'.repeat(32) },
    origin: { address: '203.0.113.7', userAgent: 'till/1.0' },
  };
});

function record(entries: readonly AuditEntry[], by: Author = author): Promise<void> {
  return db.database.transaction((tx) => recordAudit(tx, by, entries));
}

/** Lists a page of the rows that these tests write. */
async function list(filters: Record<string, string> = {}) {
  const search = new URLSearchParams({ limit: '100', ...filters });
  const reply = await admin.get(`/api/operations/audit?${search}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ data: AuditView[]; nextCursor: string | null }>();
}

async function refuse(search: string, pointer: string): Promise<void> {
  const reply = await admin.get(`/api/operations/audit?${search}`);
  assert.equal(reply.status, 400, reply.text);
  const { code, errors } = reply.json<{ code: string; errors: { pointer: string }[] }>();
  assert.equal(code, 'request.invalid');
  assert.ok(
    errors.some((error) => error.pointer.includes(pointer)),
    reply.text,
  );
}

describe('the audit over HTTP', () => {
  test('shows who changed what, from where, with the names of both', async () => {
    const subjectId = customer.identity.userId;
    await record([
      {
        type: 'user.changed',
        subjectId,
        before: { role: 'customer', vip: false, name: 'Ann' },
        after: { role: 'customer', vip: true, name: 'Ann' },
        reason: 'A regular',
      },
    ]);
    const { data } = await list({ subject: subjectId, type: 'user.changed' });
    assert.equal(data.length, 1);
    const { id, at, ...row } = data[0]!;
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000);
    assert.deepEqual(row, {
      type: 'user.changed',
      subject: { type: 'user', id: subjectId },
      subjectName: customer.identity.email,
      subjectEmail: customer.identity.email,
      actor: { type: 'user', id: admin.identity.userId, role: 'admin' },
      actorName: admin.identity.email,
      actorEmail: admin.identity.email,
      before: { vip: false },
      after: { vip: true },
      reason: 'A regular',
      cause: {
        requestId: 'request-1',
        traceId: 'a'.repeat(32),
        address: '203.0.113.7',
        userAgent: 'till/1.0',
      },
    });
  });

  test('shows commands and tasks as the job of their actor, and names what is gone as its row does', async () => {
    const subjectId = newId();
    const entry = { type: 'discount.deleted', subjectId, after: null } as const;
    await record([{ ...entry, before: { name: 'Happy hour' } }], {
      actor: operatorActor,
      cause: { requestId: null, traceId: null, job: 'discount delete' },
    });
    const { data } = await list({ subject: subjectId });
    assert.deepEqual(
      data.map(({ actor, actorName, subjectName, cause }) => ({
        actor,
        actorName,
        subjectName,
        cause,
      })),
      [
        {
          actor: { type: 'operator', id: null, role: null },
          actorName: null,
          subjectName: 'Happy hour',
          cause: {
            requestId: null,
            traceId: null,
            job: 'discount delete',
            address: null,
            userAgent: null,
          },
        },
      ],
    );
  });

  test('each filter and each pair of filters shows exactly the rows that match', async () => {
    const productId = newId();
    const by = {
      system: { actor: systemActor, cause: { requestId: null, traceId: null, job: 'start' } },
      operator: { actor: operatorActor, cause: { requestId: null, traceId: null, job: 'x' } },
    };
    const changed = { before: { a: 1 }, after: { a: 2 } };
    await record([{ type: 'product.created', subjectId: productId, before: null, after: {} }]);
    await record([{ type: 'product.changed', subjectId: productId, ...changed }]);
    await record([{ type: 'product.changed', subjectId: productId, ...changed }], by.system);
    await record([{ type: 'shop.changed', subjectId: null, ...changed }], by.operator);
    await record([{ type: 'shop.changed', subjectId: null, ...changed }], by.system);
    const all = (await list()).data;
    const kinds = [undefined, 'product.changed', 'product.created,shop.changed'];
    const actors = [undefined, admin.identity.userId, 'system', 'operator'];
    for (const subject of [undefined, productId, 'product', 'shop', 'user']) {
      for (const actor of actors) {
        for (const type of kinds) {
          const filters = {
            ...(subject === undefined ? {} : { subject }),
            ...(actor === undefined ? {} : { actor }),
            ...(type === undefined ? {} : { type }),
          };
          const expected = all.filter(
            (row) =>
              [undefined, row.subject.id, row.subject.type].includes(subject) &&
              [undefined, row.actor.id, row.actor.type].includes(actor) &&
              (type === undefined || type.split(',').includes(row.type)),
          );
          assert.deepEqual((await list(filters)).data, expected, JSON.stringify(filters));
        }
      }
    }
  });

  test('`from` is included and `to` is not, and offsets are understood', async () => {
    const subjectId = newId();
    await record([{ type: 'charge.created', subjectId, before: null, after: { name: 'Box' } }]);
    const [row] = (await list({ subject: subjectId })).data;
    const next = new Date(Date.parse(row!.at) + 1).toISOString();
    const at = row!.at.replace('Z', '+00:00');
    for (const filters of [{ subject: subjectId }, { type: 'charge.created' }, {}]) {
      const count = async (more: Record<string, string>) =>
        (await list({ ...filters, ...more })).data.filter(({ id }) => id === row!.id).length;
      assert.equal(await count({ from: at, to: next }), 1);
      assert.equal(await count({ from: row!.at }), 1);
      assert.equal(await count({ from: next }), 0);
      assert.equal(await count({ to: row!.at }), 0);
      assert.equal(await count({ from, to: next }), 1);
    }
  });

  test('pages have neither duplicates nor gaps, also among rows of the same time', async () => {
    const subjectId = newId();
    const entries = Array.from({ length: 7 }, (_, step) => ({
      type: 'modifier_group.changed' as const,
      subjectId,
      before: { step },
      after: { step: step + 1 },
    }));
    await record(entries);
    for (const filters of [
      { subject: subjectId },
      { type: 'modifier_group.changed' },
      { actor: admin.identity.userId, type: 'modifier_group.changed' },
      {},
    ]) {
      const seen: unknown[] = [];
      let cursor: string | null = null;
      do {
        const page = await list({ ...filters, limit: '2', ...(cursor && { cursor }) });
        seen.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null);
      assert.deepEqual(seen, (await list(filters)).data);
    }
    const steps = (await list({ subject: subjectId })).data.map(({ after }) => after?.step);
    assert.deepEqual(steps, [7, 6, 5, 4, 3, 2, 1]);
    const { nextCursor } = await list({ subject: subjectId, limit: '2' });
    const other = await admin.get(`/api/operations/audit?limit=2&cursor=${nextCursor}`);
    assert.deepEqual([other.status, other.json().code], [400, 'request.invalid_cursor']);
  });

  test('refuses filters that mean nothing, with a pointer', async () => {
    await refuse('actor=admin', 'actor');
    await refuse('actor=user', 'actor');
    await refuse(`actor=${newId().toUpperCase()}`, 'actor');
    await refuse('subject=order', 'subject');
    await refuse('type=user', 'type');
    await refuse('type=user.changed,', 'type');
    await refuse('from=yesterday', 'from');
    await refuse('to=2026-13-01T00:00:00Z', 'to');
    await refuse('limit=101', 'limit');
    await refuse('who=me', 'who');
  });

  test('is for admins only, not for keys, and cannot be changed', async () => {
    for (const session of [customer, await server.signInAs('kitchen')]) {
      assert.equal((await session.get('/api/operations/audit')).status, 403);
    }
    assert.equal((await server.anonymous.get('/api/operations/audit')).status, 401);
    const created = await admin.post('/api/api-keys', {
      name: 'Monitor',
      scopes: ['operations:read'],
    });
    assert.equal(created.status, 201, created.text);
    const authorization = `Bearer ${created.json<{ secret: string }>().secret}`;
    const asKey = await server.anonymous.get('/api/operations/audit', { authorization });
    assert.equal(asKey.status, 403);
    for (const text of [
      `update audit set reason = 'none'`,
      'delete from audit',
      'truncate audit',
    ]) {
      await assert.rejects(query(db.url, text), /permission denied for table audit/);
      await assert.rejects(query(db.ownerUrl, text), /append-only|cannot be changed|refuse/i);
    }
  });
});
