import { SQSClient } from '@aws-sdk/client-sqs';
import { createBatcher } from '../../../shared/batcher.ts';
import type { Log } from '../../../shared/log.ts';
import { createOutage } from '../outage.ts';
import type { Delivery, Priority, QueueDriver } from '../queue.ts';
import { formatBody } from './envelope.ts';
import type { ReceivedMessage } from './message-buffer.ts';
import { BATCH_SIZE_MAX, createSqsQueueClient, type SqsQueueClient } from './sqs-queue-client.ts';
import { createSqsReceiver, type SqsReceiver } from './sqs-receiver.ts';

const CONNECT_TIMEOUT_MS = 2_000;
/** Long polls hold their connections. */
const SOCKETS_MAX = 50;
const REMOVALS_WAITING_MAX = 100_000;

export interface SqsQueueOptions {
  readonly region: string;
  /** Where another implementation of SQS is; null for AWS itself. */
  readonly endpoint: string | null;
  readonly queueUrl: string;
  /** Its own queue for the high priority; null: both priorities share one, and the high one does not overtake. */
  readonly priorityQueueUrl: string | null;
  /** Where a copy of what has failed is put; null: nowhere. */
  readonly deadLetterQueueUrl: string | null;
  readonly log: Log;
}

interface SendBatch {
  readonly address: SqsQueueClient;
  readonly source: SqsReceiver;
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
  const receivedByDelivery = new WeakMap<Delivery, ReceivedMessage>();
  const normal = createSendBatch(options.queueUrl);
  const high =
    options.priorityQueueUrl === null ? normal : createSendBatch(options.priorityQueueUrl);
  const lots: Readonly<Record<Priority, SendBatch>> = { high, normal };
  const everyLot = new Set([high, normal]);
  const deadLetters =
    options.deadLetterQueueUrl === null
      ? null
      : createSqsQueueClient(client, options.deadLetterQueueUrl);

  let hasWarned = false;
  function onForeign(): void {
    if (hasWarned) return;
    hasWarned = true;
    log.warn('a message at SQS is not one of ours: it is left there');
  }

  function createSendBatch(url: string): SendBatch {
    const address = createSqsQueueClient(client, url);
    const { failed, answered } = outage;
    return {
      address,
      source: createSqsReceiver({ address, failed, answered, onForeign: () => onForeign() }),
      remove: createBatcher<string, void>({
        batchesMax: 2,
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
  async function groupByBatch<T extends { readonly priority: Priority }>(
    entries: readonly T[],
    work: (lot: SendBatch, share: readonly T[]) => Promise<unknown>,
  ): Promise<void> {
    const shares = Map.groupBy(entries, ({ priority }) => lots[priority]);
    await Promise.all([...shares].map(([lot, share]) => work(lot, share)));
  }

  const findReceived = (deliveries: readonly Delivery[]) =>
    deliveries.flatMap((delivery) => receivedByDelivery.get(delivery) ?? []);

  async function ping(): Promise<void> {
    const addresses = [...everyLot].map(({ address }) => address);
    if (deadLetters !== null) addresses.push(deadLetters);
    await Promise.all(addresses.map((address) => address.ping()));
  }

  async function acknowledge(deliveries: readonly Delivery[]): Promise<void> {
    await groupByBatch(findReceived(deliveries), ({ remove }, messages) =>
      Promise.all(messages.map(({ receipt }) => remove(receipt))),
    );
  }

  return {
    kind: 'sqs',
    start: ping,
    async send(queue, messages) {
      stopping.signal.throwIfAborted();
      await groupByBatch(messages, ({ address }, share) =>
        address.send(
          share.map((message) => ({ body: formatBody(queue, message), delayMs: message.delayMs })),
        ),
      );
    },
    async receive(queue, priority, receiving) {
      const signals = [receiving.signal, stopping.signal, AbortSignal.timeout(receiving.waitMs)];
      const end = AbortSignal.any(signals);
      const messages = await lots[priority].source.receive(queue, priority, receiving, end);
      return messages.map((message) => {
        const delivery = { jobId: message.jobId, priority };
        receivedByDelivery.set(delivery, message);
        return delivery;
      });
    },
    async extend(_queue, deliveries, leaseMs) {
      await groupByBatch(findReceived(deliveries), ({ address }, messages) =>
        address.hide(
          messages.map(({ receipt }) => receipt),
          leaseMs,
        ),
      );
    },
    acknowledge: (_queue, deliveries) => acknowledge(deliveries),
    async bury(queue, delivery, error) {
      const body = JSON.stringify({ queue, lane: delivery.priority, jobId: delivery.jobId, error });
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
