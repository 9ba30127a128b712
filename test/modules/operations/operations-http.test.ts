import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { addProduct } from '../../support/shop.ts';
import { until } from '../../support/until.ts';

const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: { METRICS_TOKEN: 'a'.repeat(40) },
});
const admin = await server.asAdmin();
const customer = await server.signUp();

describe('operations over HTTP', () => {
  test('only an admin can check the invariants', async () => {
    const product = await addProduct(db.database);
    const items = [{ sku: product.sku, quantity: 1 }];
    assert.equal((await customer.post('/api/orders', { items })).status, 201);
    const reply = await admin.get('/api/operations/invariants');
    assert.equal(reply.status, 200, reply.text);
    const report = reply.json<{
      ok: boolean;
      checkedAt: string;
      invariants: { name: string; ok: boolean; checked: number; violations: object[] }[];
    }>();
    assert.equal(report.ok, true);
    assert.ok(Date.parse(report.checkedAt) > 0);
    const totals = report.invariants.find(({ name }) => name === 'inv_order_totals');
    assert.deepEqual([totals?.ok, totals?.checked, totals?.violations], [true, 1, []]);
    assert.equal((await customer.get('/api/operations/invariants')).status, 403);
    assert.equal((await server.anonymous.get('/api/operations/invariants')).status, 401);
  });

  test('an admin can read sent mail', async () => {
    const { email } = customer.identity;
    const requested = await server.anonymous.post('/api/auth/password/forgot', { email });
    assert.equal(requested.status, 202, requested.text);
    await until(async () => {
      const reply = await admin.get('/api/operations/mail');
      assert.equal(reply.status, 200, reply.text);
      const { data } = reply.json<{ data: { to: string; kind: string; text: string }[] }>();
      const mail = data.find(({ kind }) => kind === 'password.reset');
      assert.equal(mail?.to, email);
      assert.match(mail?.text ?? '', /\/shop\/reset#token=/);
    });
    assert.equal((await customer.get('/api/operations/mail')).status, 403);
  });

  test('health responds to any caller, whatever the query, and is never cached', async () => {
    for (const path of ['/health', '/health/live', '/health/ready', '/health?probe=1']) {
      const reply = await server.anonymous.get(path);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.json().status, 'ok');
      assert.equal(reply.headers.get('cache-control'), 'no-store');
    }
  });

  test('the metrics count what the server has done', async () => {
    const reply = await server.anonymous.get('/metrics');
    assert.equal(reply.status, 200, reply.text);
    assert.match(reply.headers.get('content-type') ?? '', /^text\/plain/);
    for (const line of [
      /^orders_created_total 1$/m,
      /^http_request_duration_seconds_count\{method="POST",route="placeOrder",status="201"\} 1$/m,
      /^database_query_duration_seconds_count\{statement="orders.insert"\} 1$/m,
      /^database_pool_connections\{state="idle"\} \d+$/m,
      /^invariant_violations\{name="inv_order_totals"\} 0$/m,
    ]) {
      assert.match(reply.text, line);
    }
  });
});
