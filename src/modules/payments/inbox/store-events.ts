import type { Database } from '../../../database/database.ts';
import { isTimeout } from '../../../database/database-errors.ts';
import type { Queryable } from '../../../database/statement.ts';
import { isDatabaseAway } from '../../../database/unavailable.ts';
import { newId } from '../../../shared/ids.ts';
import {
  findMatches,
  type ProviderReport,
  writeMatches,
} from '../ledger/apply-matched-captures.ts';
import { insertProviderEvents } from './queries.ts';

/** What became of an event: it is new and due, new and done with, or was stored before. */
export type StoredAs = 'received' | 'applied' | 'ignored' | 'duplicate';

/** Stores events, each once by its own id, for the inbox to apply. */
export function storeEvents(db: Queryable, events: readonly ProviderReport[]): Promise<StoredAs[]> {
  return insert(db, events, new Set());
}

/**
 * The same, and applies those that are charges which just pay their orders, in the one transaction. Nobody's locks are
 * waited for, and when applying fails, what was told is stored all the same: the inbox applies it.
 */
export async function storeAndApply(
  database: Database,
  events: readonly ProviderReport[],
): Promise<StoredAs[]> {
  try {
    return await database.transaction(async (tx) => {
      const found = await findMatches(tx, events);
      const applied = new Set(found.matches.map(({ report: told }) => told));
      const [stored] = await tx.commitBehind(
        Promise.all([insert(tx, events, applied), writeMatches(tx, found)]),
      );
      return stored;
    });
  } catch (error) {
    // A database that is away is away for the next try too; what took too long was in the way of applying alone.
    if (isDatabaseAway(error) && !isTimeout((error as Error).cause)) throw error;
    return storeEvents(database, events);
  }
}

/**
 * One that was stored before stays as it is, also when its charge is applied only now: the inbox, if it still comes to
 * it, finds the charge in the ledger.
 */
async function insert(
  db: Queryable,
  events: readonly ProviderReport[],
  applied: ReadonlySet<ProviderReport>,
): Promise<StoredAs[]> {
  const rows = events.map((told) => {
    const { provider, event, cause } = told;
    const row = {
      id: newId(),
      provider,
      event_id: event.id,
      type: event.type,
      payload: event,
      cause,
    };
    if (applied.has(told)) return { ...row, status: 'APPLIED', outcome: 'matched' } as const;
    if (event.kind === 'ignored') return { ...row, status: 'IGNORED', outcome: 'ignored' } as const;
    return { ...row, status: 'RECEIVED', outcome: null } as const;
  });
  const stored = await insertProviderEvents(db, JSON.stringify(rows));
  const isNew = new Set(stored.map(({ id }) => id));
  return rows.map(({ id, status }) => (isNew.has(id) ? storedAs[status] : 'duplicate'));
}

const storedAs = { RECEIVED: 'received', APPLIED: 'applied', IGNORED: 'ignored' } as const;
