import { once } from 'node:events';
import type { Job, Queue } from 'bullmq';
import type { Log } from '../../../shared/log.ts';
import { pause } from '../../../shared/pause.ts';
import { within } from '../before-abort.ts';
import { createOutage } from '../outage.ts';
import { type Delivery, type Priority, priorities, type QueueDriver } from '../queue.ts';
import { type Channel, COMMAND_TIMEOUT_MS, createChannel, ignoreLostLock } from './channel.ts';
import { QueueConnection } from './queue-connection.ts';

const CONNECT_WAIT_MS = 2_000;
/** How soon a receiver tries again after Redis failed. */
const RETRY_MS = 250;
/** How often BullMQ checks for expired locks. A job is sent again by the second check at the latest. */
const STALLED_INTERVAL_MS = 5_000;

export interface BullmqQueueOptions {
  readonly url: string;
  readonly log: Log;
  readonly stalledIntervalMs?: number;
  /** How long a Redis that hangs may block callers; default 2,000. Long compared with a healthy response. */
  readonly commandTimeoutMs?: number;
}

export interface BullmqQueueDriver extends QueueDriver {
  readonly kind: 'bullmq';
  /** Returns BullMQ's own queues, for Bull Board: one for each priority of each queue that was started. */
  boards(): Queue[];
}

/** Carries jobs with BullMQ on Redis. A flushed Redis costs only time: the rescue sends the jobs again. */
export function createBullmqQueue(options: BullmqQueueOptions): BullmqQueueDriver {
  const { log, stalledIntervalMs = STALLED_INTERVAL_MS } = options;
  const { commandTimeoutMs = COMMAND_TIMEOUT_MS } = options;
  const outage = createOutage('Redis', log);
  const client = new QueueConnection(options.url, outage.failed);
  client.on('ready', outage.answered);

  const channels = new Map<string, Channel>();
  /** BullMQ's job of each delivery. */
  const jobsByDelivery = new WeakMap<Delivery, Job>();
  const stopping = new AbortController();

  function channel(queue: string, priority: Priority): Channel {
    const name = priority === 'high' ? `${queue}-high` : queue;
    let it = channels.get(name);
    if (it === undefined) {
      const onError = outage.failed;
      it = createChannel(name, {
        connection: client,
        stalledIntervalMs,
        commandTimeoutMs,
        onError,
      });
      channels.set(name, it);
    }
    return it;
  }

  async function connected(): Promise<void> {
    if (client.status === 'ready') return;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(CONNECT_WAIT_MS)]);
    await once(client, 'ready', { signal });
  }

  function take(job: Job, priority: Priority): Delivery {
    const delivery = { jobId: String(job.data.jobId), priority };
    jobsByDelivery.set(delivery, job);
    return delivery;
  }

  const findJob = (delivery: Delivery) => jobsByDelivery.get(delivery) ?? [];
  const runCommand = <T>(answer: Promise<T>) => within(commandTimeoutMs, answer);

  return {
    kind: 'bullmq',
    boards: () => [...channels.values()].map(({ queue }) => queue),
    async start(queues) {
      await connected();
      await runCommand(client.ping());
      for (const queue of queues) for (const priority of priorities) channel(queue, priority);
    },
    async send(queue, messages) {
      if (client.status !== 'ready') throw new Error('Redis is unavailable');
      const sendings = priorities.map(async (priority) => {
        const ofPriority = messages.filter((message) => message.priority === priority);
        if (ofPriority.length > 0) await channel(queue, priority).send(ofPriority);
      });
      await runCommand(Promise.all(sendings));
    },
    async receive(queue, priority, receiving) {
      const endsAt = performance.now() + receiving.waitMs;
      const signals = [receiving.signal, stopping.signal, AbortSignal.timeout(receiving.waitMs)];
      const end = AbortSignal.any(signals);
      for (;;) {
        try {
          const jobs = await channel(queue, priority).receive(receiving, end, endsAt);
          return jobs.map((job) => take(job, priority));
        } catch (error) {
          outage.failed(error);
          await pause(RETRY_MS, { signal: end });
          if (end.aborted) return [];
        }
      }
    },
    async extend(queue, deliveries, leaseMs) {
      const extensions = priorities.map(async (priority) => {
        const jobs = deliveries
          .filter((delivery) => delivery.priority === priority)
          .flatMap(findJob);
        if (jobs.length > 0) await channel(queue, priority).extend(jobs, leaseMs);
      });
      await runCommand(Promise.all(extensions));
    },
    async acknowledge(_queue, deliveries) {
      const endings = deliveries
        .flatMap(findJob)
        .map((job) => ignoreLostLock(job.moveToCompleted(null, job.token!, false)));
      await runCommand(Promise.all(endings));
    },
    async bury(_queue, delivery, error) {
      const job = jobsByDelivery.get(delivery);
      await runCommand(ignoreLostLock(job?.moveToFailed(new Error(error), job.token!, false)));
    },
    async ping() {
      if (client.status !== 'ready') throw new Error('Redis is unavailable');
      await runCommand(client.ping());
    },
    async stop() {
      stopping.abort();
      await Promise.all([...channels.values()].map((it) => it.close()));
      client.endAll();
    },
  };
}
