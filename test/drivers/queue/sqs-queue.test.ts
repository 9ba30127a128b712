import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Priority } from '../../../src/drivers/queue/queue.ts';
import { createSqsQueue, type SqsQueueOptions } from '../../../src/drivers/queue/sqs/sqs-queue.ts';
import { startSqs } from '../../support/sqs-server.ts';
import { until } from '../../support/until.ts';
import { queueContract } from './queue-contract.ts';
import { buildMessage, listIds, receiveNow } from './queue-messages.ts';

const quiet = { info() {}, warn() {} };
const sqs = await startSqs();
const { region, endpoint } = sqs;

for (const [title, priority] of [
  ['messages in one queue of SQS', null],
  ['messages in SQS, with separate priorities', 'contract-high'],
] as const) {
  const queueUrl = sqs.createQueue(`contract-${priority ?? 'all'}-jobs`);
  const priorityQueueUrl = priority === null ? null : sqs.createQueue(priority);
  queueContract(title, {
    create: () =>
      createSqsQueue({
        region,
        endpoint,
        queueUrl,
        priorityQueueUrl,
        deadLetterQueueUrl: null,
        log: quiet,
      }),
    leaseMs: 3_000,
    leaseSlackMs: 15_000,
    dropsRepeats: false,
    keepsOrder: false,
    manyCount: 500,
  });
}

describe('SQS', () => {
  let count = 0;
  /** Starts a driver on a new SQS queue. */
  async function startQueue(changes: Partial<SqsQueueOptions> = {}) {
    count += 1;
    const name = `jobs-${count}`;
    const logged: string[] = [];
    const driver = createSqsQueue({
      region,
      endpoint,
      queueUrl: sqs.createQueue(name),
      priorityQueueUrl: null,
      deadLetterQueueUrl: null,
      log: { info: (text) => logged.push(text), warn: (text) => logged.push(text) },
      ...changes,
    });
    after(() => driver.stop());
    await driver.start([]);
    return { name, driver, logged };
  }

  test('a receiver of one queue takes no message of another', async () => {
    const { driver } = await startQueue();
    const own = buildMessage();
    const others = Array.from({ length: 30 }, () => buildMessage());
    await driver.send('others', others);
    await driver.send('own', [own]);
    assert.deepEqual(listIds(await receiveNow(driver, 'own', { waitMs: 20_000 })), [own.jobId]);
    const came = new Set<string>();
    await until(async () => {
      const deliveries = await receiveNow(driver, 'others', { max: 100 });
      for (const id of listIds(deliveries)) came.add(id);
      await driver.acknowledge('others', deliveries);
      assert.equal(came.size, others.length);
    }, 60_000);
  });

  test('a message fetched by a process that does not serve its queue soon reaches another process', async () => {
    const queueUrl = sqs.createQueue('shared');
    const { driver: serving } = await startQueue({ queueUrl });
    const { driver: other } = await startQueue({ queueUrl });
    const message = buildMessage();
    await other.send('jobs', [message]);
    assert.deepEqual(await receiveNow(other, 'nothing', { waitMs: 1_500 }), []);
    const startedAt = performance.now();
    const deliveries = await receiveNow(serving, 'jobs', { waitMs: 20_000 });
    assert.deepEqual(listIds(deliveries), [message.jobId]);
    // The lease of the other process would have been 30 s.
    assert.ok(performance.now() - startedAt < 15_000);
  });

  test('a process that stops returns the messages it has fetched', async () => {
    const { name, driver } = await startQueue();
    await driver.send('jobs', [buildMessage(), buildMessage(), buildMessage()]);
    assert.equal((await receiveNow(driver, 'jobs', { max: 1 })).length, 1);
    assert.equal(sqs.bodies(name).inflight.length, 3);
    await driver.stop();
    assert.equal(sqs.bodies(name).ready.length, 2);
  });

  test('high priority uses its own queue if there is one', async () => {
    const { name, driver } = await startQueue({ priorityQueueUrl: sqs.createQueue('high') });
    const both: Priority[] = ['high', 'normal'];
    await driver.send(
      'jobs',
      both.map((priority) => buildMessage({ priority })),
    );
    assert.equal(sqs.bodies('high').ready.length, 1);
    assert.equal(sqs.bodies(name).ready.length, 1);
  });

  test('a permanently failed message is copied to the dead-letter queue, with its error', async () => {
    const { name, driver } = await startQueue({ deadLetterQueueUrl: sqs.createQueue('dead') });
    const { jobId } = buildMessage();
    await driver.send('jobs', [buildMessage({ jobId })]);
    const deliveries = await receiveNow(driver, 'jobs');
    await driver.bury('jobs', deliveries[0]!, 'the address is unknown');
    // As the runner does with every delivery.
    await driver.acknowledge('jobs', deliveries);
    const [body] = sqs.bodies('dead').ready;
    assert.deepEqual(JSON.parse(body!), {
      queue: 'jobs',
      lane: 'normal',
      jobId,
      error: 'the address is unknown',
    });
    assert.deepEqual(sqs.bodies(name), { ready: [], delayed: [], inflight: [] });
  });

  test("a delay beyond SQS's limit ends after fifteen minutes", async () => {
    const { name, driver } = await startQueue();
    await driver.send('jobs', [buildMessage({ delayMs: 86_400_000 })]);
    assert.equal(sqs.bodies(name).delayed.length, 1);
  });

  test('a foreign message is left alone and logged once', async () => {
    const { name, driver, logged } = await startQueue();
    const foreign = [
      'no JSON',
      'null',
      '{"queue": 1}',
      '{"queue": "jobs", "lane": "up", "jobId": "x"}',
    ];
    for (const body of foreign) sqs.sendMessage(name, body);
    const message = buildMessage();
    await driver.send('jobs', [message]);
    assert.deepEqual(listIds(await receiveNow(driver, 'jobs', { waitMs: 20_000 })), [
      message.jobId,
    ]);
    assert.deepEqual(
      sqs.bodies(name).inflight.filter((body) => foreign.includes(body)),
      foreign,
    );
    assert.equal(logged.filter((text) => text.startsWith('ignored an SQS message')).length, 1);
  });

  test('while SQS is unavailable a send fails within seconds and a receiver waits', async () => {
    const { driver, logged } = await startQueue();
    const away = createSqsQueue({
      region,
      endpoint: 'http://127.0.0.1:1',
      queueUrl: 'http://127.0.0.1:1/000000000000/jobs',
      priorityQueueUrl: null,
      deadLetterQueueUrl: null,
      log: { info() {}, warn: (text) => logged.push(text) },
    });
    const startedAt = performance.now();
    await assert.rejects(away.start([]));
    await assert.rejects(away.ping());
    await assert.rejects(away.send('jobs', [buildMessage()]));
    assert.deepEqual(await receiveNow(away, 'jobs'), []);
    await away.stop();
    assert.ok(performance.now() - startedAt < 60_000);
    assert.deepEqual(logged.filter((text) => text.startsWith('SQS does not respond')).length, 1);
    await driver.ping();
  });
});
