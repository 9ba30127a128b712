import type { Database } from '../database/database.ts';
import { pause } from '../shared/pause.ts';
import {
  createFanOut,
  createSubscriber,
  type EventFilter,
  type Listener,
  type Subscriber,
} from './fan-out.ts';
import type { Following, LogTail } from './log-tail.ts';
import { findVisible, readOrderRange, readRange } from './reader-queries.ts';

const AFTER_FAILURE_MS = 1_000;
/** How many positions are scanned at once while a subscriber catches up, regardless of its filter. */
const RANGE_MAX = 10_000;
/** How many past events are delivered at once. */
const CHUNK_MAX = 500;
/** If more events than this are undelivered, a new subscriber also receives some from just before it subscribed. */
const VISIBLE_MAX = 10_000;

export interface Subscription {
  close(): void;
}

/** New events of the log, for the streams and caches of this server. */
export interface LiveLog {
  /**
   * Subscribes a listener. From the time this resolves, no wanted event is missed; while the database is unavailable,
   * events are late. Rejects if the database is unavailable now.
   */
  subscribe(filter: EventFilter, listener: Listener): Promise<Subscription>;
  /** Ends every subscription. */
  stop(): Promise<void>;
}

export interface LiveLogOptions {
  readonly database: Database;
  readonly tail: LogTail;
  readonly onError: (error: unknown) => void;
}

/** Creates a live log. It follows the tail while it has subscribers. A returning subscriber passes its position. */
export function createLiveLog({ database, tail, onError }: LiveLogOptions): LiveLog {
  const fanOut = createFanOut(onError);
  const subscribers = new Set<Subscriber>();
  const catchingUp = new Set<Promise<void>>();
  const stopping = new AbortController();
  /** A pause ends early when the live log stops, and does not keep the process alive. */
  const whileLive = { signal: stopping.signal, ref: false };
  let joiningCount = 0;
  let following: Promise<Following> | null = null;

  /** From then on, events up to `tail.position` were delivered to the live subscribers. */
  async function follow(): Promise<void> {
    following ??= tail.follow(fanOut.deliver, fanOut.rewind).catch((error: unknown) => {
      following = null;
      throw error;
    });
    await following;
  }

  function unfollow(): void {
    if (following === null || subscribers.size + joiningCount > 0) return;
    following.then((it) => it.close()).catch(() => {});
    following = null;
  }

  async function catchUp(member: Subscriber): Promise<void> {
    while (!member.isClosed && member.after < tail.position) {
      try {
        await deliverRange(member);
      } catch (error) {
        onError(error);
        await pause(AFTER_FAILURE_MS, whileLive);
      }
    }
    // Nothing was awaited since the position was checked, so the tail's next batch continues where this one ended.
    if (!member.isClosed) fanOut.add(member);
  }

  async function deliverRange(member: Subscriber): Promise<void> {
    const { orderId, types = null } = member.filter;
    const { position } = tail;
    const upTo = orderId === undefined ? Math.min(position, member.after + RANGE_MAX) : position;
    const rows =
      orderId === undefined
        ? await readRange(database, member.after, upTo, types)
        : await readOrderRange(database, orderId, member.after, upTo, types);
    for (let start = 0; start < rows.length && !member.isClosed; start += CHUNK_MAX) {
      await member.deliver(rows.slice(start, start + CHUNK_MAX));
    }
    member.after = upTo;
  }

  /**
   * Finds where a subscription starts. Events that are already visible are not new to it, even if not yet delivered.
   */
  async function findStart(
    filter: EventFilter,
  ): Promise<{ after: number; known: ReadonlySet<number> }> {
    if (filter.after !== undefined) return { after: filter.after, known: new Set() };
    const after = tail.position;
    const visible = await findVisible(database, after, VISIBLE_MAX);
    return { after, known: new Set(visible.map((row) => row.position)) };
  }

  async function addSubscriber(filter: EventFilter, listener: Listener): Promise<Subscriber> {
    joiningCount += 1;
    try {
      await follow();
      const member = createSubscriber(filter, listener, await findStart(filter));
      stopping.signal.throwIfAborted();
      subscribers.add(member);
      return member;
    } finally {
      joiningCount -= 1;
      unfollow();
    }
  }

  function removeSubscriber(member: Subscriber): void {
    member.isClosed = true;
    subscribers.delete(member);
    fanOut.remove(member);
    unfollow();
  }

  return {
    async subscribe(filter, listener) {
      stopping.signal.throwIfAborted();
      const member = await addSubscriber(filter, listener);
      const caughtUp = catchUp(member).finally(() => catchingUp.delete(caughtUp));
      catchingUp.add(caughtUp);
      return { close: () => removeSubscriber(member) };
    },
    async stop() {
      stopping.abort(new Error('the live log has stopped'));
      for (const member of subscribers) removeSubscriber(member);
      await Promise.all(catchingUp);
    },
  };
}
