import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyDatabase } from '../support/database.ts';
import { makeHostile } from '../support/hostile-settings.ts';
import { startPgBouncer } from '../support/pgbouncer.ts';
import {
  prepared,
  readRefusal,
  restartUnderLoad,
  runDoctor,
  sparingThePooler,
  transactions,
  withPrepared,
} from '../support/pooled.ts';
import { runShop } from '../support/whole-shop.ts';

describe('PgBouncer that keeps prepared statements', withPrepared, () => {
  test('carries a whole shop in transaction pooling, from the migrations on', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url, { settings: prepared, prepares: true });
    await runShop(pooler.url);
    assert.match(await runDoctor(pooler.url), /ok +connection .*transaction pooling/);
  });

  test('carries it with hostile settings of the database and few sessions for many connections', async () => {
    const { url } = await emptyDatabase();
    await makeHostile(`database ${new URL(url).pathname.slice(1)}`, sparingThePooler);
    const settings = { ...prepared, default_pool_size: '3' };
    await runShop((await startPgBouncer(url, { settings, prepares: true })).url);
  });

  test('that restarts under load causes 503s for a while and loses nothing acknowledged', async () => {
    const { url } = await emptyDatabase();
    await restartUnderLoad(await startPgBouncer(url, { settings: prepared, prepares: true }));
  });

  test('prevents the start with a clear message if configured not to keep them', async () => {
    const { url } = await emptyDatabase();
    const settings = { ...transactions, max_prepared_statements: '0' };
    const pooler = await startPgBouncer(url, { settings, prepares: true });
    assert.match(await readRefusal(pooler.url), /max_prepared_statements = 200/);
  });

  test('prevents the start with a clear message in statement pooling', async () => {
    const { url } = await emptyDatabase();
    const settings = { ...prepared, pool_mode: 'statement' };
    const pooler = await startPgBouncer(url, { settings, prepares: true });
    assert.match(await readRefusal(pooler.url), /does not allow transactions/);
  });
});
