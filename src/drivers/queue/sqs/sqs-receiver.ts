import { pause } from '../../../shared/pause.ts';
import { beforeAbort } from '../before-abort.ts';
import type { Priority, ReceiveOptions } from '../queue.ts';
import { parseEnvelope } from './envelope.ts';
import { createMessageBuffer, type MessageBuffer, type ReceivedMessage } from './message-buffer.ts';
import { BATCH_SIZE_MAX, type SqsQueueClient } from './sqs-queue-client.ts';

/** Source: Amazon SQS API Reference, ReceiveMessage, WaitTimeSeconds. */
const WAIT_SECONDS_MAX = 20;
/** Each poll returns at most ten messages, so many waiting messages are fetched by several polls. */
const POLLS_AT_ONCE_MAX = 4;
const RETRY_MS = 500;
const CLEAR_INTERVAL_MS = 1_000;
/** While a buffer is full, polls run only this often for the others: most messages would be for the full one. */
const FULL_BUFFER_POLL_MS = 250;
/** How long messages that did not fit into a buffer are left to other processes. */
const OVERFLOW_HIDDEN_MS = 2_000;
/** A message buffered longer is hidden again when it is taken, which also shows whether it is still ours. */
const RENEW_AFTER_MS = 1_000;

export interface SqsReceiverOptions {
  readonly address: SqsQueueClient;
  readonly failed: (error: unknown) => void;
  readonly answered: () => void;
  /** Called for a message that is not ours. It stays at SQS until a redrive policy or its retention ends it. */
  readonly onForeignMessage: () => void;
}

interface Waiter extends Pick<ReceiveOptions, 'leaseMs'> {
  readonly buffer: MessageBuffer;
  readonly endsAt: number;
  readonly wake: () => void;
}

/** Receives from one SQS queue and sorts the messages by our queues and priorities. */
export interface SqsReceiver {
  receive(
    queue: string,
    priority: Priority,
    options: ReceiveOptions,
    end: AbortSignal,
  ): Promise<ReceivedMessage[]>;
  /** Returns unrequested messages to SQS. */
  close(): Promise<void>;
}

export function createSqsReceiver({
  address,
  failed,
  answered,
  onForeignMessage,
}: SqsReceiverOptions): SqsReceiver {
  const buffers = new Map<string, MessageBuffer>();
  const waiters = new Set<Waiter>();
  const stopping = new AbortController();
  const polls = new Set<Promise<void>>();
  let onCapacity = Promise.withResolvers<void>();
  const clearing = setInterval(
    () => void returnMessages((buffer) => buffer.removeExpired(performance.now())).catch(failed),
    CLEAR_INTERVAL_MS,
  );
  clearing.unref();

  function getBuffer(queue: string, priority: Priority): MessageBuffer {
    const key = `${priority} ${queue}`;
    const buffer = buffers.get(key) ?? createMessageBuffer();
    buffers.set(key, buffer);
    return buffer;
  }

  const hasFullBuffer = () => [...buffers.values()].some((buffer) => buffer.isFull());

  /** Polls run while a receiver waits: one at low load, more when batches come back full. */
  function poll(): void {
    if (polls.size >= POLLS_AT_ONCE_MAX || stopping.signal.aborted) return;
    const polling = pollWhileWaiting().finally(() => {
      polls.delete(polling);
      // A receiver may have started to wait while the last poll was ending.
      if (polls.size === 0 && waiters.size > 0) poll();
    });
    polls.add(polling);
  }

  async function pollWhileWaiting(): Promise<void> {
    while (waiters.size > 0 && !stopping.signal.aborted) {
      try {
        const count = await pollOnce([...waiters]);
        answered();
        if (hasFullBuffer()) {
          if (polls.size > 1) return;
          await Promise.race([
            pause(FULL_BUFFER_POLL_MS, { signal: stopping.signal }),
            onCapacity.promise,
          ]);
          continue;
        }
        if (count === BATCH_SIZE_MAX) poll();
        else if (polls.size > 1) return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failed(error);
        await pause(RETRY_MS, { signal: stopping.signal });
      }
    }
  }

  async function pollOnce(wanting: readonly Waiter[]): Promise<number> {
    const leaseMs = Math.max(...wanting.map((waiter) => waiter.leaseMs));
    const waitMs = Math.max(...wanting.map((waiter) => waiter.endsAt)) - performance.now();
    const waitSeconds = Math.min(Math.max(Math.ceil(waitMs / 1_000), 0), WAIT_SECONDS_MAX);
    const messages = await address.receive(leaseMs, waitSeconds, stopping.signal);
    const receivedAt = performance.now();
    const filled = new Set<MessageBuffer>();
    const overflow: string[] = [];
    for (const message of messages) {
      const envelope = parseEnvelope(message);
      if (envelope === null) {
        onForeignMessage();
        continue;
      }
      const receipt = message.ReceiptHandle!;
      const received = { ...envelope, receipt, receivedAt, hiddenUntil: receivedAt + leaseMs };
      const buffer = getBuffer(envelope.queue, envelope.priority);
      if (buffer.put(received)) filled.add(buffer);
      else overflow.push(receipt);
    }
    for (const waiter of waiters) {
      if (!filled.has(waiter.buffer)) continue;
      // Removed at once, so that no further poll is started for a receiver that no longer waits.
      waiters.delete(waiter);
      waiter.wake();
    }
    if (overflow.length > 0) await address.hide(overflow, OVERFLOW_HIDDEN_MS);
    return messages.length;
  }

  function announceCapacity(): void {
    onCapacity.resolve();
    onCapacity = Promise.withResolvers<void>();
  }

  async function returnMessages(
    choose: (buffer: MessageBuffer) => ReceivedMessage[],
  ): Promise<void> {
    const receipts = [...buffers.values()].flatMap(choose).map(({ receipt }) => receipt);
    if (receipts.length > 0) await address.hide(receipts, 0);
  }

  /** Hides taken messages for the requested lease. Returns those that are still ours. */
  async function renewVisibility(
    messages: ReceivedMessage[],
    leaseMs: number,
  ): Promise<ReceivedMessage[]> {
    const now = performance.now();
    const stale = messages.filter(
      ({ receivedAt, hiddenUntil }) =>
        now - receivedAt > RENEW_AFTER_MS || hiddenUntil - receivedAt !== leaseMs,
    );
    if (stale.length === 0) return messages;
    const lost = await address.hide(
      stale.map(({ receipt }) => receipt),
      leaseMs,
    );
    return messages.filter(({ receipt }) => !lost.has(receipt));
  }

  return {
    async receive(queue, priority, { max, leaseMs, waitMs }, end) {
      const buffer = getBuffer(queue, priority);
      const endsAt = performance.now() + waitMs;
      for (;;) {
        buffer.markRequested(performance.now());
        const buffered = buffer.take(max);
        if (buffered.length > 0) announceCapacity();
        const messages = await renewVisibility(buffered, leaseMs);
        if (messages.length > 0 || end.aborted) return messages;
        const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
        const waiter = { buffer, leaseMs, endsAt, wake };
        waiters.add(waiter);
        if (polls.size === 0) poll();
        await beforeAbort(end, woken);
        waiters.delete(waiter);
      }
    },
    async close() {
      stopping.abort();
      clearInterval(clearing);
      await Promise.all(polls);
      await returnMessages((buffer) => buffer.take(Number.POSITIVE_INFINITY));
    },
  };
}
