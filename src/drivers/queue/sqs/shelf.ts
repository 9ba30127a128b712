import type { Envelope } from './envelope.ts';

/** A message that this process has received. */
export interface Received extends Envelope {
  readonly receipt: string;
  readonly receivedAt: number;
  readonly hiddenUntil: number;
}

/** More than this may as well wait at SQS, where other processes see it. */
const SHELF_SIZE_MAX = 50;
/** A queue that nobody has asked for so long is not served here just now. */
const IDLE_MS = 2_000;

/**
 * What was received for one lane of one queue and not asked for yet: a receive brings messages of all queues. Times are
 * those of `performance.now()`.
 */
export interface Shelf {
  /** False when there is no room. */
  put(message: Received): boolean;
  take(max: number): Received[];
  isFull(): boolean;
  /** What should be given back, since others could work on it now. */
  clear(now: number): Received[];
  /** Somebody asks for this queue. */
  asked(now: number): void;
}

export function createShelf(): Shelf {
  let messages: Received[] = [];
  let askedAt = -Infinity;
  return {
    put(message) {
      if (messages.length >= SHELF_SIZE_MAX) return false;
      messages.push(message);
      return true;
    },
    take: (max) => messages.splice(0, max),
    isFull: () => messages.length >= SHELF_SIZE_MAX,
    clear(now) {
      messages = messages.filter((message) => message.hiddenUntil > now);
      return now - askedAt > IDLE_MS ? messages.splice(0) : [];
    },
    asked(now) {
      askedAt = now;
    },
  };
}
