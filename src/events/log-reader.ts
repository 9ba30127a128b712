import type { Queryable } from '../database/statement.ts';
import type { LoggedEvent } from './logged-event.ts';
import { type EventRow, findEnd, findWriters, readEvents } from './reader-queries.ts';
import { hasEnded, settleBatch, type Watch } from './settle-batch.ts';

export interface Batch {
  readonly events: readonly LoggedEvent[];
  /** There may be more to read at once; otherwise a little later. */
  readonly more: boolean;
}

export interface LogReader {
  /**
   * What follows `after`, in the order of positions, without a gap that could still fill. Goes on where the one before
   * ended, or again from there: what it knows of gaps holds for the whole log.
   */
  read(after: number, limit: number): Promise<Batch>;
  /**
   * The end of the log, before which nothing will be written any more, for who begins to read there. `wait` is called
   * while somebody could.
   */
  findSettledEnd(wait: () => Promise<void>): Promise<number>;
}

/**
 * Reads the log so that nothing is skipped: decision 0008. At a gap it looks who is writing, and passes when these have
 * ended, whatever other transactions do.
 */
export function createLogReader(database: Queryable): LogReader {
  let settledUpTo = 0;
  let watch: Watch | null = null;

  /** Asked before the rows are read: a writer that is missing here has its rows in their snapshot, or never. */
  async function settleWatch(): Promise<void> {
    if (watch === null || !hasEnded(watch, await readCurrentWriters())) return;
    settledUpTo = watch.upTo;
    watch = null;
  }

  async function readCurrentWriters(): Promise<string[]> {
    return (await findWriters(database)).map(({ writer }) => writer);
  }

  async function read(after: number, limit: number): Promise<Batch> {
    await settleWatch();
    const rows = await readEvents(database, after, limit);
    const settled = settleBatch(after, rows, settledUpTo);
    const stopsAtGap = settled.length < rows.length;
    if (stopsAtGap && watch === null) {
      watch = { upTo: rows.at(-1)!.position, writers: new Set(await readCurrentWriters()) };
    }
    const gapIsOver = stopsAtGap && watch?.writers.size === 0;
    return { events: settled.map(toEvent), more: gapIsOver || settled.length === limit };
  }

  return {
    async read(after, limit) {
      try {
        return await read(after, limit);
      } catch (error) {
        // Perhaps another server answers next time, and gives positions anew that the lost one had given.
        settledUpTo = 0;
        watch = null;
        throw error;
      }
    },
    async findSettledEnd(wait) {
      const [end] = await findEnd(database);
      const atEnd = { upTo: end!.position, writers: new Set(await readCurrentWriters()) };
      while (!hasEnded(atEnd, await readCurrentWriters())) await wait();
      return atEnd.upTo;
    },
  };
}

export function toEvent(row: EventRow): LoggedEvent {
  const { actorType, actorId, actorRole, ...rest } = row;
  return { ...rest, actor: { type: actorType, id: actorId, role: actorRole } };
}
