import type { Database } from '../../database/database.ts';
import { systemAuthor } from '../../shared/caller.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { findPerson } from './find-person.ts';
import { lockUnswept, markSwept } from './queries.ts';

/** Longer than a request, a transaction or an attempt to send a mail lasts. */
const SWEEP_AFTER_SECONDS = 10 * 60;
const SWEPT_AT_ONCE_MAX = 20;

/** As `Privacy.sweepErased`. */
export function sweepErased(
  database: Database,
  parts: readonly PersonalDataPart[],
): Promise<number> {
  return database.transaction(async (tx) => {
    const rows = await lockUnswept(tx, SWEEP_AFTER_SECONDS, SWEPT_AT_ONCE_MAX);
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
