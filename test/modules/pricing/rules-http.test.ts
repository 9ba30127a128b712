import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listCharges } from '../../../src/modules/pricing/charges/queries.ts';
import { listDiscounts } from '../../../src/modules/pricing/discounts/queries.ts';
import { readPriceVersion } from '../../../src/modules/pricing/index.ts';
import { listTaxRates } from '../../../src/modules/pricing/taxes/queries.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { assertProblem, createRule, type RuleBody } from '../../support/rules.ts';
import { startTestServer } from '../../support/server.ts';
import { createSession } from '../../support/session.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();
const kitchen = await server.signInAs('kitchen');
const customer = await server.signUp();

let count = 0;
const next = () => {
  count += 1;
  return count;
};
const amount = { amount: 100, currency: 'GBP' };

/** Each kind with a new rule and its errors. */
const kinds = [
  {
    path: '/api/tax-rates',
    list: listTaxRates,
    primaryKey: 'tax_rates_id_pkey',
    body: () => ({ name: 'VAT', percent: '20', taxCategory: `category-${next()}` }),
    withoutCode: {},
    notFound: 'prices.not_found',
    conflict: 'prices.version_conflict',
  },
  {
    path: '/api/charges',
    list: listCharges,
    primaryKey: 'charges_id_pkey',
    body: () => ({ name: `Service ${next()}`, kind: 'SERVICE', amount }),
    withoutCode: {},
    notFound: 'prices.not_found',
    conflict: 'prices.version_conflict',
  },
  {
    path: '/api/discounts',
    list: listDiscounts,
    primaryKey: 'discounts_id_pkey',
    body: () => ({
      code: `CODE-${next()}`,
      name: 'A pound off',
      kind: 'AMOUNT',
      amount,
      scope: 'ORDER',
    }),
    withoutCode: { code: null },
    notFound: 'discounts.not_found',
    conflict: 'discounts.version_conflict',
  },
] as const;

async function getVersion(): Promise<number> {
  return (await readPriceVersion(db.database))[0]!.version;
}

