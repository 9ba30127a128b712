import type { Transaction } from '../database/database.ts';
import type { Queryable } from '../database/statement.ts';
import type { SendableRow } from './queries.ts';

/** Work that was given up. */
export interface DeadLetterRow {
  id: string;
  queue: string;
  job: string;
  eventId: string | null;
  error: string | null;
  attempts: number;
  failedAt: Date;
}

/** Dead letters before this one, in the order of the list. */
export interface DeadLetterPlace {
  readonly failedAt: string;
  readonly id: string;
}

export interface RedrivenLetters {
  readonly letters: readonly {
    readonly id: string;
    readonly queue: string;
    readonly job: string;
  }[];
  /** Jobs to be handed to the queue driver after the commit. */
  readonly sendable: readonly SendableRow[];
}

/** One table of work that keeps what it gave up. Ids of all of them are of one space. */
export interface DeadLetterSource {
  /** Newest first, by (failedAt, id). */
  list(db: Queryable, before: DeadLetterPlace | null, limit: number): Promise<DeadLetterRow[]>;
  /** Gives dead letters all their tries again; null: every one of them. */
  redrive(tx: Transaction, ids: string[] | null): Promise<RedrivenLetters>;
}

/** The newest of all sources. Each reads no more of its index than the page has. */
export async function listDeadLetters(
  db: Queryable,
  sources: readonly DeadLetterSource[],
  before: DeadLetterPlace | null,
  limit: number,
): Promise<DeadLetterRow[]> {
  const lists = await Promise.all(sources.map((source) => source.list(db, before, limit)));
  return lists.flat().sort(newestFirst).slice(0, limit);
}

export async function redriveDeadLetters(
  tx: Transaction,
  sources: readonly DeadLetterSource[],
  ids: string[] | null,
): Promise<RedrivenLetters> {
  const redriven = await Promise.all(sources.map((source) => source.redrive(tx, ids)));
  return {
    letters: redriven.flatMap(({ letters }) => letters),
    sendable: redriven.flatMap(({ sendable }) => sendable),
  };
}

function newestFirst(one: DeadLetterRow, other: DeadLetterRow): number {
  const byTime = other.failedAt.getTime() - one.failedAt.getTime();
  if (byTime !== 0) return byTime;
  return one.id < other.id ? 1 : -1;
}
