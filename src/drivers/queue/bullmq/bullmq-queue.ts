import { once } from 'node:events';
import type { Job, Queue } from 'bullmq';
import type { Log } from '../../../shared/log.ts';
import { pause } from '../../../shared/pause.ts';
import { within } from '../before-abort.ts';
import { createOutage } from '../outage.ts';
import { type Delivery, type Lane, lanes, type QueueDriver } from '../queue.ts';
import { type Channel, COMMAND_TIMEOUT_MS, createChannel, unlessLost } from './channel.ts';
import { QueueConnection } from './queue-connection.ts';

const CONNECT_WAIT_MS = 2_000;
/** How soon a receiver asks a Redis again that was away. */
const RETRY_MS = 250;
/** How often BullMQ looks for jobs whose lock has ended; they come again by the second look at the latest. */
const STALLED_INTERVAL_MS = 5_000;

export interface BullmqQueueOptions {
  readonly url: string;
  readonly log: Log;
  readonly stalledIntervalMs?: number;
  /** How long a Redis that stands still keeps its callers; default 2,000. Long against a healthy answer. */
  readonly commandTimeoutMs?: number;
}

export interface BullmqQueueDriver extends QueueDriver {
  readonly kind: 'bullmq';
  /** BullMQ's own queues, for Bull Board: one for each lane of each queue that was started. */
  boards(): Queue[];
}

/** Jobs carried by BullMQ on Redis. A flushed Redis loses nothing but time: the rescue sends again. */
export function createBullmqQueue(options: BullmqQueueOptions): BullmqQueueDriver {
  const { log, stalledIntervalMs = STALLED_INTERVAL_MS } = options;
  const { commandTimeoutMs = COMMAND_TIMEOUT_MS } = options;
  const outage = createOutage('Redis', log);
  const client = new QueueConnection(options.url, outage.failed);
  client.on('ready', outage.answered);

  const channels = new Map<string, Channel>();
  /** What each delivery is to BullMQ. */
  const taken = new WeakMap<Delivery, Job>();
  const stopping = new AbortController();

  function channel(queue: string, lane: Lane): Channel {
    const name = lane === 'high' ? `${queue}-high` : queue;
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

  function take(job: Job, lane: Lane): Delivery {
    const delivery = { jobId: String(job.data.jobId), lane };
    taken.set(delivery, job);
    return delivery;
  }

  const jobOf = (delivery: Delivery) => taken.get(delivery) ?? [];
  const ask = <T>(answer: Promise<T>) => within(commandTimeoutMs, answer);

  return {
    kind: 'bullmq',
    boards: () => [...channels.values()].map(({ queue }) => queue),
    async start(queues) {
      await connected();
      await ask(client.ping());
      for (const queue of queues) for (const lane of lanes) channel(queue, lane);
    },
    async send(queue, messages) {
      if (client.status !== 'ready') throw new Error('Redis is away');
      const sendings = lanes.map(async (lane) => {
        const ofLane = messages.filter((message) => message.lane === lane);
        if (ofLane.length > 0) await channel(queue, lane).send(ofLane);
      });
      await ask(Promise.all(sendings));
    },
    async receive(queue, lane, receiving) {
      const endsAt = performance.now() + receiving.waitMs;
      const signals = [receiving.signal, stopping.signal, AbortSignal.timeout(receiving.waitMs)];
      const end = AbortSignal.any(signals);
      for (;;) {
        try {
          const jobs = await channel(queue, lane).receive(receiving, end, endsAt);
          return jobs.map((job) => take(job, lane));
        } catch (error) {
          outage.failed(error);
          await pause(RETRY_MS, { signal: end });
          if (end.aborted) return [];
        }
      }
    },
    async extend(queue, deliveries, leaseMs) {
      const extensions = lanes.map(async (lane) => {
        const jobs = deliveries.filter((delivery) => delivery.lane === lane).flatMap(jobOf);
        if (jobs.length > 0) await channel(queue, lane).extend(jobs, leaseMs);
      });
      await ask(Promise.all(extensions));
    },
    async acknowledge(_queue, deliveries) {
      const endings = deliveries
        .flatMap(jobOf)
        .map((job) => unlessLost(job.moveToCompleted(null, job.token!, false)));
      await ask(Promise.all(endings));
    },
    async bury(_queue, delivery, error) {
      const job = taken.get(delivery);
      await ask(unlessLost(job?.moveToFailed(new Error(error), job.token!, false)));
    },
    async ping() {
      if (client.status !== 'ready') throw new Error('Redis is away');
      await ask(client.ping());
    },
    async stop() {
      stopping.abort();
      await Promise.all([...channels.values()].map((it) => it.close()));
      client.endAll();
    },
  };
}
