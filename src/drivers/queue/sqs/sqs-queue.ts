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
/** Each long poll occupies a connection. */
const SOCKETS_MAX = 50;
const REMOVALS_WAITING_MAX = 100_000;

export interface SqsQueueOptions {
  readonly region: string;
  /** The address of another implementation of SQS; null for AWS itself. */
  readonly endpoint: string | null;
  readonly queueUrl: string;
  /** A separate queue for the high priority; null: both priorities share one, and the high one does not overtake. */
  readonly priorityQueueUrl: string | null;
  /** Receives a copy of each failed message; null: no copy. */
  readonly deadLetterQueueUrl: string | null;
  readonly log: Log;
}

interface SqsChannel {
  readonly address: SqsQueueClient;
  readonly receiver: SqsReceiver;
  /** Single removals are batched. */
  readonly remove: (receipt: string) => Promise<void>;
}

/**
 * Carries jobs with Amazon SQS, in standard queues: delivery is nearly in the order of sending, and a message may
 * arrive twice. Delays end after 15 minutes at the latest; leases are whole seconds.
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
  const normal = createSqsChannel(options.queueUrl);
  const high =
    options.priorityQueueUrl === null ? normal : createSqsChannel(options.priorityQueueUrl);
  const channels: Readonly<Record<Priority, SqsChannel>> = { high, normal };
  const allChannels = new Set([high, normal]);
  const deadLetters =
    options.deadLetterQueueUrl === null
      ? null
      : createSqsQueueClient(client, options.deadLetterQueueUrl);

  let hasWarned = false;
  function onForeignMessage(): void {
    if (hasWarned) return;
    hasWarned = true;
    log.warn('ignored an SQS message that Holdfast did not send');
  }

  function createSqsChannel(url: string): SqsChannel {
    const address = createSqsQueueClient(client, url);
    const { failed, answered } = outage;
    return {
      address,
      receiver: createSqsReceiver({
        address,
        failed,
        answered,
        onForeignMessage: () => onForeignMessage(),
      }),
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

  /** Calls `work` for each SQS queue with its share of the entries. */
  async function forEachChannel<T extends { readonly priority: Priority }>(
    entries: readonly T[],
    work: (channel: SqsChannel, share: readonly T[]) => Promise<unknown>,
  ): Promise<void> {
    const shares = Map.groupBy(entries, ({ priority }) => channels[priority]);
    await Promise.all([...shares].map(([channel, share]) => work(channel, share)));
  }

  const findReceived = (deliveries: readonly Delivery[]) =>
    deliveries.flatMap((delivery) => receivedByDelivery.get(delivery) ?? []);

  async function ping(): Promise<void> {
    const addresses = [...allChannels].map(({ address }) => address);
    if (deadLetters !== null) addresses.push(deadLetters);
    await Promise.all(addresses.map((address) => address.ping()));
  }

  async function acknowledge(deliveries: readonly Delivery[]): Promise<void> {
    await forEachChannel(findReceived(deliveries), ({ remove }, messages) =>
      Promise.all(messages.map(({ receipt }) => remove(receipt))),
    );
  }

  return {
    kind: 'sqs',
    start: ping,
    async send(queue, messages) {
      stopping.signal.throwIfAborted();
      await forEachChannel(messages, ({ address }, share) =>
        address.send(
          share.map((message) => ({ body: formatBody(queue, message), delayMs: message.delayMs })),
        ),
      );
    },
    async receive(queue, priority, receiving) {
      const signals = [receiving.signal, stopping.signal, AbortSignal.timeout(receiving.waitMs)];
      const end = AbortSignal.any(signals);
      const messages = await channels[priority].receiver.receive(queue, priority, receiving, end);
      return messages.map((message) => {
        const delivery = { jobId: message.jobId, priority };
        receivedByDelivery.set(delivery, message);
        return delivery;
      });
    },
    async extend(_queue, deliveries, leaseMs) {
      await forEachChannel(findReceived(deliveries), ({ address }, messages) =>
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
      await Promise.allSettled([...allChannels].map(({ receiver }) => receiver.close()));
      client.destroy();
    },
  };
}
