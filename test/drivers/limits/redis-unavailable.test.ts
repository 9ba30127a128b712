import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { RateLimiters } from '../../../src/drivers/limits/rate-limiter.ts';
import { createRedisRateLimiters } from '../../../src/drivers/limits/redis/redis-rate-limiters.ts';
import {
  type RedisServer,
  redisMissing,
  startRedis,
  untilShared,
} from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';

/** Far longer than a command may take, even on a busy machine; a take that waits for Redis would never end. */
const MOMENT_MS = 60_000;

/** The command timeout where takes are timed: longer than a busy machine stalls every time. */
const COMMAND_MS = 3_000;

/** Stopped after the file. Null if Redis is not installed; the tests are then skipped with that reason. */
const started = redisMissing === false ? await startRedis() : null;

describe('shared rate limits', { skip: redisMissing }, () => {
  const logged: string[] = [];
  const log = {
    info: (message: string) => void logged.push(message),
    warn: (message: string) => void logged.push(message),
  };
  const silent = { info() {}, warn() {} };
  const redis = started as RedisServer;
  const servers: RateLimiters[] = [];
  /** Limiters that wait for Redis and so count exactly: on a busy machine a command may outlast the usual timeout. */
  const patient: RateLimiters[] = [];
  let names = 0;

  beforeEach(async () => {
    const { url } = redis;
    while (servers.length < 2) {
      servers.push(createRedisRateLimiters({ url, log }));
      patient.push(createRedisRateLimiters({ url, log: silent, commandTimeoutMs: 60_000 }));
    }
    for (const server of [...servers, ...patient]) await untilShared(redis, server);
  });
  after(() => Promise.all([...servers, ...patient].map((server) => server.close())));

  function limiters(pointsMax: number, of = servers) {
    names += 1;
    return of.map((server) => server.create(`shared-${names}`, { pointsMax, windowSeconds: 60 }));
  }

  /** Takes `count` points concurrently, alternating servers. Returns how many were allowed and the longest wait. */
  async function takeAtOnce(from: ReturnType<typeof limiters>, count: number) {
    let slowestMs = 0;
    const takes = await Promise.all(
      Array.from({ length: count }, async (_, index) => {
        const startedAt = performance.now();
        const take = await from[index % from.length]!.take('a');
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        return take;
      }),
    );
    return { allowed: takes.filter(({ allowed }) => allowed).length, slowestMs };
  }

  test('two servers count in common', async () => {
    assert.equal((await takeAtOnce(limiters(10, patient), 200)).allowed, 10);
  });

  test('a hanging Redis delays no request, and each server counts on its own', async () => {
    const timed = [1, 2].map(() =>
      createRedisRateLimiters({ url: redis.url, log: silent, commandTimeoutMs: COMMAND_MS }),
    );
    after(() => Promise.all(timed.map((server) => server.close())));
    for (const server of timed) await untilShared(redis, server);
    const both = limiters(10, timed);
    redis.pause();
    try {
      const { allowed, slowestMs } = await takeAtOnce(both, 200);
      assert.equal(allowed, 20);
      assert.ok(slowestMs < MOMENT_MS, `a take lasted ${slowestMs} ms`);
      // The best of several: a busy machine may stall for a moment, but not every time.
      let againMs = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5 && againMs >= COMMAND_MS; round += 1) {
        const again = await takeAtOnce(both, 200);
        assert.equal(again.allowed, 0);
        againMs = Math.min(againMs, again.slowestMs);
      }
      assert.ok(againMs < COMMAND_MS, `a take lasted ${againMs} ms though Redis had just failed`);
    } finally {
      redis.resume();
    }
  });

  test('a Redis killed under load causes no error and no wait, and counts again when it is back', async () => {
    const both = limiters(1_000_000);
    let slowestMs = 0;
    const load = async () => {
      for (let round = 0; round < 20; round += 1) {
        const { allowed, slowestMs: slowest } = await takeAtOnce(both, 50);
        assert.equal(allowed, 50);
        slowestMs = Math.max(slowestMs, slowest);
      }
    };
    const before = load();
    await redis.kill();
    await Promise.all([before, load()]);
    assert.ok(slowestMs < MOMENT_MS, `a take lasted ${slowestMs} ms`);
    const [first, second] = limiters(10, patient);
    assert.equal((await takeAtOnce([first!], 100)).allowed, 10);
    await redis.start();
    for (const server of patient) await untilShared(redis, server);
    assert.equal((await takeAtOnce([first!, second!], 100)).allowed, 10);
  });

  test('a Redis flushed under load starts a new window', async () => {
    const both = limiters(10, patient);
    assert.equal((await takeAtOnce(both, 100)).allowed, 10);
    const [{ allowed }] = await Promise.all([takeAtOnce(both, 2_000), redis.flush()]);
    const { allowed: rest } = await takeAtOnce(both, 100);
    assert.equal(allowed + rest, 10);
  });

  test('a point that cannot be refunded because Redis is unavailable causes no error', async () => {
    const [limiter] = limiters(10);
    const take = await limiter!.take('a');
    await redis.kill();
    await take.refund();
    await redis.start();
  });

  test('Redis is reported once as unavailable and once as back', async () => {
    logged.length = 0;
    const [limiter] = limiters(10);
    await redis.kill();
    await until(async () => assert.equal(logged.length, 2));
    for (let tries = 0; tries < 10; tries += 1) await limiter!.take('a');
    await redis.start();
    await until(async () => {
      for (const server of servers) await untilShared(redis, server);
      assert.equal(logged.length, 4, logged.join('\n'));
    });
    assert.match(logged[0]!, /does not respond .*: each server counts limits separately/);
    assert.match(logged[3]!, /responds again/);
  });
});
