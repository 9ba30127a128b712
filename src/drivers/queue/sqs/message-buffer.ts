import type { Envelope } from './envelope.ts';

/** A message that this process has received. */
export interface ReceivedMessage extends Envelope {
  readonly receipt: string;
  readonly receivedAt: number;
  readonly hiddenUntil: number;
}

/** More than this may as well wait at SQS, where other processes see it. */
const BUFFER_SIZE_MAX = 50;
/** A queue that nobody has asked for so long is not served here just now. */
const IDLE_MS = 2_000;

/**
 * What was received for one priority of one queue and not asked for yet: a receive brings messages of all queues. Times are
 * those of `performance.now()`.
 */
export interface MessageBuffer {
  /** False when there is no room. */
  put(message: ReceivedMessage): boolean;
  take(max: number): ReceivedMessage[];
  isFull(): boolean;
  /** What should be given back, since others could work on it now. */
  removeExpired(now: number): ReceivedMessage[];
  /** Somebody asks for this queue. */
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
