import type { RateLimiter, Take } from './rate-limiter.ts';

/** More than this wait for one key: they are refused. */
const WAITING_MAX = 100;

/** What goes on under one key. */
interface Queue {
  /** Points taken here that are neither kept nor given back yet. */
  heldPoints: number;
  /** How many points were settled so far, by which an asker sees that one came back while it was being refused. */
  settled: number;
  /** Calls of `take` under way, the waiting ones too. */
  pendingTakes: number;
  readonly waiting: (() => void)[];
}

/**
 * For limits whose points come back when they were not used: whoever finds none waits while this process holds points
 * that may come back, and is refused when they are spent for good. So of fifty repeats of one request at once every one
 * gets through, and of eleven requests that all take effect the eleventh is refused. Points that another server holds
 * are not waited for.
 */
export function createWaitingRateLimiter(limiter: RateLimiter): RateLimiter {
  const queues = new Map<string, Queue>();

  async function takeOrWait(key: string, queue: Queue): Promise<Take> {
    for (;;) {
      const { settled } = queue;
      const take = await limiter.take(key);
      if (take.allowed) return hold(key, queue, take);
      if (queue.heldPoints === 0 && queue.settled === settled) return take;
      if (queue.heldPoints === 0) continue;
      if (queue.waiting.length >= WAITING_MAX) return take;
      await new Promise<void>((resolve) => queue.waiting.push(resolve));
    }
  }

  function hold(key: string, queue: Queue, take: Take): Take {
    queue.heldPoints += 1;
    let isHeld = true;
    const settle = (): boolean => {
      if (!isHeld) return false;
      isHeld = false;
      return true;
    };
    const release = (): void => {
      queue.heldPoints -= 1;
      queue.settled += 1;
      removeIfIdle(key, queue);
    };
    return {
      ...take,
      spend() {
        if (!settle()) return;
        take.spend();
        release();
        if (queue.heldPoints === 0) wakeAll(queue);
      },
      async refund() {
        if (!settle()) return;
        await take.refund();
        release();
        if (queue.heldPoints === 0) wakeAll(queue);
        else queue.waiting.shift()?.();
      },
    };
  }

  function removeIfIdle(key: string, queue: Queue): void {
    if (queue.heldPoints === 0 && queue.pendingTakes === 0) queues.delete(key);
  }

  return {
    rate: limiter.rate,
    async take(key) {
      const queue = queues.get(key) ?? { heldPoints: 0, settled: 0, pendingTakes: 0, waiting: [] };
      queues.set(key, queue);
      queue.pendingTakes += 1;
      try {
        return await takeOrWait(key, queue);
      } finally {
        queue.pendingTakes -= 1;
        removeIfIdle(key, queue);
      }
    },
  };
}

function wakeAll(queue: Queue): void {
  for (const wake of queue.waiting.splice(0)) wake();
}
