import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createBullmqQueue } from '../../../src/drivers/queue/bullmq/bullmq-queue.ts';
import type { Delivery } from '../../../src/drivers/queue/queue.ts';
import { PATIENT_MS } from '../../support/patience.ts';
import { type RedisServer, redisMissing, startRedis } from '../../support/redis-server.ts';
import { until } from '../../support/until.ts';
import { queueContract } from './queue-contract.ts';
import { buildMessage, listIds, receiveNow } from './queue-messages.ts';

const quiet = { info() {}, warn() {} };
/** The upper limit for a few seconds on a busy machine; a call that waits for Redis would never end. */
const BUSY_MS = 50_000;

if (redisMissing) test('messages in BullMQ', { skip: redisMissing }, () => {});
else {
  const redis = await startRedis();
  queueContract('messages in BullMQ', {
    create: () =>
      createBullmqQueue({
        url: redis.url,
        log: quiet,
        stalledIntervalMs: 500,
        commandTimeoutMs: PATIENT_MS,
      }),
    leaseMs: 1_500,
    leaseSlackMs: 5_000,
    dropsRepeats: true,
  });
  describe('BullMQ', () => whileRedisFails(redis));
}

function whileRedisFails(redis: RedisServer): void {
  async function startQueue() {
    const logged: string[] = [];
    const log = {
      info: (text: string) => logged.push(text),
      warn: (text: string) => logged.push(text),
    };
    const driver = createBullmqQueue({ url: redis.url, log, stalledIntervalMs: 500 });
    after(() => driver.stop());
    await driver.start(['jobs']);
    return { driver, logged };
  }

  test('while Redis is unavailable a send fails at once and a receiver waits; both continue when it is back', async () => {
    const { driver, logged } = await startQueue();
    await redis.kill();
    await until(() => assert.rejects(driver.ping()));
    const startedAt = performance.now();
    await assert.rejects(driver.send('jobs', [buildMessage()]));
    assert.ok(performance.now() - startedAt < BUSY_MS);
    assert.deepEqual(await receiveNow(driver, 'jobs'), []);
    const receiving = receiveNow(driver, 'jobs', { waitMs: 60_000 });
    await redis.start();
    const message = buildMessage();
    await until(() => driver.send('jobs', [message]));
    const deliveries = await receiving;
    assert.deepEqual(listIds(deliveries), [message.jobId]);
    await driver.acknowledge('jobs', deliveries);
    assert.match(logged.join('\n'), /^Redis does not respond .*\nRedis responds again/);
  });

  test('it can be stopped while Redis is unavailable and a receiver waits', async () => {
    const { driver } = await startQueue();
    const { signal } = new AbortController();
    const receiving = (['high', 'normal'] as const).map((priority) =>
      driver.receive('jobs', priority, { max: 1, leaseMs: 30_000, waitMs: 60_000, signal }),
    );
    await redis.kill();
    try {
      await until(() => assert.rejects(driver.ping()));
      const startedAt = performance.now();
      await driver.stop();
      assert.deepEqual(await Promise.all(receiving), [[], []]);
      assert.ok(performance.now() - startedAt < BUSY_MS);
    } finally {
      await redis.start();
    }
  });

  test('a flushed Redis carries later messages', async () => {
    const { driver } = await startQueue();
    await driver.send('jobs', [buildMessage()]);
    await redis.flush();
    const message = buildMessage();
    await until(() => driver.send('jobs', [message]));
    const deliveries = await receiveNow(driver, 'jobs', { waitMs: 20_000 });
    assert.deepEqual(listIds(deliveries), [message.jobId]);
    await driver.acknowledge('jobs', deliveries);
  });

  test('messages received before a flush can be acknowledged, extended and buried after it', async () => {
    const { driver } = await startQueue();
    await driver.send('jobs', [buildMessage(), buildMessage()]);
    const deliveries: Delivery[] = [];
    await until(async () => {
      deliveries.push(...(await receiveNow(driver, 'jobs', { max: 2 - deliveries.length })));
      assert.equal(deliveries.length, 2);
    });
    const [first, second] = deliveries;
    await redis.flush();
    await driver.extend('jobs', [first!, second!], 1_000);
    await driver.acknowledge('jobs', [first!]);
    await driver.bury('jobs', second!, 'it failed');
  });

  test('a hanging Redis delays no call for more than a few seconds', async () => {
    const { driver } = await startQueue();
    redis.pause();
    try {
      const startedAt = performance.now();
      await assert.rejects(driver.send('jobs', [buildMessage()]), /no response/);
      await assert.rejects(driver.ping(), /no response/);
      assert.deepEqual(await receiveNow(driver, 'jobs'), []);
      await driver.stop();
      assert.ok(performance.now() - startedAt < BUSY_MS);
    } finally {
      redis.resume();
    }
  });

  test('a buried message is listed among the failed jobs, with its error', async () => {
    const { driver } = await startQueue();
    const message = buildMessage();
    await until(() => driver.send('jobs', [message]));
    const deliveries = await receiveNow(driver, 'jobs', { waitMs: 20_000 });
    const delivery = deliveries.find(({ jobId }) => jobId === message.jobId);
    await driver.bury('jobs', delivery!, 'the address is unknown');
    // As the runner does with every delivery.
    await driver.acknowledge('jobs', deliveries);
    const queue = driver.boards().find(({ name }) => name === 'jobs');
    const failed = (await queue!.getFailed()).find(({ data }) => data.jobId === message.jobId);
    assert.equal(failed?.name, 'test.job');
    assert.equal(failed?.failedReason, 'the address is unknown');
  });

  test('a cancelled receiver takes no message with it', async () => {
    const { driver } = await startQueue();
    for (let round = 0; round < 20; round += 1) {
      const controller = new AbortController();
      const given = receiveNow(driver, 'handed', { waitMs: 60_000, signal: controller.signal });
      const message = buildMessage();
      const sending = driver.send('handed', [message]);
      if (round % 2 === 0) await sending;
      controller.abort();
      await sending;
      const early = await given;
      const late = early.length > 0 ? [] : await receiveNow(driver, 'handed', { waitMs: 20_000 });
      assert.deepEqual(listIds([...early, ...late]), [message.jobId]);
      await driver.acknowledge('handed', [...early, ...late]);
    }
  });
}
