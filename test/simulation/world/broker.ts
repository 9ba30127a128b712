import type { Delivery, Priority, QueueDriver } from '../../../src/drivers/queue/queue.ts';
import type { Process } from '../process.ts';
import { NOTHING, type Surroundings } from './world.ts';

interface StoredMessage {
  readonly jobId: string;
  readonly priority: Priority;
  /** When it may be delivered (again). */
  visibleAtMs: number;
}

/** A queue server between the processes. It delivers at least once, unless it loses everything. */
export class SimulatedBroker {
  /** Whether it may fail, and lose messages. */
  isFlaky = false;
  /** Whether it may deliver messages twice, which is no failure. */
  doubles = false;
  readonly #world: Surroundings;
  readonly #queues = new Map<string, StoredMessage[]>();

  constructor(world: Surroundings) {
    this.#world = world;
  }

  #messages(queue: string): StoredMessage[] {
    let messages = this.#queues.get(queue);
    if (messages === undefined) {
      messages = [];
      this.#queues.set(queue, messages);
    }
    return messages;
  }

  /** Loses all messages, as a flushed Redis does. */
  flush(): void {
    this.#queues.clear();
  }

  driver(process: Process): QueueDriver {
    const world = this.#world;
    /** The messages that this process was given. */
    const given = new Map<Delivery, StoredMessage>();
    return {
      kind: 'postgres',
      async start() {},
      send: async (queue, messages) => {
        const fault = this.isFlaky ? world.choices.below(16) : 0;
        const isDoubled = this.doubles && world.choices.below(8) === 1;
        if (fault === 1) throw new Error('the broker is not reachable');
        for (const { jobId, priority, delayMs } of messages) {
          if (fault === 2) continue;
          const visibleAtMs = world.nowMs + delayMs;
          this.#messages(queue).push({ jobId, priority, visibleAtMs });
          if (isDoubled) this.#messages(queue).push({ jobId, priority, visibleAtMs });
        }
      },
      receive: (queue, priority, { max, leaseMs, waitMs, signal }) => {
        const { promise, resolve } = Promise.withResolvers<Delivery[]>();
        const untilMs = world.nowMs + waitMs;
        const visible = () =>
          this.#messages(queue).filter(
            (one) => one.priority === priority && one.visibleAtMs <= world.nowMs,
          );
        world.add({
          label: `${process.name} receives from ${queue}`,
          process,
          isReady: () => signal.aborted || world.nowMs >= untilMs || visible().length > 0,
          happen: () => {
            const messages = signal.aborted ? [] : visible().slice(0, max);
            const deliveries = messages.map((message) => {
              message.visibleAtMs = world.nowMs + leaseMs;
              const delivery = { jobId: message.jobId, priority };
              given.set(delivery, message);
              return delivery;
            });
            resolve(deliveries);
            return deliveries.length === 0 ? NOTHING : `${deliveries.length} messages`;
          },
        });
        // Wakes the world at the end of the wait.
        process.addTimer(() => {}, waitMs, null);
        return promise;
      },
      async extend(_queue, deliveries, leaseMs) {
        for (const delivery of deliveries) {
          const message = given.get(delivery);
          if (message !== undefined) message.visibleAtMs = world.nowMs + leaseMs;
        }
      },
      acknowledge: async (queue, deliveries) => {
        const done = new Set(deliveries.map((delivery) => given.get(delivery)));
        const messages = this.#messages(queue);
        this.#queues.set(
          queue,
          messages.filter((message) => !done.has(message)),
        );
        for (const delivery of deliveries) given.delete(delivery);
      },
      bury: async (queue, { jobId }) => {
        const messages = this.#messages(queue);
        this.#queues.set(
          queue,
          messages.filter((message) => message.jobId !== jobId),
        );
      },
      async ping() {},
      async stop() {},
    };
  }
}
