/** Work that is done again and again for as long as a server lives. */
export interface Repeater {
  start(): void;
  /** Ends after what is under way. */
  stop(): Promise<void>;
  /** Does it at once, or again when it is under way. Nothing on a server that does not do this work. */
  nudge(): void;
}

export interface RepeatOptions {
  readonly intervalMs: number;
  /** True when there is more to do at once. */
  readonly work: () => Promise<boolean>;
  readonly onError: (error: unknown) => void;
}

export function createRepeater({ intervalMs, work, onError }: RepeatOptions): Repeater {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let isNudged = false;
  let isStopped = true;

  async function run(): Promise<void> {
    try {
      for (let more = true; (more || isNudged) && !isStopped; ) {
        isNudged = false;
        more = await work();
      }
    } catch (error) {
      onError(error);
    }
    running = null;
    if (!isStopped) timer = setTimeout(begin, intervalMs).unref();
  }

  function begin(): void {
    clearTimeout(timer);
    running ??= run();
  }

  return {
    start() {
      if (!isStopped) return;
      isStopped = false;
      timer = setTimeout(begin, intervalMs).unref();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
    nudge() {
      if (isStopped) return;
      isNudged = true;
      begin();
    },
  };
}
