/** How soon a message of another process is seen. One of this process is announced. */
const POLL_MS = 100;

/** Tells receivers when there may be something for them. */
export interface QueueNotifier {
  /** Begin to listen before looking, so that what comes in between is not missed. */
  listen(name: string): QueueArrival;
  /** Something was sent under this name. */
  announce(name: string): void;
  stop(): void;
}

export interface QueueArrival {
  /** Resolves when something came since `listen`, after `ms`, or when the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface QueueNotifierOptions {
  /** Which of these names have something. */
  readonly findWaiting: (names: string[]) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
}

/** One poll for all that wait, however many they are, and none while nobody waits. */
export function createQueueNotifier({ findWaiting, onError }: QueueNotifierOptions): QueueNotifier {
  const listeners = new Map<string, Set<() => void>>();
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function announce(name: string): void {
    for (const wake of listeners.get(name) ?? []) wake();
  }

  async function poll(): Promise<void> {
    try {
      for (const name of await findWaiting([...listeners.keys()])) announce(name);
    } catch (error) {
      onError(error);
    }
    timer = undefined;
    schedule();
  }

  function schedule(): void {
    if (timer !== undefined || waiting === 0 || isStopped) return;
    timer = setTimeout(poll, POLL_MS);
  }

  function listen(name: string): QueueArrival {
    const { promise, resolve } = Promise.withResolvers<void>();
    const ofName = listeners.get(name) ?? new Set();
    listeners.set(name, ofName.add(resolve));
    return {
      async wait(ms, signal) {
        waiting += 1;
        schedule();
        const timeout = setTimeout(resolve, ms);
        const onAbort = () => resolve();
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) resolve();
        await promise;
        signal.removeEventListener('abort', onAbort);
        clearTimeout(timeout);
        waiting -= 1;
      },
      close() {
        ofName.delete(resolve);
        if (ofName.size === 0) listeners.delete(name);
      },
    };
  }

  return {
    listen,
    announce,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
