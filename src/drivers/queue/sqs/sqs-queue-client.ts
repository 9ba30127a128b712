import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
  type Message as SqsMessage,
} from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';

/** Source: Amazon SQS API Reference, the batch actions and ReceiveMessage. */
export const BATCH_SIZE_MAX = 10;
const DELAY_SECONDS_MAX = 900;
const VISIBILITY_SECONDS_MAX = 43_200;

/** How long SQS may take to respond, beyond a long poll's wait. */
const ANSWER_TIMEOUT_MS = 5_000;
const REQUESTS_AT_ONCE_MAX = 8;
/** Attempts for single messages of a batch that failed without a fault of the sender. */
const ATTEMPTS_MAX = 3;

export interface Sending {
  readonly body: string;
  readonly delayMs: number;
}

/** One SQS queue, with batches of any size. Every call rejects if SQS does not respond in time. */
export interface SqsQueueClient {
  /** Resolves when SQS has stored all messages. */
  send(messages: readonly Sending[]): Promise<void>;
  /**
   * Returns up to ten messages, hidden for `leaseMs` in whole seconds. SQS waits up to `waitSeconds` for the first one.
   */
  receive(leaseMs: number, waitSeconds: number, signal: AbortSignal): Promise<SqsMessage[]>;
  /**
   * Hides messages from now for `leaseMs`, 0 to show them. Returns the receipts of messages that are no longer ours.
   */
  hide(receipts: readonly string[], leaseMs: number): Promise<Set<string>>;
  /** Removes messages. A message that is gone, or leased to another process, is no error. */
  remove(receipts: readonly string[]): Promise<void>;
  ping(): Promise<void>;
}

export function createSqsQueueClient(client: SQSClient, url: string): SqsQueueClient {
  const limit = pLimit(REQUESTS_AT_ONCE_MAX);
  const withTimeout = () => ({ abortSignal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });

  /** Returns the entries that SQS reports as the sender's fault. Others are retried, then thrown. */
  async function inBatches<Entry>(
    entries: readonly Entry[],
    request: (batch: readonly (readonly [id: string, entry: Entry])[]) => Promise<Failures>,
  ): Promise<Entry[]> {
    const batches: Entry[][] = [];
    for (let from = 0; from < entries.length; from += BATCH_SIZE_MAX) {
      batches.push(entries.slice(from, from + BATCH_SIZE_MAX));
    }
    const refused = await Promise.all(
      batches.map((batch) => limit(() => settleBatch(batch, request))),
    );
    return refused.flat();
  }

  return {
    async send(messages) {
      const refused = await inBatches(messages, async (batch) => {
        const Entries = batch.map(([Id, { body, delayMs }]) => ({
          Id,
          MessageBody: body,
          DelaySeconds: Math.min(Math.ceil(delayMs / 1_000), DELAY_SECONDS_MAX),
        }));
        const command = new SendMessageBatchCommand({ QueueUrl: url, Entries });
        return (await client.send(command, withTimeout())).Failed;
      });
      if (refused.length > 0) throw new Error(`SQS refused ${refused.length} messages`);
    },
    async receive(leaseMs, waitSeconds, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: BATCH_SIZE_MAX,
        VisibilityTimeout: visibilitySeconds(leaseMs),
        WaitTimeSeconds: waitSeconds,
      });
      const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS + 1_000 * waitSeconds);
      const abortSignal = AbortSignal.any([signal, timeout]);
      return (await client.send(command, { abortSignal })).Messages ?? [];
    },
    async hide(receipts, leaseMs) {
      const VisibilityTimeout = visibilitySeconds(leaseMs);
      const refused = await inBatches(receipts, async (batch) => {
        const Entries = batch.map(([Id, ReceiptHandle]) => ({
          Id,
          ReceiptHandle,
          VisibilityTimeout,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
        return (await client.send(command, withTimeout())).Failed;
      });
      return new Set(refused);
    },
    async remove(receipts) {
      await inBatches(receipts, async (batch) => {
        const Entries = batch.map(([Id, ReceiptHandle]) => ({ Id, ReceiptHandle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
        return (await client.send(command, withTimeout())).Failed;
      });
    },
    async ping() {
      const command = new GetQueueAttributesCommand({
        QueueUrl: url,
        AttributeNames: ['QueueArn'],
      });
      await client.send(command, withTimeout());
    },
  };
}

type Failures = readonly BatchResultErrorEntry[] | undefined;

async function settleBatch<Entry>(
  batch: readonly Entry[],
  request: (batch: readonly (readonly [id: string, entry: Entry])[]) => Promise<Failures>,
): Promise<Entry[]> {
  const refused: Entry[] = [];
  let left = batch.map((entry, index) => [String(index), entry] as const);
  for (let attempt = 1; ; attempt += 1) {
    const failures = new Map((await request(left))?.map((failure) => [failure.Id, failure]));
    const failed = left.filter(([id]) => failures.has(id));
    const isSenderFault = ([id]: readonly [string, Entry]) =>
      failures.get(id)?.SenderFault === true;
    refused.push(...failed.filter(isSenderFault).map(([, entry]) => entry));
    left = failed.filter((one) => !isSenderFault(one));
    if (left.length === 0) return refused;
    if (attempt === ATTEMPTS_MAX) {
      const reason = failures.get(left[0]![0])?.Code;
      throw new Error(`SQS failed with ${left.length} messages of a batch (${reason})`);
    }
  }
}

function visibilitySeconds(leaseMs: number): number {
  return Math.min(Math.ceil(leaseMs / 1_000), VISIBILITY_SECONDS_MAX);
}
