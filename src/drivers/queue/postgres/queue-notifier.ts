/** How soon another process's message is noticed. Messages of this process are announced. */
const POLL_MS = 100;

/** Wakes receivers when messages may have arrived. */
export interface QueueNotifier {
  /** Starts listening. Call it before fetching, so that no message is missed in between. */
  listen(name: string): QueueArrival;
  /** Wakes the receivers of a queue to which messages were sent. */
  announce(name: string): void;
  stop(): void;
}

export interface QueueArrival {
  /** Resolves when a message has arrived since `listen`, after `ms`, or when the signal fires. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface QueueNotifierOptions {
  /** Returns those of the queues that have due messages. */
  readonly findWaiting: (names: string[]) => Promise<readonly string[]>;
  readonly onError: (error: unknown) => void;
}

/** Creates a notifier that sends one poll for all waiting receivers, and none while no receiver waits. */
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
