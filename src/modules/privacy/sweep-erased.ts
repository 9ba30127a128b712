import type { Database } from '../../database/database.ts';
import { systemAuthor } from '../../shared/caller.ts';
import { findOrderIdsOf } from '../orders/index.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { lockUnswept, markSwept } from './queries.ts';

/** Longer than a request, a transaction or an attempt to send a mail lasts. */
const SWEEP_AFTER_SECONDS = 10 * 60;
const SWEPT_AT_ONCE_MAX = 100;

/** As `Privacy.sweepErased`. */
export function sweepErased(
  database: Database,
  parts: readonly PersonalDataPart[],
): Promise<number> {
  return database.transaction(async (tx) => {
    const rows = await lockUnswept(tx, SWEEP_AFTER_SECONDS, SWEPT_AT_ONCE_MAX);
    const author = systemAuthor('privacy.sweep-erased');
    if (rows.length === 0) return 0;
    // Together, because to find the kept replies of any of them means to read all.
    const userIds = rows.map(({ userId }) => userId);
    const orders = await findOrderIdsOf(tx, userIds);
    const scope = { userIds, emailKeys: [], orderIds: orders.map(({ id }) => id) };
    for (const part of parts) await part.erase(tx, scope, author);
    await markSwept(tx, userIds);
    return rows.length;
  });
}
