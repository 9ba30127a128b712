import type { Database } from '../database/database.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { newId } from '../shared/ids.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import type { LoggedEvent } from './logged-event.ts';
import { findLag, moveCursor, releaseLease, renewLease, takeLease } from './reader-queries.ts';

const LEASE_SECONDS = 10;
const RENEW_MS = 3_000;
/** How often a server that does not hold the lease asks for it. */
const STANDBY_MS = 1_000;
const POLL_MS = 50;
/** After events, since more follow mostly: a look costs little beside what they bring about. */
const BUSY_POLL_MS = 20;
const AFTER_FAILURE_MS = 1_000;
const BATCH_MAX = 1_000;
/** While people wait: a thousand events a second go on all the same, so that nothing is put off for good. */
const PATIENT_BATCH_MAX = 250;
const PATIENT_PAUSE_MS = 200;

export interface Relay {
  start(): void;
  /** Ends after the batch that is under way, and leaves the lease to others at once. */
  stop(): Promise<void>;
  /** The age of the oldest event that is not yet consumed, by whichever server relays; 0 when there is none. */
  lagSeconds(): Promise<number>;
}

export interface RelayOptions {
  readonly database: Database;
  /** Of the reader, in `log_readers`: one relay at a time reads under a name, over all servers. */
  readonly name: string;
  /**
   * Deals with events, in the order of the log. When it throws, or the server dies, or the lease is lost meanwhile, the
   * same ones come again: it must do the same thing once only.
   */
  readonly consume: (events: readonly LoggedEvent[]) => Promise<void>;
  /** While it says so the relay takes its time, since what it brings about is work for which nobody waits. Default: never. */
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
 * Carries the log, event by event and once read in order, to `consume`. One server does it at a time; any other takes
 * over when its lease ends. Only the database's clock says when that is, and a holder that comes back late moves nothing.
 */
export function createRelay({
  database,
  name,
  consume,
  isThrottled: isPatient = () => false,
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

  /** One batch; gives how long to wait for the next. */
  async function relayBatch(lease: Lease): Promise<number> {
    const throttled = isPatient();
    const limit = throttled ? Math.min(batchMax, PATIENT_BATCH_MAX) : batchMax;
    const { events, more } = await lease.reader.read(lease.position, limit);
    const last = events.at(-1);
    if (last !== undefined) {
      await consume(events);
      const [moved] = await moveCursor(database, name, lease.fencing, last.position);
      if (moved === undefined) lease.isLost = true;
      else lease.position = last.position;
    }
    batchMax = Math.min(batchMax * 2, BATCH_MAX);
    if (throttled) return PATIENT_PAUSE_MS;
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
        // What was too much for one transaction's time goes in smaller parts.
        batchMax = Math.max(1, Math.floor(batchMax / 4));
        throw error;
      }
    },
  });

  /** Apart from the batches, so that one may take longer than the lease. */
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
