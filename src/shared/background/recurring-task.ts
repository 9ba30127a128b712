import type { Backoff } from './backoff.ts';

/** Work that is done round after round for as long as a server lives. */
export interface RecurringTask {
  readonly isStarted: boolean;
  /** Begins with a round, or with the first wait. Changes nothing when it has begun. */
  start(): void;
  /** Begins a round at once, or a further one when one is under way. Changes nothing unless started. */
  nudge(): void;
  /** Ends after the round that is under way. It may be started again. */
  stop(): Promise<void>;
}

export interface RecurringTaskOptions {
  /**
   * One round. Gives the milliseconds until the next one, 0 for at once, and null to rest until the next nudge. `signal`
   * fires when the repeater stops.
   */
  readonly work: (signal: AbortSignal) => Promise<number | null>;
  /** The wait before the first round. Default 0. */
  readonly firstWaitMs?: number;
  /** The wait after a round that failed; a backoff is given how many have failed in a row. */
  readonly retryMs: number | Backoff;
  readonly onError: (error: unknown) => void;
  /** Whether its waits keep the process alive. Default: false. */
  readonly ref?: boolean;
}

/** One round at a time; what a round throws is told, and a later round tries again. */
export function createRecurringTask(options: RecurringTaskOptions): RecurringTask {
  const { work, firstWaitMs = 0, retryMs, onError, ref = false } = options;
  let stopping: AbortController | null = null;
  let running: Promise<void> = Promise.resolve();
  let isWoken = false;
  let wake = (): void => {};

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    // It may have been nudged or stopped already, as it begins after the last round of an earlier start.
    if (firstWaitMs > 0 && !isWoken && !signal.aborted) await rest(firstWaitMs);
    while (!signal.aborted) {
      isWoken = false;
      let waitMs: number | null;
      try {
        const nextMs = await work(signal);
        failures = 0;
        waitMs = isWoken ? 0 : nextMs;
      } catch (error) {
        onError(error);
        failures += 1;
        // Not at once, even when nudged meanwhile: what has just failed would mostly fail again.
        waitMs = typeof retryMs === 'number' ? retryMs : retryMs(failures);
      }
      if (waitMs !== 0 && !signal.aborted) await rest(waitMs);
    }
  }

  function rest(ms: number | null): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = ms === null ? undefined : setTimeout(resolve, ms);
    if (!ref) timer?.unref();
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    return promise;
  }

  return {
    get isStarted() {
      return stopping !== null;
    },
    start() {
      if (stopping !== null) return;
      stopping = new AbortController();
      isWoken = false;
      const { signal } = stopping;
      running = running.then(() => run(signal));
    },
    nudge() {
      if (stopping === null) return;
      isWoken = true;
      wake();
    },
    async stop() {
      stopping?.abort();
      stopping = null;
      wake();
      await running;
    },
  };
}
