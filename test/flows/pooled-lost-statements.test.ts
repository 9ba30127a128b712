import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyDatabase } from '../support/database.ts';
import { olderPgBouncerMissing, startPgBouncer } from '../support/pgbouncer.ts';
import { readRefusal, requireAway, runDoctor, transactions } from '../support/pooled.ts';
import { startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { shopEnvironment, signUp } from '../support/whole-shop.ts';

describe('PgBouncer that loses prepared statements', { skip: olderPgBouncerMissing }, () => {
  for (const [name, settings] of Object.entries({
    'in transaction pooling': transactions,
    'with round-robin sessions': { ...transactions, server_round_robin: '1' },
    'with one session': { ...transactions, default_pool_size: '1' },
    'in statement pooling': { pool_mode: 'statement' },
  })) {
    test(`${name} prevents the start with a clear message`, async () => {
      const { url } = await emptyDatabase();
      const pooler = await startPgBouncer(url, { settings });
      assert.match(await readRefusal(pooler.url), /prepared statements.*pool_mode = session/);
      assert.match(await runDoctor(pooler.url), /WRONG +database .*pool_mode = session/);
    });
  }

  test('replaces the pooler of a running server: every response is a 503 until it is fixed', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url);
    const server = await startServerProcess({
      environment: { ...shopEnvironment(pooler.url), LOG_LEVEL: 'silent' },
    });
    try {
      const customer = await signUp(server);
      await pooler.restart(transactions);
      for (let count = 0; count < 20; count += 1) {
        requireAway(await customer.get('/api/orders'));
        requireAway(await customer.post('/api/orders', { items: [{ sku: 'TART', quantity: 1 }] }));
      }
      await pooler.restart();
      await until(async () => assert.equal((await customer.get('/api/orders')).status, 200));
    } finally {
      await server.end('SIGTERM');
    }
  });
});
