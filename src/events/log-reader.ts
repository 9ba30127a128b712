import type { Queryable } from '../database/statement.ts';
import type { LoggedEvent } from './logged-event.ts';
import { findEnd, readEvents } from './reader-queries.ts';
import { hasEnded, settleBatch, type Watch } from './settle-batch.ts';
import { readWriters, waitForWriters } from './settled-end.ts';

export interface Batch {
  readonly events: readonly LoggedEvent[];
  /** Whether more events may be readable right away. */
  readonly more: boolean;
}

export interface LogReader {
  /**
   * Returns the events after `after`, in order, up to the first gap that could still be filled. Calls continue where
   * the last one ended or started: what the reader knows about gaps applies to the whole log.
   */
  read(after: number, limit: number): Promise<Batch>;
  /**
   * Returns an end of the log before which no transaction can write any more, so that reading can start there. Calls
   * `wait` until this is so.
   */
  findSettledEnd(wait: () => Promise<void>): Promise<number>;
}

/**
 * Creates a reader that skips no event: see decision 0008. At a gap it finds the transactions that are writing to the
 * log, and continues when these have ended, regardless of other transactions.
 */
export function createLogReader(database: Queryable): LogReader {
  let settledUpTo = 0;
  let watch: Watch | null = null;

  /**
   * Runs before the rows are read: the rows of a writer that has ended by now are in their snapshot, or never will be.
   */
  async function settleWatch(): Promise<void> {
    if (watch === null || !hasEnded(watch, await readWriters(database, 'events'))) return;
    settledUpTo = watch.upTo;
    watch = null;
  }

  async function read(after: number, limit: number): Promise<Batch> {
    await settleWatch();
    const rows = await readEvents(database, after, limit);
    const settled = settleBatch(after, rows, settledUpTo);
    const stopsAtGap = settled.length < rows.length;
    if (stopsAtGap && watch === null) {
      watch = {
        upTo: rows.at(-1)!.position,
        writers: new Set(await readWriters(database, 'events')),
      };
    }
    const gapIsSettled = stopsAtGap && watch?.writers.size === 0;
    return { events: settled, more: gapIsSettled || settled.length === limit };
  }

  return {
    async read(after, limit) {
      try {
        return await read(after, limit);
      } catch (error) {
        // After a failover, the new server may assign positions again that the lost one had already assigned.
        settledUpTo = 0;
        watch = null;
        throw error;
      }
    },
    async findSettledEnd(wait) {
      const [end] = await findEnd(database);
      await waitForWriters(database, 'events', wait);
      return end!.position;
    },
  };
}
