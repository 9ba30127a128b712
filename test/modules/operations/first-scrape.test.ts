import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invariants } from '../../../src/modules/operations/invariants.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const db = await testDatabase();

/** Reads the samples of a metric from a server, by label. */
async function listSamples(server: TestServer, metric: string): Promise<Record<string, string>> {
  const { text } = await server.anonymous.get('/metrics');
  const lines = text.matchAll(new RegExp(`^${metric}\\{\\w+="([^"]+)"\\} (\\S+)$`, 'gm'));
  return Object.fromEntries([...lines].map(([, label = '', value = '']) => [label, value]));
}

function everyInvariant(value: string): Record<string, string> {
  return Object.fromEntries(invariants.map(({ name }) => [name, value]));
}

test('the first scrape has a series of each invariant, whose value is unknown, and of each queue', async () => {
  const server = await startTestServer(db, { environment: { ROLE: 'api' } });
  assert.deepEqual(await listSamples(server, 'invariant_violations'), everyInvariant('Nan'));
  for (const metric of ['queue_depth', 'dead_letters']) {
    const queues = Object.keys(await listSamples(server, metric));
    for (const queue of ['mail', 'orders', 'payments', 'webhooks']) {
      assert.ok(queues.includes(queue), `${queue} of ${metric}`);
    }
  }
  const { text } = await server.anonymous.get('/metrics');
  assert.match(text, /^relay_lag_seconds 0$/m);
  await server.stop();
});

test('on a new database, the first worker checks the invariants on start, and other servers report the same', async () => {
  const [worker, other] = [
    await startTestServer(db, { background: true }),
    await startTestServer(db, { environment: { ROLE: 'api' } }),
  ];
  await until(async () =>
    assert.deepEqual(await listSamples(other, 'invariant_violations'), everyInvariant('0')),
  );
  const { text } = await worker.anonymous.get('/metrics');
  assert.match(text, /^job_duration_seconds_count\{job="[^"]+",outcome="dead"\} 0$/m);
});

test('an invariant added by an upgrade is unknown until it is checked, and a removed one is not reported', async () => {
  const [first] = invariants;
  await db.database.run(
    'test.forget',
    `update schedules
        set report = jsonb_set(report, '{violations}', (report -> 'violations') - $1::text || '{"inv_long_gone": 3}')
      where name = 'operations.check-invariants'`,
    [first!.name],
  );
  const server = await startTestServer(db, { environment: { ROLE: 'api' } });
  const samples = await listSamples(server, 'invariant_violations');
  assert.deepEqual(samples, { ...everyInvariant('0'), [first!.name]: 'Nan' });
});
