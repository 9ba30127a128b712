import { createRecurringTask, type RecurringTask } from './recurring-task.ts';

export interface LeasedWorkOptions<Row> {
  /** How many rows at a time. */
  readonly concurrency: number;
  /** Takes up to `limit` rows that are due, under a lease that outlasts the work on one. */
  readonly claim: (limit: number) => Promise<readonly Row[]>;
  /** Works on one row and writes down how it ended. A row on which it fails comes again when its lease has ended. */
  readonly work: (row: Row) => Promise<void>;
  /** How often it looks for what is due. */
  readonly intervalMs: number;
  readonly onError: (error: unknown) => void;
}

/** Rows of a table that wait for work, each taken by one server at a time. `stop` ends after what is under way. */
export interface LeasedWork<Row> extends RecurringTask {
  /** How many rows may be begun now; none unless started. */
  room(): number;
  /** More is due than there is room for: looks for it as soon as there is. */
  expectMore(): void;
  /** Works on rows that were claimed already, and waits for their end. Never rejects. */
  begin(rows: readonly Row[]): Promise<void>;
  /** Claims what is due now, works on it, and waits for its end. Gives how many there were. */
  workOnce(): Promise<number>;
}

export function createLeasedWork<Row>(options: LeasedWorkOptions<Row>): LeasedWork<Row> {
  const { concurrency, claim, work, intervalMs, onError } = options;
  const underWay = new Set<Promise<void>>();
  /** Whether more may be due than there was room for. */
  let isBehind = false;

  const looking = createRecurringTask({
    firstWaitMs: intervalMs,
    retryMs: intervalMs,
    onError,
    async work() {
      const room = concurrency - underWay.size;
      isBehind = true;
      if (room > 0) {
        const due = await claim(room);
        isBehind = due.length === room;
        trackAttempt(due);
      }
      return intervalMs;
    },
  });

  function trackAttempt(rows: readonly Row[]): Promise<void>[] {
    return rows.map((row) => {
      const ended = work(row)
        .catch(onError)
        .finally(() => {
          underWay.delete(ended);
          if (isBehind) looking.nudge();
        });
      underWay.add(ended);
      return ended;
    });
  }

  return {
    get isStarted() {
      return looking.isStarted;
    },
    start: looking.start,
    nudge: looking.nudge,
    async stop() {
      await looking.stop();
      await Promise.all(underWay);
    },
    room: () => (looking.isStarted ? concurrency - underWay.size : 0),
    expectMore() {
      isBehind = true;
    },
    async begin(rows) {
      await Promise.all(trackAttempt(rows));
    },
    async workOnce() {
      const due = await claim(concurrency);
      await Promise.all(trackAttempt(due));
      return due.length;
    },
  };
}
