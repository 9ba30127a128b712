import type { Database } from '../database/database.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { newId } from '../shared/ids.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import type { LoggedEvent } from './logged-event.ts';
import { findLag, moveCursor, releaseLease, renewLease, takeLease } from './reader-queries.ts';

const LEASE_SECONDS = 10;
const RENEW_MS = 3_000;
/** How often a server without the lease tries to take it. */
const STANDBY_MS = 1_000;
const POLL_MS = 50;
/** After events, because more usually follow: polling costs little compared with the work that events cause. */
const BUSY_POLL_MS = 20;
const AFTER_FAILURE_MS = 1_000;
const BATCH_MAX = 1_000;
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
  /** The reader's name in `log_readers`. Across all servers, one relay at a time reads under a name. */
  readonly name: string;
  /**
   * Processes events in log order. If it throws, the server dies or the lease is lost meanwhile, the same events are
   * delivered again, so it must be idempotent.
   */
  readonly consume: (events: readonly LoggedEvent[]) => Promise<void>;
  /** Whether to slow down, because no caller waits for the work that the relay causes. Default: never. */
  readonly isThrottled?: () => boolean;
  readonly onError: (error: unknown) => void;
}

interface Lease {
  readonly fencing: number;
  readonly reader: LogReader;
  position: number;
  isLost: boolean;
}

/**
 * Creates a relay that passes the events of the log to `consume`, in order. One server does this at a time; another
 * takes over when its lease expires by the database's clock. A former holder that overslept cannot move the position.
 */
export function createRelay({
  database,
  name,
  consume,
  isThrottled = () => false,
  onError,
}: RelayOptions): Relay {
  const holder = newId();
  let lease: Lease | null = null;
  let batchMax = BATCH_MAX;

  async function take(): Promise<Lease | null> {
    const [taken] = await takeLease(database, name, holder, LEASE_SECONDS);
    if (taken === undefined) return null;
    return { ...taken, reader: createLogReader(database), isLost: false };
  }

  /** Relays one batch and returns how long to wait for the next one. */
  async function relayBatch(lease: Lease): Promise<number> {
    const throttled = isThrottled();
    const limit = throttled ? Math.min(batchMax, THROTTLED_BATCH_MAX) : batchMax;
    const { events, more } = await lease.reader.read(lease.position, limit);
    const last = events.at(-1);
    if (last !== undefined) {
      await consume(events);
      const [moved] = await moveCursor(database, name, lease.fencing, last.position);
      if (moved === undefined) lease.isLost = true;
      else lease.position = last.position;
    }
    batchMax = Math.min(batchMax * 2, BATCH_MAX);
    if (throttled) return THROTTLED_PAUSE_MS;
    if (more) return 0;
    return last === undefined ? POLL_MS : BUSY_POLL_MS;
  }

  const relaying = createRecurringTask({
    retryMs: AFTER_FAILURE_MS,
    onError,
    async work() {
      if (lease === null || lease.isLost) lease = await take();
      if (lease === null) return STANDBY_MS;
      try {
        return await relayBatch(lease);
      } catch (error) {
        // A batch that took too long for one transaction is retried in smaller parts.
        batchMax = Math.max(1, Math.floor(batchMax / 4));
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
      await release().catch(onError);
    },
    async lagSeconds() {
      const [oldest] = await findLag(database, name);
      return oldest?.seconds ?? 0;
    },
  };
}
