import { type ColumnRow, toColumnArrays } from '../database/column-arrays.ts';
import type { Transaction } from '../database/database.ts';
import type { Author } from '../shared/caller.ts';
import { newId } from '../shared/ids.ts';
import type { AuditType } from './audit-types.ts';
import { type Difference, findDifference } from './find-difference.ts';
import { insertAudit, newAuditColumns } from './queries.ts';

/** One change to be recorded. */
export interface AuditEntry {
  readonly type: AuditType;
  /** Null for a subject that exists once, such as the shop, and for all of a kind, such as a page of mails. */
  readonly subjectId: string | null;
  /**
   * The subject before and after the change, without secrets, with equal fields where nothing changed: only the fields
   * that differ are stored. Null before a creation and after a deletion.
   */
  readonly before: object | null;
  readonly after: object | null;
  readonly reason?: string | undefined;
}

/**
 * Records changes in the audit, in their transaction, with one statement for any number of them. A change that changes
 * nothing is left out.
 */
export async function recordAudit(
  tx: Transaction,
  author: Author,
  entries: readonly AuditEntry[],
): Promise<void> {
  const rows = entries.flatMap((entry) => {
    const difference = findDifference(entry.before, entry.after);
    return difference === null ? [] : [toRow(entry, difference, author)];
  });
  if (rows.length === 0) return;
  await insertAudit(tx, ...toColumnArrays(newAuditColumns, rows));
}

function toRow(
  { type, subjectId, reason }: AuditEntry,
  { before, after }: Difference,
  { actor, cause, origin }: Author,
): ColumnRow<typeof newAuditColumns> {
  return {
    id: newId(),
    type,
    subject_type: type.slice(0, type.indexOf('.')),
    subject_id: subjectId,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_role: actor.role,
    before: before === null ? null : JSON.stringify(before),
    after: after === null ? null : JSON.stringify(after),
    reason,
    request_id: cause.requestId,
    trace_id: cause.traceId,
    job: cause.job,
    address: origin?.address,
    user_agent: origin?.userAgent,
  };
}
