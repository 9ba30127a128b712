import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createHealth } from '../../../src/modules/operations/health.ts';
import { testDatabase } from '../../support/database.ts';

const { database } = await testDatabase();

describe('health', () => {
  test('is ready when the database responds and the start is complete', async () => {
    let prepared = false;
    const health = createHealth({ database, isPrepared: () => prepared });
    assert.deepEqual(await health.readiness(), {
      status: 'unavailable',
      checks: { database: { status: 'ok' }, start: { status: 'unavailable' } },
    });
    prepared = true;
    assert.equal((await health.readiness()).status, 'ok');
  });

  test('reports an unavailable database and stays alive', async () => {
    const unavailable = {
      ...database,
      run: () => Promise.reject(new Error('connect ECONNREFUSED')),
    };
    const health = createHealth({ database: unavailable, isPrepared: () => true });
    const view = await health.readiness();
    assert.equal(view.status, 'unavailable');
    assert.deepEqual(view.checks.database, { status: 'unavailable' });
    assert.equal(health.liveness().status, 'ok');
  });

  test('does not wait for a database that hangs, and sends it one query at a time', async () => {
    const queries: ((rows: never[]) => void)[] = [];
    const hanging = {
      ...database,
      run: <Row>() => new Promise<Row[]>((resolve) => queries.push(resolve)),
    };
    const health = createHealth({ database: hanging, isPrepared: () => true, probeTimeoutMs: 20 });
    const views = await Promise.all([health.readiness(), health.readiness()]);
    assert.deepEqual(
      views.map(({ status }) => status),
      ['unavailable', 'unavailable'],
    );
    assert.equal((await health.readiness()).status, 'unavailable');
    assert.equal(queries.length, 1);
    const answered = health.readiness();
    queries[0]!([]);
    assert.equal((await answered).status, 'ok');
  });

  test('is degraded, and accepts requests, if something fails that orders do not need', async () => {
    let probes = 0;
    const others = {
      redis: () => {
        probes += 1;
        return Promise.reject(new Error('connect ECONNREFUSED'));
      },
      mail: async () => {},
    };
    const health = createHealth({ database, isPrepared: () => true, others });
    const view = await health.readiness();
    assert.deepEqual(view, {
      status: 'degraded',
      checks: {
        database: { status: 'ok' },
        redis: { status: 'degraded' },
        mail: { status: 'ok' },
        start: { status: 'ok' },
      },
    });
    for (let times = 0; times < 10; times += 1) {
      assert.equal((await health.readiness()).status, 'degraded');
    }
    // Anyone may request health as often as they like.
    assert.ok(probes <= 2, `probed ${probes} times`);
    const stopping = createHealth({ database, isPrepared: () => false, others });
    assert.equal((await stopping.readiness()).status, 'unavailable');
  });
});
