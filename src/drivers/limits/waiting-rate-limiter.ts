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

  async function takeOrWait(key: string, queue: Queue, points?: number): Promise<Take> {
    for (;;) {
      const { settled } = queue;
      const take = await limiter.take(key, points);
      if (take.allowed) return hold(key, queue, take);
      if (queue.heldPoints === 0 && queue.settled === settled) return take;
      if (queue.heldPoints === 0) continue;
      if (queue.waiting.length >= WAITING_MAX) return take;
      await new Promise<void>((resolve) => queue.waiting.push(resolve));
    }
  }

  function hold(key: string, queue: Queue, take: Take): Take {
    queue.heldPoints += take.points;
    let isHeld = true;
    const settle = (): boolean => {
      if (!isHeld) return false;
      isHeld = false;
      return true;
    };
    const release = (): void => {
      queue.heldPoints -= take.points;
      queue.settled += 1;
      removeIfIdle(key, queue);
    };
    return {
      ...take,
      spend() {
        if (!settle()) return;
        take.spend();
        release();
        if (queue.heldPoints === 0) wake(queue, queue.waiting.length);
      },
      async refund(points = take.points) {
        if (!settle()) return;
        await take.refund(points);
        release();
        wake(queue, queue.heldPoints === 0 ? queue.waiting.length : points);
      },
    };
  }

  function removeIfIdle(key: string, queue: Queue): void {
    if (queue.heldPoints === 0 && queue.pendingTakes === 0) queues.delete(key);
  }

  return {
    rate: limiter.rate,
    clear: limiter.clear,
    async take(key, points) {
      const queue = queues.get(key) ?? { heldPoints: 0, settled: 0, pendingTakes: 0, waiting: [] };
      queues.set(key, queue);
      queue.pendingTakes += 1;
      try {
        return await takeOrWait(key, queue, points);
      } finally {
        queue.pendingTakes -= 1;
        removeIfIdle(key, queue);
      }
    },
  };
}

function wake(queue: Queue, count: number): void {
  for (const wakeOne of queue.waiting.splice(0, count)) wakeOne();
}
