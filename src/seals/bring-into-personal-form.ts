import { bringAuditIntoForm } from '../audit/index.ts';
import type { Queryable } from '../database/statement.ts';
import { bringEventsIntoForm } from '../events/index.ts';

/**
 * Encrypts the personal data that servers of an earlier version wrote into the log and the audit as text. Returns in how
 * many rows. Unless `signal` has aborted, no such row is then left that was committed before.
 */
export async function bringIntoPersonalForm(db: Queryable, signal: AbortSignal): Promise<number> {
  return (await bringEventsIntoForm(db, signal)) + (await bringAuditIntoForm(db, signal));
}
