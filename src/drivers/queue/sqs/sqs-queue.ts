import { SQSClient } from '@aws-sdk/client-sqs';
import { createBatcher } from '../../../shared/batcher.ts';
import type { Log } from '../../../shared/log.ts';
import { createOutage } from '../outage.ts';
import type { Delivery, Lane, QueueDriver } from '../queue.ts';
import { bodyOf } from './envelope.ts';
import type { Received } from './shelf.ts';
import { createSource, type Source } from './source.ts';
import { BATCH_SIZE_MAX, createSqsAddress, type SqsAddress } from './sqs-address.ts';

const CONNECT_TIMEOUT_MS = 2_000;
/** Long polls hold their connections. */
const SOCKETS_MAX = 50;
const REMOVALS_WAITING_MAX = 100_000;

export interface SqsQueueOptions {
  readonly region: string;
  /** Where another implementation of SQS is; null for AWS itself. */
  readonly endpoint: string | null;
  readonly queueUrl: string;
  /** Its own queue for the high lane; null: both lanes share one, and the high one does not overtake. */
  readonly priorityQueueUrl: string | null;
  /** Where a copy of what has failed is put; null: nowhere. */
  readonly deadLetterQueueUrl: string | null;
  readonly log: Log;
}

interface Lot {
  readonly address: SqsAddress;
  readonly source: Source;
  /** Removals of single messages go together. */
  readonly remove: (receipt: string) => Promise<void>;
}

/**
 * Jobs carried by Amazon SQS, in standard queues: the order is nearly the one of sending, and a message may come
 * twice. Delays end after 15 minutes at the latest, leases are whole seconds.
 */
export function createSqsQueue(options: SqsQueueOptions): QueueDriver {
  const { log } = options;
  const client = new SQSClient({
    region: options.region,
    ...(options.endpoint === null ? {} : { endpoint: options.endpoint }),
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      httpAgent: { maxSockets: SOCKETS_MAX },
      httpsAgent: { maxSockets: SOCKETS_MAX },
    },
  });
  const outage = createOutage('SQS', log);
  const stopping = new AbortController();
  const taken = new WeakMap<Delivery, Received>();
  const normal = createLot(options.queueUrl);
  const high = options.priorityQueueUrl === null ? normal : createLot(options.priorityQueueUrl);
  const lots: Readonly<Record<Lane, Lot>> = { high, normal };
  const everyLot = new Set([high, normal]);
  const deadLetters =
    options.deadLetterQueueUrl === null
      ? null
      : createSqsAddress(client, options.deadLetterQueueUrl);

  let hasWarned = false;
  function onForeign(): void {
    if (hasWarned) return;
    hasWarned = true;
    log.warn('a message at SQS is not one of ours: it is left there');
  }

  function createLot(url: string): Lot {
    const address = createSqsAddress(client, url);
    const { failed, answered } = outage;
    return {
      address,
      source: createSource({ address, failed, answered, onForeign: () => onForeign() }),
      remove: createBatcher<string, void>({
        lanes: 2,
        sizeMax: BATCH_SIZE_MAX,
        waitingMax: REMOVALS_WAITING_MAX,
        exclusives: () => [],
        async run(receipts) {
          await address.remove(receipts);
          return receipts.map(() => undefined);
        },
        mayRetryAlone: () => false,
      }),
    };
  }

  /** Of each lot, what `work` does with its share. */
  async function byLot<T extends { readonly lane: Lane }>(
    entries: readonly T[],
    work: (lot: Lot, share: readonly T[]) => Promise<unknown>,
  ): Promise<void> {
    const shares = Map.groupBy(entries, ({ lane }) => lots[lane]);
    await Promise.all([...shares].map(([lot, share]) => work(lot, share)));
  }

  const receivedOf = (deliveries: readonly Delivery[]) =>
    deliveries.flatMap((delivery) => taken.get(delivery) ?? []);

  async function ping(): Promise<void> {
    const addresses = [...everyLot].map(({ address }) => address);
    if (deadLetters !== null) addresses.push(deadLetters);
    await Promise.all(addresses.map((address) => address.ping()));
  }

  async function acknowledge(deliveries: readonly Delivery[]): Promise<void> {
    await byLot(receivedOf(deliveries), ({ remove }, messages) =>
      Promise.all(messages.map(({ receipt }) => remove(receipt))),
    );
  }

  return {
    kind: 'sqs',
    start: ping,
    async send(queue, messages) {
      stopping.signal.throwIfAborted();
      await byLot(messages, ({ address }, share) =>
        address.send(
          share.map((message) => ({ body: bodyOf(queue, message), delayMs: message.delayMs })),
        ),
      );
    },
    async receive(queue, lane, receiving) {
      const signals = [receiving.signal, stopping.signal, AbortSignal.timeout(receiving.waitMs)];
      const end = AbortSignal.any(signals);
      const messages = await lots[lane].source.receive(queue, lane, receiving, end);
      return messages.map((message) => {
        const delivery = { jobId: message.jobId, lane };
        taken.set(delivery, message);
        return delivery;
      });
    },
    async extend(_queue, deliveries, leaseMs) {
      await byLot(receivedOf(deliveries), ({ address }, messages) =>
        address.hide(
          messages.map(({ receipt }) => receipt),
          leaseMs,
        ),
      );
    },
    acknowledge: (_queue, deliveries) => acknowledge(deliveries),
    async bury(queue, delivery, error) {
      const body = JSON.stringify({ queue, lane: delivery.lane, jobId: delivery.jobId, error });
      await deadLetters?.send([{ body, delayMs: 0 }]);
      await acknowledge([delivery]);
    },
    ping,
    async stop() {
      stopping.abort(new Error('the queue was stopped'));
      await Promise.allSettled([...everyLot].map(({ source }) => source.close()));
      client.destroy();
    },
  };
}
