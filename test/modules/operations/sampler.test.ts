import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLatencies } from '../../../src/modules/operations/latencies.ts';
import { createSampler } from '../../../src/modules/operations/sampler.ts';

describe('latencies', () => {
  test('percentiles are accurate to a tenth, whatever the durations', () => {
    const latencies = createLatencies();
    for (let ms = 1; ms <= 1_000; ms += 1) latencies.observe(ms / 1_000);
    for (const share of [0.01, 0.5, 0.9, 0.99, 1]) {
      const found = latencies.percentileMs(share)!;
      assert.ok(
        found >= share * 1_000 * 0.99 && found <= share * 1_000 * 1.1,
        `${share}: ${found}`,
      );
    }
  });

  test('durations outside all buckets count in the outermost ones', () => {
    const latencies = createLatencies();
    for (const seconds of [0, 1e-9, 600]) latencies.observe(seconds);
    assert.equal(latencies.count, 3);
    assert.equal(latencies.percentileMs(0.5), 0.1);
    assert.ok(latencies.percentileMs(1)! > 15_000);
  });

  test('have no percentile if there are none', () => {
    const latencies = createLatencies();
    latencies.observe(1);
    latencies.clear();
    assert.equal(latencies.percentileMs(0.5), null);
  });
});

describe('samples of a server', () => {
  test('each covers its own interval', async () => {
    let elapsedMs = 0;
    const sampler = createSampler({
      readQueueDepth: async () => 7,
      readLagSeconds: async () => 0.5,
      clock: { now: () => new Date('2030-01-01T00:00:00Z') },
      elapsedMs: () => elapsedMs,
    });
    for (let count = 0; count < 30; count += 1) sampler.observe(0.01);
    elapsedMs = 15_000;
    await sampler.take();
    elapsedMs = 30_000;
    await sampler.take();
    const [busy, quiet] = sampler.samples();
    assert.equal(busy?.at, '2030-01-01T00:00:00.000Z');
    assert.equal(busy?.requestsPerSecond, 2);
    assert.ok(busy.latencyP50Ms! >= 10 && busy.latencyP50Ms! <= 11);
    assert.deepEqual([busy.queueDepth, busy.relayLagSeconds], [7, 0.5]);
    assert.deepEqual([quiet?.requestsPerSecond, quiet?.latencyP99Ms], [0, null]);
  });

  test('an unavailable database leaves a gap only in the values read from it', async () => {
    const sampler = createSampler({
      readQueueDepth: () => Promise.reject(new Error('connect ECONNREFUSED')),
      readLagSeconds: () => new Promise(() => {}),
    });
    sampler.observe(0.01);
    await sampler.take();
    const [sample] = sampler.samples();
    assert.deepEqual([sample?.queueDepth, sample?.relayLagSeconds], [null, null]);
    assert.ok(sample!.latencyP50Ms! > 0);
  });

  test('three hours are kept, but no longer', async () => {
    let count = 0;
    const sampler = createSampler({
      readQueueDepth: async () => {
        count += 1;
        return count;
      },
      readLagSeconds: async () => 0,
    });
    for (let taken = 0; taken < 725; taken += 1) await sampler.take();
    assert.equal(sampler.samples().length, 720);
    assert.equal(sampler.samples()[0]?.queueDepth, 6);
  });
});
