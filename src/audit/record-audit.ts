import { type ColumnRow, toColumnArrays } from '../database/column-arrays.ts';
import type { Transaction } from '../database/database.ts';
import { encryptPersonal, ensurePersonalKeys, type PersonalKeys } from '../personal/index.ts';
import type { Author } from '../shared/caller.ts';
import { newId } from '../shared/ids.ts';
import type { AuditType } from './audit-types.ts';
import { findDifference } from './find-difference.ts';
import { type TakenApart, takeApart, toPlace } from './personal-columns.ts';
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
  /** Whose the reason is. Default: a user's whom the change is about, otherwise the actor's. */
  readonly reasonOf?: 'actor';
}

interface NewRow extends TakenApart {
  readonly type: AuditType;
  readonly subjectType: string;
  readonly subjectId: string | null;
}

/**
 * Records changes in the audit, in their transaction, with one statement for any number of them, after one that finds the
 * keys of the people in them. A change that changes nothing is left out.
 */
export async function recordAudit(
  tx: Transaction,
  author: Author,
  entries: readonly AuditEntry[],
): Promise<void> {
  const rows = entries.flatMap((entry) => buildRow(entry, author) ?? []);
  if (rows.length === 0) return;
  const persons = rows.flatMap(({ personal }) => personal.map(({ personId }) => personId));
  const keys = await ensurePersonalKeys(tx, persons);
  const columns = rows.map((row) => toColumns(row, author, keys));
  await insertAudit(tx, ...toColumnArrays(newAuditColumns, columns));
}

/** Returns null if the change changes nothing. */
function buildRow(
  { type, subjectId, before, after, reason, reasonOf }: AuditEntry,
  { actor, origin }: Author,
): NewRow | null {
  const difference = findDifference(before, after);
  if (difference === null) return null;
  const subjectType = type.slice(0, type.indexOf('.'));
  const userId = subjectType === 'user' ? subjectId : null;
  return {
    type,
    subjectType,
    subjectId,
    ...takeApart({ userId, difference, reason: reason ?? null, reasonOf, actor, origin }),
  };
}

function toColumns(
  { type, subjectType, subjectId, open, personal }: NewRow,
  { actor, cause }: Author,
  keys: PersonalKeys,
): ColumnRow<typeof newAuditColumns> {
  const id = newId();
  const ciphertexts = personal.map(({ column, personId, fields }) => [
    column,
    encryptPersonal(keys.get(personId)!, toPlace(column, id), fields),
  ]);
  return {
    id,
    type,
    subject_type: subjectType,
    subject_id: subjectId,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_role: actor.role,
    before: open.before === null ? null : JSON.stringify(open.before),
    after: open.after === null ? null : JSON.stringify(open.after),
    reason: open.reason,
    request_id: cause.requestId,
    trace_id: cause.traceId,
    job: cause.job,
    address: open.address,
    user_agent: open.userAgent,
    ...Object.fromEntries(ciphertexts),
  };
}
