import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeTallies } from '../../../src/main/compose/describe-api.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { createMetrics } from '../../../src/modules/operations/index.ts';

const tally = { name: 'things_total', help: 'Things.', label: null, counts: { all: 0 } };

describe('the metrics', () => {
  test('report counts in the Prometheus text format', async () => {
    const metrics = createMetrics();
    metrics.observeHttp({
      operationId: 'placeOrder',
      method: 'POST',
      status: 201,
      durationSeconds: 0.004,
    });
    metrics.observeHttp({ operationId: null, method: 'GET', status: 404, durationSeconds: 0.001 });
    metrics.observeQuery('orders.insert', 0.002);
    metrics.watchTally({ ...tally, name: 'things_made_total', counts: { all: 3 } });
    metrics.watchTally({
      ...tally,
      name: 'things_read_total',
      label: 'cache',
      counts: { hit: 2, miss: 1 },
    });
    metrics.observeJob({ job: 'test.work', settled: 'done', durationSeconds: 0.02 });
    metrics.watchInvariants(async () => new Map([['inv_stock_bounds', 2]]));
    const row = { name: 'mail', waiting: 3, active: 2, delayed: 1, failed: 4 };
    metrics.watchQueues(async () => [row]);
    metrics.watchConnections(() => ({ total: 10, idle: 4, waiting: 7 }));
    const lines = (await metrics.render()).split('\n');
    for (const line of [
      'http_request_duration_seconds_count{method="POST",route="placeOrder",status="201"} 1',
      'http_request_duration_seconds_bucket{le="0.005",method="POST",route="placeOrder",status="201"} 1',
      'http_request_duration_seconds_bucket{le="0.002",method="POST",route="placeOrder",status="201"} 0',
      'http_request_duration_seconds_count{method="GET",route="none",status="404"} 1',
      'database_query_duration_seconds_count{statement="orders.insert"} 1',
      'http_responses_total{class="2xx"} 1',
      'http_responses_total{class="4xx"} 1',
      'http_responses_total{class="5xx"} 0',
      'things_made_total 3',
      'things_read_total{cache="hit"} 2',
      'things_read_total{cache="miss"} 1',
      'invariant_violations{name="inv_stock_bounds"} 2',
      'queue_depth{queue="mail"} 6',
      'dead_letters{queue="mail"} 4',
      'job_duration_seconds_count{job="test.work",outcome="done"} 1',
      'database_pool_connections{state="active"} 6',
      'database_pool_connections{state="idle"} 4',
      'database_pool_connections{state="waiting"} 7',
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(lines.some((line) => line.startsWith('process_resident_memory_bytes ')));
  });

  test('have a series for each known value of a label before anything happens', async () => {
    const metrics = createMetrics();
    metrics.expectJobs(['test.work']);
    for (const one of await describeTallies(readConfig({}))) metrics.watchTally(one);
    const lines = (await metrics.render()).split('\n');
    for (const line of [
      ...['accepted', 'invalid_signature', 'matched', 'dead'].map(
        (outcome) => `payment_webhooks_total{outcome="${outcome}"} 0`,
      ),
      ...['done', 'retried', 'later', 'dead', 'lost'].map(
        (end) => `job_duration_seconds_count{job="test.work",outcome="${end}"} 0`,
      ),
      ...['hit', 'miss'].map((cache) => `order_reads_total{cache="${cache}"} 0`),
      ...['2xx', '3xx', '4xx', '5xx'].map((name) => `http_responses_total{class="${name}"} 0`),
      'orders_created_total 0',
      'orders_failed_total 0',
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  test('report the lag of the relay and of sealing, and omit one that is unknown', async () => {
    const metrics = createMetrics();
    const lags = [
      async () => 2.5,
      async () => Promise.reject(new Error('the database is unavailable')),
    ];
    metrics.watchRelay(() => lags.shift()!());
    metrics.watchSealing({ lagSeconds: async () => 7, areSealsMissing: async () => true });
    assert.match(await metrics.render(), /^relay_lag_seconds 2\.5$/m);
    const later = await metrics.render();
    assert.doesNotMatch(later, /^relay_lag_seconds \d/m);
    assert.match(later, /^log_seal_lag_seconds 7$/m);
    assert.match(later, /^log_seals_missing 1$/m);
  });

  test('do not wait long for a database that hangs', async () => {
    const metrics = createMetrics();
    metrics.watchTally(tally);
    metrics.watchRelay(() => new Promise(() => {}));
    assert.match(await metrics.render(), /^things_total 0$/m);
  });

  test('of two servers in one process are separate', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.observeHttp({ operationId: null, method: 'GET', status: 404, durationSeconds: 0 });
    assert.match(await other.render(), /^http_responses_total\{class="4xx"\} 0$/m);
  });
});
