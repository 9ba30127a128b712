import type { Database } from '../../database/database.ts';
import type { Schedule } from '../../jobs/index.ts';
import { systemAuthor } from '../../shared/caller.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { findPerson } from './find-person.ts';
import { lockUnswept, markSwept } from './queries.ts';

/** Longer than a request, a transaction or an attempt to send a mail lasts. */
const SWEEP_AFTER_SECONDS = 10 * 60;
const SWEEP_EVERY_MS = 60_000;
const SWEPT_AT_ONCE_MAX = 20;

/**
 * Creates the schedule that erases people once more some minutes later: a mail that was being sent when they were erased is
 * recorded afterwards, and so is the reply to a request of staff.
 */
export function createErasureSweep(
  database: Database,
  parts: readonly PersonalDataPart[],
): Schedule {
  return {
    name: 'privacy.sweep-erased',
    everyMs: SWEEP_EVERY_MS,
    async run(signal) {
      while (!signal.aborted && (await sweepErased(database, parts)) > 0);
    },
  };
}

/** Erases some people once more. Returns how many. */
export function sweepErased(
  database: Database,
  parts: readonly PersonalDataPart[],
  afterSeconds = SWEEP_AFTER_SECONDS,
): Promise<number> {
  return database.transaction(async (tx) => {
    const rows = await lockUnswept(tx, afterSeconds, SWEPT_AT_ONCE_MAX);
    const author = systemAuthor('privacy.sweep-erased');
    for (const { userId } of rows) {
      const person = (await findPerson(tx, userId))!;
      for (const part of parts) await part.erase(tx, person, author);
    }
    await markSwept(
      tx,
      rows.map(({ userId }) => userId),
    );
    return rows.length;
  });
}
