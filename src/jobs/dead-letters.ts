import type { Transaction } from '../database/database.ts';
import type { Queryable } from '../database/statement.ts';
import type { SendableRow } from './queries.ts';

/** One dead letter. */
export interface DeadLetterRow {
  id: string;
  queue: string;
  job: string;
  eventId: string | null;
  error: string | null;
  attempts: number;
  failedAt: Date;
}

/** The position after which a page of the list starts. */
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
  /** Jobs to pass to the queue driver after the commit. */
  readonly sendable: readonly SendableRow[];
}

/** One table that contains dead letters. The ids of all sources are unique together. */
export interface DeadLetterSource {
  /** Returns the newest first, by (failedAt, id). */
  list(db: Queryable, before: DeadLetterPlace | null, limit: number): Promise<DeadLetterRow[]>;
  /** Gives dead letters all their attempts again. Null means all dead letters. */
  redrive(tx: Transaction, ids: string[] | null): Promise<RedrivenLetters>;
}

/** Returns the newest dead letters of all sources. Each source reads at most one page of its index. */
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
