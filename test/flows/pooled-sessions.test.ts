import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emptyDatabase } from '../support/database.ts';
import { makeHostile } from '../support/hostile-settings.ts';
import { pgBouncerMissing, startPgBouncer } from '../support/pgbouncer.ts';
import { readRefusal, restartUnderLoad, runDoctor, sparingThePooler } from '../support/pooled.ts';
import { runShop } from '../support/whole-shop.ts';

describe('PgBouncer as Debian installs it', { skip: pgBouncerMissing }, () => {
  test('carries a whole shop in session pooling, from the migrations on', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url);
    await runShop(pooler.url);
    assert.match(await runDoctor(pooler.url), /ok +connection .*session pooling/);
    assert.match(await runDoctor(url), /ok +connection .*without a pooler/);
  });

  test('carries it with hostile settings of the database', async () => {
    const { url } = await emptyDatabase();
    await makeHostile(`database ${new URL(url).pathname.slice(1)}`, sparingThePooler);
    await runShop((await startPgBouncer(url)).url);
  });

  test('that restarts under load causes 503s for a while and loses nothing acknowledged', async () => {
    await restartUnderLoad(await startPgBouncer((await emptyDatabase()).url));
  });

  test('that refuses a startup parameter is reported with a clear message', async () => {
    const pooler = await startPgBouncer((await emptyDatabase()).url);
    const sentence = await readRefusal(pooler.url, { PGOPTIONS: '-c jit=off' });
    assert.match(sentence, /unsupported startup parameter: options.*PGOPTIONS/);
  });

  test('with too few sessions is reported with a clear message', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url, { settings: { default_pool_size: '1' } });
    assert.match(await runDoctor(pooler.url), /WRONG +database .*default_pool_size/);
  });
});
