import { unavailable } from './common-errors.ts';

export interface BatcherOptions<Request, Outcome> {
  /** How many batches may run at once. */
  readonly batchesMax: number;
  readonly sizeMax: number;
  /**
   * How long a batch may wait for others, counted from the start of the last one, until it has as many requests as that
   * one. After a batch of one request nothing waits. Default 0.
   */
  readonly gatherMs?: number;
  /** How many requests may wait. Further ones are refused with `service.unavailable`. */
  readonly waitingMax: number;
  /** Names that only one running request may have, across all batches. A request whose name is in use waits. */
  readonly exclusives: (request: Request) => readonly string[];
  /** Outcomes in the order of the requests. A throw fails the whole batch. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Outcome[]>;
  /** Whether each request of a batch that failed with this error may be retried alone. */
  readonly mayRetryAlone: (error: unknown) => boolean;
}

/** With 64 requests and two batches, the second one starts when 24 wait. Measured faster than 0 and than 0.5. */
const WORTHWHILE_SHARE = 0.75;
/** A batch that gathers does not wait for more requests than this, and fewer are not divided into concurrent batches. */
const ENOUGH = 16;

/**
 * The `gatherMs` of transactions. Callers who were served together arrive together at the next step, but not in the
 * same tick: if the first one does not wait, a transaction serves two customers where 16 are checking out.
 */
export const TRANSACTION_GATHER_MS = 20;

interface Waiting<Request, Outcome> {
  readonly request: Request;
  /** The result of `exclusives`, computed once, because under load many batches examine the same request. */
  readonly names: readonly string[];
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Creates a function that batches its requests naturally: those that arrive while a batch is running wait and form the
 * next one. If a batch may start, it starts at the end of the current tick with all requests of the tick. A timer
 * exists only with `gatherMs`, after a batch of several requests.
 */
export function createBatcher<Request, Outcome>(
  options: BatcherOptions<Request, Outcome>,
): (request: Request) => Promise<Outcome> {
  type Entry = Waiting<Request, Outcome>;
  const gatherMs = options.gatherMs ?? 0;
  let waiting: Entry[] = [];
  let running = 0;
  /** Requests in the running batches. */
  let inProgress = 0;
  const namesInProgress = new Set<string>();
  let scheduled = false;
  /** The size of the last batch, and when it started. */
  let lastSize = 0;
  let lastStartedAt = 0;
  let gathering: NodeJS.Timeout | undefined;

  /**
   * A batch costs nearly the same with three requests as with thirty, so a concurrent batch must be about as large as
   * the running one. Otherwise the first few requests to arrive would form a batch, and the rest would wait for both.
   */
  function mayStart(): boolean {
    if (waiting.length === 0 || running >= options.batchesMax) return false;
    if (running > 0 && waiting.length < inProgress * WORTHWHILE_SHARE) return false;
    return gatherMs === 0 || hasGathered();
  }

  function hasGathered(): boolean {
    if (waiting.length >= Math.min(lastSize, ENOUGH)) return true;
    if (running > 0 && waiting.length + inProgress >= ENOUGH) return true;
    const leftMs = lastStartedAt + gatherMs - performance.now();
    if (leftMs <= 0) return true;
    gathering ??= setTimeout(() => {
      gathering = undefined;
      schedule();
    }, leftMs);
    return false;
  }

  function schedule(): void {
    if (scheduled || !mayStart()) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = mayStart() ? take() : [];
      // Requests that wait for a name are examined again when a batch ends.
      if (batch.length === 0) return;
      clearTimeout(gathering);
      gathering = undefined;
      lastSize = batch.length;
      lastStartedAt = performance.now();
      void work(batch);
      schedule();
    });
  }

  function take(): Entry[] {
    // An equal share of all requests, so that this process works on one batch while the database works on another.
    const all = waiting.length + inProgress;
    const share = gatherMs > 0 && all < ENOUGH ? all : Math.ceil(all / options.batchesMax);
    const size = Math.min(options.sizeMax, share);
    const batch: Entry[] = [];
    const rest: Entry[] = [];
    const seenNames = new Set<string>();
    let examined = 0;
    for (; examined < waiting.length && batch.length < size; examined += 1) {
      const entry = waiting[examined]!;
      const isTaken = entry.names.some((name) => seenNames.has(name) || namesInProgress.has(name));
      if (isTaken) rest.push(entry);
      else batch.push(entry);
      // The names of requests that stay behind too, so that requests with the same name keep their order.
      for (const name of entry.names) seenNames.add(name);
    }
    waiting = rest.concat(waiting.slice(examined));
    return batch;
  }

  async function work(batch: readonly Entry[]): Promise<void> {
    running += 1;
    inProgress += batch.length;
    for (const { names } of batch) for (const name of names) namesInProgress.add(name);
    try {
      await settle(batch);
    } finally {
      running -= 1;
      inProgress -= batch.length;
      for (const { names } of batch) for (const name of names) namesInProgress.delete(name);
      schedule();
    }
  }

  async function settle(batch: readonly Entry[]): Promise<void> {
    try {
      const outcomes = await options.run(batch.map((entry) => entry.request));
      batch.forEach((entry, index) => {
        entry.resolve(outcomes[index]!);
      });
    } catch (error) {
      if (batch.length > 1 && options.mayRetryAlone(error)) {
        for (const entry of batch) await settleAlone(entry);
      } else {
        for (const entry of batch) entry.reject(error);
      }
    }
  }

  async function settleAlone(entry: Entry): Promise<void> {
    try {
      const [outcome] = await options.run([entry.request]);
      entry.resolve(outcome!);
    } catch (error) {
      entry.reject(error);
    }
  }

  return (request) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= options.waitingMax) {
        reject(unavailable(new Error('too many requests are waiting already')));
        return;
      }
      waiting.push({ request, names: options.exclusives(request), resolve, reject });
      schedule();
    });
}
