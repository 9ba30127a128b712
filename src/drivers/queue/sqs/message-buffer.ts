import type { Envelope } from './envelope.ts';

/** A message that this process has received. */
export interface ReceivedMessage extends Envelope {
  readonly receipt: string;
  readonly receivedAt: number;
  readonly hiddenUntil: number;
}

/** Further messages stay at SQS, where other processes can receive them. */
const BUFFER_SIZE_MAX = 50;
/** A queue without a request for this long is currently not served by this process. */
const IDLE_MS = 2_000;

/**
 * The messages received for one priority of one queue and not yet requested: a receive returns messages of all queues.
 * Times are those of `performance.now()`.
 */
export interface MessageBuffer {
  /** Returns false if the buffer is full. */
  put(message: ReceivedMessage): boolean;
  take(max: number): ReceivedMessage[];
  isFull(): boolean;
  /**
   * Drops messages whose visibility has expired. Returns those of an idle queue, which other processes could work on
   * now.
   */
  removeExpired(now: number): ReceivedMessage[];
  /** Notes that a receiver requests messages of this queue. */
  markRequested(now: number): void;
}

export function createMessageBuffer(): MessageBuffer {
  let messages: ReceivedMessage[] = [];
  let requestedAt = -Infinity;
  return {
    put(message) {
      if (messages.length >= BUFFER_SIZE_MAX) return false;
      messages.push(message);
      return true;
    },
    take: (max) => messages.splice(0, max),
    isFull: () => messages.length >= BUFFER_SIZE_MAX,
    removeExpired(now) {
      messages = messages.filter((message) => message.hiddenUntil > now);
      return now - requestedAt > IDLE_MS ? messages.splice(0) : [];
    },
    markRequested(now) {
      requestedAt = now;
    },
  };
}
