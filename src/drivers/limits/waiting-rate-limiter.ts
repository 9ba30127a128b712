import type { RateLimiter, Take } from './rate-limiter.ts';

/** Calls that may wait for one key. Further ones are refused. */
const WAITING_MAX = 100;

/** The state of one key. */
interface Queue {
  /** Points consumed here that are neither spent nor credited back yet. */
  heldPoints: number;
  /** The number of points settled so far. It shows a refused call that a point was settled meanwhile. */
  settled: number;
  /** Running calls of `take`, including waiting ones. */
  pendingTakes: number;
  readonly waiting: (() => void)[];
}

/**
 * Wraps a limiter whose unused points are credited back: a call that finds no point waits while this process holds
 * points that may be credited, and is refused once they are spent. So fifty simultaneous repeats of one request all
 * succeed, and of eleven requests that all take effect the eleventh is refused. Points held by other servers are not
 * waited for.
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
