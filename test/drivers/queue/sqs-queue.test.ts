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
  /** On a queue of SQS's own; `names` gives those that are there. */
  async function startQueue(changes: Partial<SqsQueueOptions> = {}) {
    count += 1;
    const name = `jobs-${count}`;
    const told: string[] = [];
    const driver = createSqsQueue({
      region,
      endpoint,
      queueUrl: sqs.createQueue(name),
      priorityQueueUrl: null,
      deadLetterQueueUrl: null,
      log: { info: (text) => told.push(text), warn: (text) => told.push(text) },
      ...changes,
    });
    after(() => driver.stop());
    await driver.start([]);
    return { name, driver, told };
  }

  test('whoever receives for one queue takes nothing from the others', async () => {
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

  test('what one process has brought for a queue that it does not serve goes to another soon', async () => {
    const queueUrl = sqs.createQueue('shared');
    const { driver: serving } = await startQueue({ queueUrl });
    const { driver: other } = await startQueue({ queueUrl });
    const message = buildMessage();
    await other.send('jobs', [message]);
    assert.deepEqual(await receiveNow(other, 'nothing', { waitMs: 1_500 }), []);
    const startedAt = performance.now();
    const deliveries = await receiveNow(serving, 'jobs', { waitMs: 20_000 });
    assert.deepEqual(listIds(deliveries), [message.jobId]);
    // The lease of the other would have been 30 s.
    assert.ok(performance.now() - startedAt < 15_000);
  });

  test('a process that stops gives back what it has brought', async () => {
    const { name, driver } = await startQueue();
    await driver.send('jobs', [buildMessage(), buildMessage(), buildMessage()]);
    assert.equal((await receiveNow(driver, 'jobs', { max: 1 })).length, 1);
    assert.equal(sqs.bodies(name).inflight.length, 3);
    await driver.stop();
    assert.equal(sqs.bodies(name).ready.length, 2);
  });

  test('high priority has its own queue where there is one', async () => {
    const { name, driver } = await startQueue({ priorityQueueUrl: sqs.createQueue('high') });
    const both: Priority[] = ['high', 'normal'];
    await driver.send(
      'jobs',
      both.map((priority) => buildMessage({ priority })),
    );
    assert.equal(sqs.bodies('high').ready.length, 1);
    assert.equal(sqs.bodies(name).ready.length, 1);
  });

  test('what has failed for good is copied to the dead-letter queue, with its error', async () => {
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

  test('a delay that SQS cannot keep ends after its fifteen minutes', async () => {
    const { name, driver } = await startQueue();
    await driver.send('jobs', [buildMessage({ delayMs: 86_400_000 })]);
    assert.equal(sqs.bodies(name).delayed.length, 1);
  });

  test('a message of somebody else is left alone, and told of once', async () => {
    const { name, driver, told } = await startQueue();
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
    assert.equal(told.filter((text) => text.includes('not one of ours')).length, 1);
  });

  test('an SQS that is away fails a send within seconds, and a receiver waits for it', async () => {
    const { driver, told } = await startQueue();
    const away = createSqsQueue({
      region,
      endpoint: 'http://127.0.0.1:1',
      queueUrl: 'http://127.0.0.1:1/000000000000/jobs',
      priorityQueueUrl: null,
      deadLetterQueueUrl: null,
      log: { info() {}, warn: (text) => told.push(text) },
    });
    const startedAt = performance.now();
    await assert.rejects(away.start([]));
    await assert.rejects(away.ping());
    await assert.rejects(away.send('jobs', [buildMessage()]));
    assert.deepEqual(await receiveNow(away, 'jobs'), []);
    await away.stop();
    assert.ok(performance.now() - startedAt < 60_000);
    assert.deepEqual(told.filter((text) => text.startsWith('SQS does not answer')).length, 1);
    await driver.ping();
  });
});
