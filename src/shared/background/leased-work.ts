import { createRecurringTask, type RecurringTask } from './recurring-task.ts';

export interface LeasedWorkOptions<Row> {
  /** How many rows to work on at a time. */
  readonly concurrency: number;
  /** Claims up to `limit` due rows, under a lease that outlasts the work on one. */
  readonly claim: (limit: number) => Promise<readonly Row[]>;
  /** Works on one row and stores the result. If it throws, the row is claimed again when its lease has expired. */
  readonly work: (row: Row) => Promise<void>;
  /** How often to check for due rows. */
  readonly intervalMs: number;
  readonly onError: (error: unknown) => void;
}

/** Work on the due rows of a table, each claimed by one server at a time. `stop` waits for the work in progress. */
export interface LeasedWork<Row> extends RecurringTask {
  /** Returns how many rows may be started now: none unless the work is started. */
  room(): number;
  /** Notes that more rows are due than can be started now, so that they are claimed when others finish. */
  expectMore(): void;
  /** Works on rows that are already claimed, and waits for them to finish. Never rejects. */
  begin(rows: readonly Row[]): Promise<void>;
  /** Claims the rows that are due now, works on them, and waits for them to finish. Returns their number. */
  workOnce(): Promise<number>;
}

export function createLeasedWork<Row>(options: LeasedWorkOptions<Row>): LeasedWork<Row> {
  const { concurrency, claim, work, intervalMs, onError } = options;
  const underWay = new Set<Promise<void>>();
  /** Whether more rows may be due than could be started. */
  let isBehind = false;

  const poller = createRecurringTask({
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
          if (isBehind) poller.nudge();
        });
      underWay.add(ended);
      return ended;
    });
  }

  return {
    get isStarted() {
      return poller.isStarted;
    },
    start: poller.start,
    nudge: poller.nudge,
    async stop() {
      await poller.stop();
      await Promise.all(underWay);
    },
    room: () => (poller.isStarted ? concurrency - underWay.size : 0),
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
