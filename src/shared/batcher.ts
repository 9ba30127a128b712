import { unavailable } from './common-errors.ts';

export interface BatcherOptions<Request, Outcome> {
  /** How many batches may be under way at once. */
  readonly batchesMax: number;
  readonly sizeMax: number;
  /** Requests that may wait; more are refused with `service.unavailable`. */
  readonly waitingMax: number;
  /** Names of what may be under way only once, over all batches. A request whose name is taken waits until it is free. */
  readonly exclusives: (request: Request) => readonly string[];
  /** Outcomes in the order of the requests. A throw fails the whole batch. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Outcome[]>;
  /** Whether, after this failure of a whole batch, each of its requests may be tried alone. */
  readonly mayRetryAlone: (error: unknown) => boolean;
}

/** Of 64 requests in two batches, this holds back the second batch until 24 wait. Measured better than none and than a half. */
const WORTHWHILE_SHARE = 0.75;

interface Waiting<Request, Outcome> {
  readonly request: Request;
  /** What `exclusives` said of it: asked once, since in a crowd a request is looked at by many batches. */
  readonly names: readonly string[];
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Natural batching: while one batch is being worked on, the requests that arrive wait and go together in the next one.
 * Nobody waits on a timer: when a batch may begin, a request goes at the end of the current tick of the event loop, together
 * with those that arrived in the same turn.
 */
export function createBatcher<Request, Outcome>(
  options: BatcherOptions<Request, Outcome>,
): (request: Request) => Promise<Outcome> {
  type Entry = Waiting<Request, Outcome>;
  let waiting: Entry[] = [];
  let running = 0;
  /** Requests in the batches that are under way. */
  let inProgress = 0;
  /** Their names. */
  const namesInProgress = new Set<string>();
  let scheduled = false;

  /**
   * A batch costs nearly the same whether it holds three requests or thirty, so one that goes next to another must be
   * worth it: about as large. Otherwise the first few to arrive would go alone, and the rest would wait for both.
   */
  function mayStart(): boolean {
    if (waiting.length === 0 || running >= options.batchesMax) return false;
    return running === 0 || waiting.length >= inProgress * WORTHWHILE_SHARE;
  }

  function schedule(): void {
    if (scheduled || !mayStart()) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = mayStart() ? take() : [];
      // Of those that wait for a name, each is looked at again when a batch ends.
      if (batch.length === 0) return;
      void work(batch);
      schedule();
    });
  }

  function take(): Entry[] {
    // A batch's share of all there is, so that while the database works on one batch, this process works on the other.
    const share = Math.ceil((waiting.length + inProgress) / options.batchesMax);
    const size = Math.min(options.sizeMax, share);
    const batch: Entry[] = [];
    const rest: Entry[] = [];
    const takenNames = new Set<string>();
    let examined = 0;
    for (; examined < waiting.length && batch.length < size; examined += 1) {
      const entry = waiting[examined]!;
      const isTaken = entry.names.some((name) => takenNames.has(name) || namesInProgress.has(name));
      if (isTaken) rest.push(entry);
      else batch.push(entry);
      // Also names of those that wait, so that they keep their order.
      for (const name of entry.names) takenNames.add(name);
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
