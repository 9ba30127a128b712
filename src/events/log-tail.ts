import type { Database } from '../database/database.ts';
import { reachStandby } from '../database/queries.ts';
import { createRecurringTask } from '../shared/background/recurring-task.ts';
import { pause } from '../shared/pause.ts';
import { createLogReader } from './log-reader.ts';
import type { LoggedEvent } from './logged-event.ts';
import { readEvents } from './reader-queries.ts';
import { createRecentEvents } from './recent-events.ts';

/** How often the log is read while nothing happens here: how late events of other servers may be. */
const POLL_MS = 100;
/** After events, because more usually follow. */
const BUSY_POLL_MS = 50;
/** The least time between two reads, however often events are appended here: a read costs far more than a row. */
const GAP_MS = 40;
const WRITERS_WAIT_MS = 20;
const AFTER_FAILURE_MS = 1_000;
const BATCH_MAX = 1_000;
/** How many events a server that has taken over may lack without other servers' streams missing what replaced them. */
const COMPARED_MAX = 1_000;

/** The end of the log, read once for all parts of this process that follow it. */
export interface LogTail {
  /**
   * Events up to this position have been read, and none of them can still become visible. Valid while there is a
   * follower.
   */
  readonly position: number;
  /**
   * Follows the log from its end. `listener` is called with each batch of new events, in the same tick in which
   * `position` passes them, `onRewind` if `position` moves back, because the database was taken over by a server that had
   * not received the last events. Rejects if the database is unavailable now.
   */
  follow(listener: TailListener, onRewind?: (position: number) => void): Promise<Following>;
  /** Returns events after `after`, in order, up to `position`: from memory, or from the database if it is long ago. */
  read(after: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** Reads soon, because events were appended. */
  nudge(): void;
  stop(): Promise<void>;
}

/** Must not throw. */
export type TailListener = (events: readonly LoggedEvent[]) => void;

export interface Following {
  close(): void;
}

interface Follower {
  readonly listener: TailListener;
  readonly onRewind: (position: number) => void;
}

export interface LogTailOptions {
  readonly database: Database;
  readonly onError: (error: unknown) => void;
}

/** Creates a tail that is idle without followers. */
export function createLogTail({ database, onError }: LogTailOptions): LogTail {
  let reader = createLogReader(database);
  const recent = createRecentEvents();
  const followers = new Set<Follower>();
  const stopping = new AbortController();
  let position = 0;
  let opening: Promise<void> | null = null;
  let isOpen = false;
  /** Whether the end of the log may have moved back, because another server has taken over the database. */
  let isEndUncertain = false;
  /** The generation of the database's server that was read last. */
  let generation = database.generation();
  let readAt = 0;
  let nudging: NodeJS.Timeout | undefined;

  /** Followers tell the outside world of what is before it, so the synchronous standby must have it. */
  async function findSettledEnd(): Promise<number> {
    const end = await reader.findSettledEnd(async () => {
      await pause(WRITERS_WAIT_MS, { signal: stopping.signal, ref: false });
      stopping.signal.throwIfAborted();
    });
    await reachStandby(database);
    return end;
  }

  /** Notices a server that has taken over, or was restarted. */
  function noticeOtherServer(): void {
    if (database.generation() === generation) return;
    generation = database.generation();
    reader = createLogReader(database);
    isEndUncertain = true;
  }

  /**
   * Returns the position up to which the log is still the one that was read. Beyond it, events were lost, even if others
   * have their positions by now.
   */
  async function findKeptEnd(): Promise<number> {
    const end = Math.min(await findSettledEnd(), position);
    const known = recent.last(COMPARED_MAX);
    const [first] = known;
    if (first === undefined) return end;
    const present = await readEvents(database, first.position - 1, known.length);
    const ids = new Set(present.map(({ id }) => id));
    const lastKept = known.findLast(({ id }) => ids.has(id));
    if (lastKept === known.at(-1)) return end;
    return Math.min(end, lastKept?.position ?? first.position - 1);
  }

  function startAt(end: number): void {
    position = end;
    recent.restart(end);
  }

  /** Starts reading at the end of the log, once no transaction can still write before it. */
  function open(): Promise<void> {
    if (opening !== null) return opening;
    // Since the last one was used, another server may have taken over the database: what it knew about gaps is void.
    reader = createLogReader(database);
    const opened = database.generation();
    opening = findSettledEnd().then(
      (end) => {
        startAt(end);
        isOpen = true;
        isEndUncertain = false;
        generation = opened;
        poller.start();
        poller.nudge();
      },
      (error: unknown) => {
        opening = null;
        throw error;
      },
    );
    return opening;
  }

  const poller = createRecurringTask({
    retryMs: AFTER_FAILURE_MS,
    onError,
    async work() {
      if (followers.size === 0) {
        isOpen = false;
        opening = null;
      }
      if (!isOpen) return null;
      noticeOtherServer();
      if (isEndUncertain) {
        const kept = await findKeptEnd();
        if (kept < position) for (const { onRewind } of followers) onRewind(kept);
        startAt(kept);
        isEndUncertain = false;
      }
      readAt = performance.now();
      isEndUncertain = true;
      const { events, more } = await reader.read(position, BATCH_MAX);
      if (events.length > 0) await reachStandby(database);
      // The events may be those of a server that was lost meanwhile, or come after others that were.
      if (database.generation() !== generation) return 0;
      isEndUncertain = false;
      position = events.at(-1)?.position ?? position;
      recent.add(events);
      if (events.length > 0) for (const { listener } of followers) listener(events);
      if (more) return 0;
      return events.length > 0 ? BUSY_POLL_MS : POLL_MS;
    },
  });

  return {
    get position() {
      return position;
    },
    async follow(listener, onRewind = () => {}) {
      stopping.signal.throwIfAborted();
      const follower: Follower = { listener, onRewind };
      followers.add(follower);
      try {
        await open();
      } catch (error) {
        followers.delete(follower);
        throw error;
      }
      return { close: () => followers.delete(follower) };
    },
    async read(after, limit) {
      const known = recent.find(after, limit);
      if (known !== null) return known;
      const upTo = position;
      const events = await readEvents(database, after, limit);
      return events.filter((event) => event.position <= upTo);
    },
    nudge() {
      if (!isOpen || nudging !== undefined) return;
      const waitMs = readAt + GAP_MS - performance.now();
      if (waitMs <= 0) return poller.nudge();
      nudging = setTimeout(() => {
        nudging = undefined;
        poller.nudge();
      }, waitMs);
      nudging.unref();
    },
    async stop() {
      stopping.abort(new Error('the log is not read any more'));
      clearTimeout(nudging);
      await opening?.catch(() => {});
      await poller.stop();
    },
  };
}