for (const { path, list, primaryKey, body, withoutCode, notFound, conflict } of kinds) {
  describe(path, () => {
    test('a new rule has a location and an entity tag; a repeat with the same key creates no other', async () => {
      const headers = { 'idempotency-key': `one ${path}` };
      const input = body();
      const first = await admin.post(path, input, headers);
      const repeat = await admin.post(path, input, headers);
      const rule = first.json<RuleBody>();
      assert.equal(first.status, 201, first.text);
      assert.equal(first.headers.get('location'), `${path}/${rule.id}`);
      assert.equal(first.headers.get('etag'), '"1"');
      assert.equal(repeat.status, 201);
      assert.equal(repeat.text, first.text);
      assert.equal(repeat.headers.get('idempotent-replayed'), 'true');
      assertProblem(await admin.post(path, body(), headers), 422, 'idempotency.key_reused');
      const read = await admin.get(`${path}/${rule.id}`);
      assert.equal(read.headers.get('etag'), '"1"');
      assert.deepEqual(read.json(), rule);
    });

    test('a change is guarded by If-Match or by a version, and one that changes nothing keeps the version', async () => {
      const { id } = await createRule(admin, path, body());
      const one = `${path}/${id}`;
      const changed = await admin.patch(one, { name: 'Other' }, { 'if-match': '"1"' });
      assert.equal(changed.status, 200, changed.text);
      assert.equal(changed.headers.get('etag'), '"2"');
      const { name, version } = changed.json<RuleBody>();
      assert.deepEqual({ name, version }, { name: 'Other', version: 2 });
      assert.equal((await admin.patch(one, { name: 'Other' })).json<RuleBody>().version, 2);
      assert.equal((await admin.patch(one, {})).json<RuleBody>().version, 2);
      const stale = await admin.patch(one, { name: 'X' }, { 'if-match': '"1"' });
      assertProblem(stale, 412, 'request.precondition_failed');
      const late = await admin.patch(one, { name: 'X', version: 1 });
      assertProblem(late, 409, conflict);
      assert.equal(late.json<{ currentVersion: number }>().currentVersion, 2);
      const headers = { 'idempotency-key': `change ${path}` };
      const first = await admin.patch(one, { name: 'Third', version: 2 }, headers);
      const repeat = await admin.patch(one, { name: 'Third', version: 2 }, headers);
      assert.equal(first.json<RuleBody>().version, 3);
      assert.equal(repeat.text, first.text);
    });

    test('of concurrent changes based on the same version, one succeeds', async () => {
      const { id } = await createRule(admin, path, body());
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          admin.patch(`${path}/${id}`, { name: `Name ${index}`, version: 1 }),
        ),
      );
      const statuses = replies.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [200, ...Array.from({ length: 7 }, () => 409)]);
    });

    test('a rule can be deleted once, also guarded by If-Match', async () => {
      const { id } = await createRule(admin, path, body());
      const one = `${path}/${id}`;
      const stale = await admin.delete(one, { 'if-match': '"2"' });
      assertProblem(stale, 412, 'request.precondition_failed');
      const deleted = await admin.delete(one, { 'if-match': '"1"' });
      assert.equal(deleted.status, 204, deleted.text);
      assert.equal(deleted.text, '');
      assertProblem(await admin.get(one), 404, notFound);
      assertProblem(await admin.patch(one, { name: 'X' }), 404, notFound);
      assertProblem(await admin.delete(one), 404, notFound);
      assertProblem(await admin.get(`${path}/${newId()}`), 404, notFound);
      assertProblem(await admin.get(`${path}/x`), 400, 'request.invalid', '/path/id');
    });

    test('the list is in the order of creation, page by page', async () => {
      for (let index = 0; index < 3; index += 1) await createRule(admin, path, body());
      const all = (await admin.get(`${path}?limit=100`)).json<{ data: RuleBody[] }>().data;
      assert.ok(all.length >= 3);
      const sorted = all.toSorted((one, other) => one.createdAt.localeCompare(other.createdAt));
      assert.deepEqual(all, sorted);
      const found: RuleBody[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: { data: RuleBody[]; nextCursor: string | null } = (
          await admin.get(`${path}?limit=2${query}`)
        ).json();
        found.push(...page.data);
        cursor = page.nextCursor;
      }
      assert.deepEqual(found, all);
      assertProblem(await admin.get(`${path}?cursor=x`), 400, 'request.invalid_cursor');
      assertProblem(await admin.get(`${path}?limit=101`), 400, 'request.invalid', '?limit');
    });

    test('a page of the list reads its own rows only, however many there are', async () => {
      const plan = await db.database.transaction(async (tx) => {
        // A test's table is so small that a scan would be cheaper.
        await tx.run('test.forbid_scans', 'set local enable_seqscan = off', []);
        await tx.run('test.plan_once', 'set local plan_cache_mode = force_generic_plan', []);
        const name = `listed_by_${primaryKey}`;
        await tx.run(`test.prepare_${primaryKey}`, `prepare ${name} as ${list.text}`, []);
        const [row] = await tx.run<{ 'QUERY PLAN': [{ Plan: { Plans: object[] } }] }>(
          `test.explain_${primaryKey}`,
          `explain (format json) execute ${name} (null, 10)`,
          [],
        );
        await tx.run(`test.deallocate_${primaryKey}`, `deallocate ${name}`, []);
        return row!['QUERY PLAN'][0].Plan.Plans[0] as Record<string, string>;
      });
      assert.equal(plan['Index Name'], primaryKey, JSON.stringify(plan));
      assert.match(plan['Index Cond'] ?? '', /^\(id > /);
      assert.equal(plan.Filter, undefined);
    });

    test('every change raises the version of prices, a refused one does not', async () => {
      const before = await getVersion();
      const { id } = await createRule(admin, path, { ...body(), ...withoutCode });
      const created = await getVersion();
      assert.ok(created > before);
      await admin.patch(`${path}/${id}`, { active: false });
      const changed = await getVersion();
      assert.ok(changed > created);
      await admin.patch(`${path}/${id}`, { active: false });
      await admin.patch(`${path}/${id}`, { name: '' });
      assert.equal(await getVersion(), changed);
      await admin.delete(`${path}/${id}`);
      assert.ok((await getVersion()) > changed);
    });

    test('only admins and keys that may write the catalogue manage them', async () => {
      const { id } = await createRule(admin, path, body());
      const one = `${path}/${id}`;
      for (const [session, status] of [
        [server.anonymous, 401],
        [customer, 403],
        [kitchen, 403],
        [await asKey('orders:read'), 403],
      ] as const) {
        assert.equal((await session.get(path)).status, status);
        assert.equal((await session.get(one)).status, status);
        assert.equal((await session.post(path, body())).status, status);
        assert.equal((await session.patch(one, { name: 'X' })).status, status);
        assert.equal((await session.delete(one)).status, status);
      }
      const key = await asKey('catalog:write');
      assert.equal((await key.patch(one, { name: 'By a key' })).status, 200);
      assert.equal((await key.delete(one)).status, 204);
    });

    test('refuses names that are missing, blank, too long or unprintable, and unknown fields', async () => {
      for (const name of ['', ' ', 'x'.repeat(101), 'a\u0000', 'a\nb', 1, null]) {
        const reply = await admin.post(path, { ...body(), name });
        assert.equal(reply.status, 400, reply.text);
      }
      const { name: _, ...rest } = body();
      assertProblem(await admin.post(path, rest), 400, 'request.invalid', '/name');
      const unknown = { ...body(), other: 1 };
      assertProblem(await admin.post(path, unknown), 400, 'request.invalid', '/other');
      const { id } = await createRule(admin, path, { ...body(), name: 'é'.repeat(100) });
      for (const field of ['id', 'uses', 'createdAt', 'updatedAt', 'currency']) {
        const reply = await admin.patch(`${path}/${id}`, { [field]: 1 });
        assertProblem(reply, 400, 'request.invalid', `/${field}`);
      }
      const inactive = await admin.patch(`${path}/${id}`, { active: null });
      assertProblem(inactive, 400, 'request.invalid', '/active');
      for (const version of [0, -1, 1.5, '1', 2_147_483_648]) {
        const reply = await admin.patch(`${path}/${id}`, { version });
        assertProblem(reply, 400, 'request.invalid', '/version');
      }
    });
  });
}

async function asKey(scope: string) {
  const reply = await admin.post('/api/api-keys', { name: 'A key', scopes: [scope] });
  assert.equal(reply.status, 201, reply.text);
  const { secret } = reply.json<{ secret: string }>();
  return createSession(server.url, { email: '', password: '', accessToken: secret, userId: '' });
}
