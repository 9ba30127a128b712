import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Delivery, Message, Priority, QueueDriver } from '../../../src/drivers/queue/queue.ts';
import { newId } from '../../../src/shared/ids.ts';
import { PATIENT_MS } from '../../support/patience.ts';
import { until } from '../../support/until.ts';

export interface QueueContractOptions {
  /** Creates a driver, not yet started, on a server that only this test uses. */
  readonly create: () => QueueDriver | Promise<QueueDriver>;
  /** The shortest lease that this driver supports. */
  readonly leaseMs: number;
  /** How long after the end of a lease the message may be delivered again. */
  readonly leaseSlackMs: number;
  /** Whether the same job and sending, sent twice, counts as one message. */
  readonly dropsRepeats: boolean;
  /** False if messages arrive only approximately in the order sent. Default: true. */
  readonly keepsOrder?: boolean;
  /** The number of messages sent at once. Default: 2,000. */
  readonly manyCount?: number;
}

/** The upper limit for a moment on a busy machine, far below any wait that would be an error. */
const BUSY_MS = 50_000;

/** Defines the tests that every queue driver must pass. */
export function queueContract(title: string, options: QueueContractOptions): void {
  const { leaseMs, leaseSlackMs } = options;
  const comesAgainMs = leaseMs + leaseSlackMs;
  let queues = 0;

  describe(title, () => {
    let driver: QueueDriver;
    /** A second driver on the same server, as in another process. */
    let other: QueueDriver;
    before(async () => {
      driver = await options.create();
      other = await options.create();
      const names = Array.from({ length: 12 }, (_, index) => `contract-${index + 1}`);
      await driver.start(names);
      await other.start(names);
    });
    after(async () => {
      await driver?.stop();
      await other?.stop();
    });

    /** Returns the name of a queue that no other test uses. */
    function newQueue(): string {
      queues += 1;
      return `contract-${queues}`;
    }

    /** Receives until there are `count` messages, or fails. */
    async function receive(
      from: QueueDriver,
      queue: string,
      { priority = 'normal', count = 1, waitMs = PATIENT_MS }: ReceiveRequest = {},
    ): Promise<Delivery[]> {
      const signal = AbortSignal.timeout(waitMs);
      const deliveries: Delivery[] = [];
      while (deliveries.length < count && !signal.aborted) {
        const max = Math.min(count - deliveries.length, 100);
        deliveries.push(
          ...(await from.receive(queue, priority, { max, leaseMs, waitMs: 1_000, signal })),
        );
      }
      assert.equal(deliveries.length, count, `${deliveries.length} of ${count} messages arrived`);
      return deliveries;
    }

    /** Checks that the queue has no message now. */
    async function requireEmpty(queue: string, priority: Priority = 'normal'): Promise<void> {
      const signal = new AbortController().signal;
      const found = await other.receive(queue, priority, { max: 10, leaseMs, waitMs: 300, signal });
      assert.deepEqual(found, []);
    }

    test('a message arrives in another process once, and is gone when acknowledged', async () => {
      const queue = newQueue();
      const message = buildMessage();
      await driver.send(queue, [message]);
      const [delivery] = await receive(other, queue);
      assert.deepEqual({ ...delivery }, { jobId: message.jobId, priority: 'normal' });
      await requireEmpty(queue);
      await other.acknowledge(queue, [delivery!]);
      await requireEmpty(queue);
    });

    test('a waiting receiver gets a message soon after it is sent', async () => {
      const queue = newQueue();
      const coming = receive(other, queue);
      const startedAt = performance.now();
      await driver.send(queue, [buildMessage()]);
      await other.acknowledge(queue, await coming);
      assert.ok(performance.now() - startedAt < BUSY_MS);
    });

    test('within a priority the oldest message comes first, and priorities are separate', async () => {
      const queue = newQueue();
      const messages = Array.from({ length: 6 }, (_, index) =>
        buildMessage({ priority: index % 2 === 0 ? 'normal' : 'high' }),
      );
      for (const message of messages) await driver.send(queue, [message]);
      for (const priority of ['high', 'normal'] as const) {
        const deliveries = await receive(driver, queue, { priority, count: 3 });
        const sent = messages
          .filter((message) => message.priority === priority)
          .map(({ jobId }) => jobId);
        const came = deliveries.map(({ jobId }) => jobId);
        assert.deepEqual(
          options.keepsOrder === false ? came.sort() : came,
          options.keepsOrder === false ? sent.sort() : sent,
        );
        assert.ok(deliveries.every((delivery) => delivery.priority === priority));
        await driver.acknowledge(queue, deliveries);
      }
    });

    test('a delayed message does not arrive early', async () => {
      const queue = newQueue();
      const delayMs = 1_500;
      const startedAt = performance.now();
      const prompt = buildMessage();
      await driver.send(queue, [buildMessage({ delayMs }), prompt]);
      const [first] = await receive(driver, queue);
      assert.equal(first!.jobId, prompt.jobId, 'the one without a delay waited too');
      const [second] = await receive(driver, queue);
      assert.ok(performance.now() - startedAt >= delayMs - 100, 'it arrived early');
      await driver.acknowledge(queue, [first!, second!]);
    });

    test('a message whose lease has expired is delivered again, and one whose lease was extended is not', async () => {
      const queue = newQueue();
      await driver.send(queue, [buildMessage(), buildMessage()]);
      const [lost, kept] = await receive(driver, queue, { count: 2 });
      const extension = setInterval(() => {
        driver.extend(queue, [kept!], leaseMs).catch(() => {});
      }, leaseMs / 4);
      try {
        const [again] = await receive(other, queue, { waitMs: comesAgainMs + 10_000 });
        assert.equal(again?.jobId, lost?.jobId);
        await requireEmpty(queue);
        // The first worker wakes up: using its old lease is not an error.
        await driver.extend(queue, [lost!], leaseMs);
        await driver.acknowledge(queue, [lost!]);
        await other.acknowledge(queue, [again!]);
      } finally {
        clearInterval(extension);
      }
      await driver.acknowledge(queue, [kept!]);
      await requireEmpty(queue);
    });

    test('the same sending of a job is one message, and another sending is another', async (t) => {
      if (!options.dropsRepeats) {
        t.diagnostic('this driver cannot detect repeats');
        return;
      }
      const queue = newQueue();
      const message = buildMessage();
      await Promise.all([driver.send(queue, [message]), other.send(queue, [message, message])]);
      await driver.send(queue, [{ ...message, sending: 2 }]);
      const deliveries = await receive(driver, queue, { count: 2 });
      await requireEmpty(queue);
      await driver.acknowledge(queue, deliveries);
    });

    test('a buried message is not delivered again', async () => {
      const queue = newQueue();
      await driver.send(queue, [buildMessage()]);
      const [delivery] = await receive(driver, queue);
      await driver.bury(queue, delivery!, 'it failed permanently');
      await requireEmpty(queue);
    });

    test('thousands of messages sent at once arrive, each in one of two processes', async () => {
      const queue = newQueue();
      const messages = Array.from({ length: options.manyCount ?? 2_000 }, () => buildMessage());
      await driver.send(queue, messages);
      const came = new Map<string, number>();
      const signal = AbortSignal.timeout(240_000);
      const drain = async (from: QueueDriver) => {
        while (came.size < messages.length && !signal.aborted) {
          const deliveries = await from.receive(queue, 'normal', {
            max: 100,
            leaseMs,
            waitMs: 500,
            signal,
          });
          for (const { jobId } of deliveries) came.set(jobId, (came.get(jobId) ?? 0) + 1);
          await from.acknowledge(queue, deliveries);
        }
      };
      await Promise.all([drain(driver), drain(other)]);
      assert.equal(came.size, messages.length);
      if (options.dropsRepeats) assert.ok([...came.values()].every((count) => count === 1));
    });

    test('a receiver ends at once when its signal fires, and takes no message with it', async () => {
      const queue = newQueue();
      const controller = new AbortController();
      const startedAt = performance.now();
      const receiving = driver.receive(queue, 'normal', {
        max: 10,
        leaseMs,
        waitMs: 60_000,
        signal: controller.signal,
      });
      controller.abort();
      assert.deepEqual(await receiving, []);
      assert.ok(performance.now() - startedAt < BUSY_MS);
      await driver.send(queue, [buildMessage()]);
      await other.acknowledge(queue, await receive(other, queue));
    });

    test('it answers a ping and may be started again', async () => {
      await driver.ping();
      await driver.start(['contract-1']);
    });

    test('it can be stopped while a receiver waits', async () => {
      const stopped = await options.create();
      await stopped.start(['contract-12']);
      const controller = new AbortController();
      const receiving = stopped.receive('contract-12', 'normal', {
        max: 1,
        leaseMs,
        waitMs: 60_000,
        signal: controller.signal,
      });
      controller.abort();
      await Promise.all([receiving, stopped.stop()]);
      await until(() => assert.rejects(stopped.send('contract-12', [buildMessage()])));
    });
  });
}

interface ReceiveRequest {
  readonly priority?: Priority;
  readonly count?: number;
  readonly waitMs?: number;
}

function buildMessage(changes: Partial<Message> = {}): Message {
  return {
    jobId: newId(),
    name: 'contract.job',
    priority: 'normal',
    sending: 1,
    delayMs: 0,
    ...changes,
  };
}
