import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { findAudit, type StoredAudit, withoutAudit } from '../../support/audit-rows.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import type { Reply } from '../../support/session.ts';
import { query } from '../../support/until.ts';
import type { AuditedCall, ExpectedFields } from './audited-operation.ts';
import { auditedOperations, unauditedOperations } from './audited-operations.ts';

/** Every operation that changes something is audited, or is listed with the reason why not. */
const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string }[];
}

const document = (await server.anonymous.get('/openapi.json')).json<{
  paths: Record<string, Record<string, Described>>;
}>();
const described = Object.values(document.paths).flatMap((item) =>
  Object.entries(item).map(([method, operation]) => ({ method, ...operation })),
);
const changing = described
  .filter(({ method }) => ['post', 'put', 'patch', 'delete'].includes(method))
  .map(({ operationId }) => operationId);

function acceptsKey(operationId: string): boolean {
  const { parameters = [] } = described.find((one) => one.operationId === operationId)!;
  return parameters.some(({ $ref, name }) => /idempotency-?key/i.test($ref ?? name ?? ''));
}

const actorOfAdmin = { type: 'user', id: admin.identity.userId, role: 'admin' };
const secrets = [admin.identity.password, admin.identity.accessToken];

function send(call: AuditedCall, headers: Record<string, string> = {}): Promise<Reply> {
  const { session = admin, method, path, body = method === 'POST' ? {} : undefined } = call;
  return session.request(method, path, {
    ...(body === undefined ? {} : { body }),
    headers: { 'user-agent': userAgent, ...headers },
  });
}

/** Returns the rows that `work` leaves in the audit. */
async function auditOf<T>(work: () => Promise<T>): Promise<[T, StoredAudit[]]> {
  const before = (await findAudit(db.database)).length;
  const result = await work();
  return [result, (await findAudit(db.database)).slice(before)];
}

const tables = await query(
  db.url,
  `select oid::regclass::text as name
     from pg_class
    where relkind = 'r'
      and relnamespace in ('public'::regnamespace, 'sandbox'::regnamespace)`,
);
const hashes = tables.map(
  ({ name }) =>
    `select '${name}' as name, md5(string_agg(md5(row::text), '' order by md5(row::text))) as hash
       from ${name} as row`,
);

/** Returns a hash of all rows of each table. */
function hashTables(): Promise<Record<string, unknown>[]> {
  return query(db.url, `${hashes.join(' union all ')} order by name`);
}

function assertFields(
  fields: StoredAudit['before'],
  expected: ExpectedFields,
  about: string,
): void {
  if (expected === null || !('shows' in expected)) {
    assert.deepEqual(fields, expected, about);
    return;
  }
  const shown = expected.shows as Record<string, unknown>;
  assert.ok(Object.keys(fields ?? {}).length > 2, about);
  for (const [field, value] of Object.entries(fields!)) {
    assert.deepEqual(value, shown[field], `${about}: ${field}`);
  }
}

function assertRows(rows: readonly StoredAudit[], call: AuditedCall, reply: Reply): void {
  const expected = call.rows(reply);
  assert.deepEqual(
    rows.map(({ type, subjectId }) => ({ type, subjectId })),
    expected.map(({ type, subjectId }) => ({ type, subjectId })),
  );
  for (const [index, row] of rows.entries()) {
    const actor = { type: row.actorType, id: row.actorId, role: row.actorRole };
    assert.deepEqual(actor, call.actor?.(reply) ?? actorOfAdmin);
    assert.deepEqual(
      [row.requestId, row.job, row.address, row.userAgent],
      [reply.headers.get('x-request-id'), null, '127.0.0.1', userAgent],
    );
    assertFields(row.before, expected[index]!.before, 'before');
    assertFields(row.after, expected[index]!.after, 'after');
  }
}

test('every operation that changes something leaves rows in the audit or has a reason not to', () => {
  const listed = [...Object.keys(auditedOperations), ...Object.keys(unauditedOperations)];
  assert.deepEqual(
    changing.filter((id) => !listed.includes(id)),
    [],
    'Add the operation to auditedOperations, or to unauditedOperations with a reason.',
  );
  const known = described.map(({ operationId }) => operationId);
  assert.deepEqual(
    listed.filter((id) => !known.includes(id)),
    [],
  );
  assert.equal(new Set(listed).size, listed.length);
});

