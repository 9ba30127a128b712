import type { Database, Transaction } from '../database/database.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { newId } from '../shared/ids.ts';
import type { Following, LogTail } from './log-tail.ts';
import type { LoggedEvent } from './logged-event.ts';
import {
  findCursor,
  findLag,
  moveCursor,
  releaseLease,
  renewLease,
  takeLease,
} from './reader-queries.ts';

const LEASE_SECONDS = 10;
const RENEW_MS = 3_000;
/** How often a server without the lease tries to take it. */
const STANDBY_MS = 1_000;
const AFTER_FAILURE_MS = 1_000;
const BATCH_MAX = 1_000;
/** Passed on however busy this process is, so that the workers of other servers have something to do. */
const BATCH_MIN = 250;
/** The wait after a batch that was limited by the capacity of this process. */
const LIMITED_PAUSE_MS = 50;
/** While throttled. About a thousand events a second still pass, so that nothing is postponed indefinitely. */
const THROTTLED_BATCH_MAX = 250;
const THROTTLED_PAUSE_MS = 200;

export interface Relay {
  start(): void;
  /** Stops after the current batch and releases the lease at once. */
  stop(): Promise<void>;
  /** Returns the age of the oldest event that no server has consumed yet, 0 if there is none. */
  lagSeconds(): Promise<number>;
}

export interface RelayOptions {
  readonly database: Database;
  readonly tail: LogTail;
  /** The reader's name in `log_readers`. Across all servers, one relay at a time reads under a name. */
  readonly name: string;
  /**
   * Processes events in log order, in the transaction that moves the cursor past them. If it throws, the server dies or
   * the lease is lost meanwhile, nothing of it is committed, and the same events are delivered again. Returns what is to
   * be done after the commit, which a server that dies does not do; it must not reject.
   */
  readonly consume: (tx: Transaction, events: readonly LoggedEvent[]) => Promise<AfterCommit>;
  /**
   * Returns how many events this process could handle about at once. More are taken in portions, because what it cannot
   * begin itself costs more. Default: any number.
   */
  readonly capacity?: () => number;
  /** Whether to slow down, because no caller waits for the work that the relay causes. Default: never. */
  readonly isThrottled?: () => boolean;
  readonly onError: (error: unknown) => void;
}

export type AfterCommit = () => Promise<void>;

interface Lease {
  readonly fencing: number;
  /** The cursor. */
  position: number;
  /** Whether a commit that moves the cursor may or may not have happened. */
  isUncertain: boolean;
  isLost: boolean;
}

/** The cursor is not where it was expected, or another holder has the lease. */
class CursorMovedError extends Error {}

/**
 * Creates a relay that passes the events of the log to `consume`, in order. One server does this at a time; another
 * takes over when its lease expires by the database's clock. A former holder that overslept cannot move the cursor, and
 * so commits nothing.
 */
export function createRelay({
  database,
  tail,
  name,
  consume,
  capacity = () => BATCH_MAX,
  isThrottled = () => false,
  onError,
}: RelayOptions): Relay {
  const holder = newId();
  let lease: Lease | null = null;
  let following: Following | null = null;
  let batchMax = BATCH_MAX;
  let isPausing = false;

  async function take(): Promise<Lease | null> {
    const [taken] = await takeLease(database, name, holder, LEASE_SECONDS);
    return taken === undefined ? null : { ...taken, isUncertain: false, isLost: false };
  }

  async function follow(): Promise<void> {
    following ??= await tail.follow(() => {
      if (!isPausing) relaying.nudge();
    });
  }

  function unfollow(): void {
    following?.close();
    following = null;
  }

  /** Relays one batch and returns how long to wait for the next one, unless the tail of the log grows before. */
  async function relayBatch(lease: Lease): Promise<number | null> {
    isPausing = isThrottled();
    if (lease.isUncertain) await findPosition(lease);
    if (lease.isLost) return 0;
    const limit = Math.min(
      batchMax,
      isPausing ? THROTTLED_BATCH_MAX : Math.max(capacity(), BATCH_MIN),
    );
    const events = await tail.read(lease.position, limit);
    if (events.length > 0) {
      const after = await consumeTo(lease, events.at(-1)!.position, events);
      await after();
    }
    batchMax = Math.min(batchMax * 2, BATCH_MAX);
    if (isPausing) return THROTTLED_PAUSE_MS;
    if (events.length === 0) return null;
    return events.length === limit && limit < BATCH_MAX ? LIMITED_PAUSE_MS : 0;
  }

  async function findPosition(lease: Lease): Promise<void> {
    const [cursor] = await findCursor(database, name, lease.fencing);
    if (cursor === undefined) lease.isLost = true;
    else lease.position = cursor.position;
    lease.isUncertain = false;
  }

  async function consumeTo(
    lease: Lease,
    to: number,
    events: readonly LoggedEvent[],
  ): Promise<AfterCommit> {
    const { fencing, position } = lease;
    lease.isUncertain = true;
    const after = await database.transaction(async (tx) => {
      const result = await consume(tx, events);
      // Last, so that the renewal of the lease does not wait for the row.
      const [moved] = await moveCursor(tx, name, fencing, position, to);
      if (moved === undefined) throw new CursorMovedError();
      return result;
    });
    lease.position = to;
    lease.isUncertain = false;
    return after;
  }

  const relaying = createRecurringTask({
    retryMs: AFTER_FAILURE_MS,
    onError,
    async work() {
      if (lease === null || lease.isLost) lease = await take();
      if (lease === null) {
        unfollow();
        return STANDBY_MS;
      }
      await follow();
      try {
        return await relayBatch(lease);
      } catch (error) {
        if (error instanceof CursorMovedError) return 0;
        // A batch that took too long for one transaction is retried in smaller parts.
        batchMax = Math.max(1, Math.floor(batchMax / 4));
        // Events that arrive meanwhile do not shorten the wait.
        isPausing = true;
        throw error;
      }
    },
  });

  /** Renews the lease independently of the batches, so that a batch may take longer than the lease. */
  const renewing = createRecurringTask({
    firstWaitMs: RENEW_MS,
    retryMs: RENEW_MS,
    onError,
    async work() {
      const held = lease;
      if (held === null || held.isLost) return RENEW_MS;
      const [renewed] = await renewLease(database, name, held.fencing, LEASE_SECONDS);
      if (renewed === undefined) held.isLost = true;
      // Besides a batch that was just committed, the reason may be a database that lost the last one.
      else if (renewed.position !== held.position) held.isUncertain = true;
      if (held.isLost || held.isUncertain) relaying.nudge();
      return RENEW_MS;
    },
  });

  async function release(): Promise<void> {
    const held = lease;
    lease = null;
    if (held !== null && !held.isLost) await releaseLease(database, name, held.fencing);
  }

  return {
    start() {
      relaying.start();
      renewing.start();
    },
    async stop() {
      await relaying.stop();
      await renewing.stop();
      unfollow();
      await release().catch(onError);
    },
    async lagSeconds() {
      const [oldest] = await findLag(database, name);
      return oldest?.seconds ?? 0;
    },
  };
}
