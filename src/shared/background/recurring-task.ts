import type { Backoff } from './backoff.ts';

/** Work that a server repeats for as long as it runs. */
export interface RecurringTask {
  readonly isStarted: boolean;
  /** Starts with a run, or with the first wait. Does nothing if already started. */
  start(): void;
  /** Starts a run at once, or right after the current one. Does nothing unless started. */
  nudge(): void;
  /** Stops after the current run. The task may be started again. */
  stop(): Promise<void>;
}

export interface RecurringTaskOptions {
  /**
   * Does one run. Returns the milliseconds until the next one, 0 for at once, or null to wait for the next nudge.
   * `signal` fires when the task is stopped.
   */
  readonly work: (signal: AbortSignal) => Promise<number | null>;
  /** The wait before the first run. Default 0. */
  readonly firstWaitMs?: number;
  /** The wait after a failed run. A backoff receives the number of consecutive failures. */
  readonly retryMs: number | Backoff;
  readonly onError: (error: unknown) => void;
  /** Whether the waits keep the process alive. Default: false. */
  readonly ref?: boolean;
}

/** Creates a task that does one run at a time. Errors are passed to `onError`, and a later run tries again. */
export function createRecurringTask(options: RecurringTaskOptions): RecurringTask {
  const { work, firstWaitMs = 0, retryMs, onError, ref = false } = options;
  let stopping: AbortController | null = null;
  let running: Promise<void> = Promise.resolve();
  let isWoken = false;
  let wake = (): void => {};

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    // It may already have been nudged or stopped, because it starts after the last run of an earlier start.
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
        // Not at once, even if nudged meanwhile: it would most likely fail again.
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