for (const [operationId, prepare] of Object.entries(auditedOperations)) {
  describe(operationId, () => {
    test('has no effect if it cannot be audited', async () => {
      const call = await prepare({ server, admin });
      const before = await hashTables();
      const reply = await withoutAudit(db.owner, () => send(call));
      assert.equal(reply.status, 500, reply.text);
      assert.deepEqual(await hashTables(), before);
    });

    test('leaves its rows, with who did it and from where, once per effect', async () => {
      const call = await prepare({ server, admin });
      const headers = acceptsKey(operationId) ? { 'idempotency-key': newId() } : {};
      const [reply, rows] = await auditOf(() => send(call, headers));
      assert.equal(reply.status, call.status, reply.text);
      assertRows(rows, call, reply);
      await call.finish?.();
      secrets.push(...(call.secrets?.(reply) ?? []));
      if (acceptsKey(operationId)) {
        const [repeat, noRows] = await auditOf(() => send(call, headers));
        assert.equal(repeat.headers.get('idempotent-replayed'), 'true', repeat.text);
        assert.deepEqual(noRows, []);
      }
      if (call.method !== 'PATCH') return;
      const [same, noRows] = await auditOf(() => send(call));
      assert.equal(same.status, 200, same.text);
      assert.deepEqual(noRows, [], 'a change that changes nothing');
    });
  });
}

test('an API key is the author of what it does, and reads no texts of mails', async () => {
  const admin = await server.asAdmin();
  const created = await admin.post('/api/api-keys', {
    name: 'Till',
    scopes: ['catalog:write', 'operations:read'],
  });
  const { id, secret } = created.json<{ id: string; secret: string }>();
  const headers = { authorization: `Bearer ${secret}` };
  const product = { sku: 'KEY', name: 'Key', price: { amount: 100, currency: 'GBP' } };
  const [, rows] = await auditOf(async () => {
    const made = await server.anonymous.post('/api/products', product, headers);
    assert.equal(made.status, 201, made.text);
    const read = await server.anonymous.get('/api/operations/mail?limit=1', headers);
    assert.equal(read.status, 200, read.text);
  });
  assert.deepEqual(
    rows.map(({ type, actorType, actorId, actorRole, after }) => [
      type,
      actorType,
      actorId,
      actorRole,
      after?.texts,
    ]),
    [
      ['product.created', 'api_key', id, null, undefined],
      ['mails.read', 'api_key', id, null, false],
    ],
  );
  secrets.push(secret);
});

test('what is not audited leaves no row', async () => {
  const admin = await server.asAdmin();
  const credentials = { email: admin.identity.email, password: admin.identity.password };
  const [, rows] = await auditOf(async () => {
    const login = await server.anonymous.post('/api/auth/login', credentials);
    const { accessToken, refreshToken } = login.json<Record<string, string>>();
    secrets.push(accessToken!, refreshToken!);
    const refreshed = await server.anonymous.post('/api/auth/refresh', { refreshToken });
    assert.equal(refreshed.status, 200, refreshed.text);
    assert.equal(
      (await server.anonymous.post('/api/auth/password/forgot', credentials)).status,
      400,
    );
    const { email } = credentials;
    assert.equal((await server.anonymous.post('/api/auth/password/forgot', { email })).status, 202);
    assert.equal((await admin.delete('/api/auth/sessions')).status, 204);
    assert.equal((await admin.patch(`/api/users/${newId()}`, { vip: true })).status, 404);
    assert.equal((await admin.get('/api/operations/mail?cursor=x')).status, 400);
  });
  assert.deepEqual(rows, []);
});

test('no row has a secret', async () => {
  const stored = await query(
    db.url,
    `select password_hash as secret from users where password_hash is not null
      union all
     select secret from webhook_endpoints
      union all
     select previous_secret from webhook_endpoints where previous_secret is not null
      union all
     select unnest(array[encode(secret_hash, 'hex'), encode(secret_hash, 'base64')]) from api_keys
      union all
     select unnest(array[encode(token_hash, 'hex'), encode(token_hash, 'base64')]) from password_resets
      union all
     select unnest(array[encode(token_hash, 'hex'), encode(token_hash, 'base64')]) from refresh_tokens`,
  );
  const all = [...new Set([...secrets, ...stored.map(({ secret }) => String(secret))])];
  assert.ok(all.length > 50);
  const rows = await query(db.url, 'select audit::text as row from audit');
  const text = rows.map(({ row }) => String(row)).join('\n');
  assert.ok(text.includes('user.password_changed'));
  for (const secret of all) assert.ok(!text.includes(secret), secret);
});
