import type { Queryable, Statement } from '../database/statement.ts';
import { pause } from '../shared/pause.ts';
import { findEnd, findWriters } from './reader-queries.ts';
import { hasEnded } from './settle-batch.ts';

const POLL_MS = 50;
const WAIT_MAX_MS = 1_000;

/** A table whose rows get their positions before they are committed, as those of the log do. */
export interface PositionedTable {
  readonly name: string;
  /** Returns the last visible position, 0 in an empty table. */
  readonly findEnd: Statement<[], { position: number }>;
}

const eventsTable: PositionedTable = { name: 'events', findEnd };

class StillWriting extends Error {}

/**
 * Returns an end of the log, or of another table, before which no transaction can write any more. Returns null if one
 * goes on writing.
 */
export async function findSettledEnd(
  database: Queryable,
  table: PositionedTable = eventsTable,
): Promise<number | null> {
  const deadline = performance.now() + WAIT_MAX_MS;
  const [end] = await table.findEnd(database);
  try {
    await waitForWriters(database, table.name, async () => {
      if (performance.now() > deadline) throw new StillWriting();
      await pause(POLL_MS);
    });
    return end!.position;
  } catch (error) {
    if (error instanceof StillWriting) return null;
    throw error;
  }
}

/** Calls `wait` until those have ended that are writing to a table now. */
export async function waitForWriters(
  database: Queryable,
  table: string,
  wait: () => Promise<void>,
): Promise<void> {
  const writers = new Set(await readWriters(database, table));
  while (!hasEnded({ writers }, await readWriters(database, table))) await wait();
}

export async function readWriters(database: Queryable, table: string): Promise<string[]> {
  return (await findWriters(database, table)).map(({ writer }) => writer);
}
