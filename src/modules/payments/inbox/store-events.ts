import type { Database } from '../../../database/database.ts';
import { isTimeout } from '../../../database/database-errors.ts';
import type { Queryable } from '../../../database/statement.ts';
import { isDatabaseUnavailable } from '../../../database/unavailable.ts';
import { newId } from '../../../shared/ids.ts';
import {
  findMatches,
  type ProviderReport,
  writeMatches,
} from '../ledger/apply-matched-captures.ts';
import { insertProviderEvents } from './queries.ts';

/** How an event was stored: new and due, new and done, or already stored before. */
export type StoredAs = 'received' | 'applied' | 'ignored' | 'duplicate';

/** Stores events for the inbox to apply, each once by its own id. */
export function storeEvents(db: Queryable, events: readonly ProviderReport[]): Promise<StoredAs[]> {
  return insert(db, events, new Set());
}

/**
 * Stores events and, in the same transaction, applies the charges that simply pay their orders. It does not wait for
 * locks. If applying fails, the events are still stored and the inbox applies them.
 */
export async function storeAndApply(
  database: Database,
  events: readonly ProviderReport[],
): Promise<StoredAs[]> {
  try {
    return await database.transaction(async (tx) => {
      const found = await findMatches(tx, events);
      const applied = new Set(found.matches.map(({ report }) => report));
      const [stored] = await tx.pipelineCommit(
        Promise.all([insert(tx, events, applied), writeMatches(tx, found)]),
      );
      return stored;
    });
  } catch (error) {
    // If the database is unavailable, another attempt fails too. A timeout may have affected only the applying.
    if (isDatabaseUnavailable(error) && !isTimeout((error as Error).cause)) throw error;
    return storeEvents(database, events);
  }
}

/**
 * An event that was stored before stays unchanged, even if its charge is applied only now: the inbox will find the
 * charge in the ledger.
 */
async function insert(
  db: Queryable,
  events: readonly ProviderReport[],
  applied: ReadonlySet<ProviderReport>,
): Promise<StoredAs[]> {
  const rows = events.map((report) => {
    const { provider, event, cause } = report;
    const row = { id: newId(), provider, event_id: event.id, type: event.type };
    if (event.kind === 'captured' && applied.has(report)) {
      const { providerReference } = event.capture;
      const done = { status: 'APPLIED', outcome: 'matched' } as const;
      return { ...row, provider_reference: providerReference, ...done };
    }
    const content = { payload: event, cause };
    if (event.kind === 'ignored') {
      return { ...row, ...content, status: 'IGNORED', outcome: 'ignored' } as const;
    }
    return { ...row, ...content, status: 'RECEIVED' } as const;
  });
  const stored = await insertProviderEvents(db, JSON.stringify(rows));
  const isNew = new Set(stored.map(({ id }) => id));
  return rows.map(({ id, status }) => (isNew.has(id) ? storedAs[status] : 'duplicate'));
}

const storedAs = { RECEIVED: 'received', APPLIED: 'applied', IGNORED: 'ignored' } as const;
