import { type AuditType, auditTypes, readPersonal } from '../../audit/index.ts';
import type { KeyRing } from '../../database/key-ring.ts';
import type { Queryable } from '../../database/statement.ts';
import { isId } from '../../shared/ids.ts';
import { inUtc } from '../../shared/instant.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import {
  type AuditRange,
  type AuditRow,
  listAudit as listAll,
  listAuditOfActor,
  listAuditOfSubject,
  listAuditOfTypes,
} from './audit-queries.ts';
import type { AuditView, ListAuditInput } from './audit-schemas.ts';

const allTypes = Object.keys(auditTypes);

/** Lists the audit, newest first. Throws `request.invalid_cursor`. */
export async function listAudit(
  db: Queryable,
  cursors: Cursors,
  input: ListAuditInput,
): Promise<Page<AuditView>> {
  const { limit = PAGE_LIMIT_DEFAULT, cursor, ...filters } = input;
  const scope = { list: 'audit', ...filters };
  const rows = await findRows(db, filters, [
    filters.from === undefined ? '-infinity' : inUtc(filters.from),
    ...(cursor === undefined
      ? findEnd(filters.to)
      : (cursors.decode(scope, cursor) as [string, number])),
    limit + 1,
  ]);
  return buildPage(
    rows,
    limit,
    (row) => presentRow(db.keyRing, row),
    (last) => cursors.encode(scope, [last.at.toISOString(), last.position]),
  );
}

/** Positions start at 1, so no row of this time precedes position 0. */
function findEnd(to: string | undefined): [at: string, position: number] {
  return [to === undefined ? 'infinity' : inUtc(to), 0];
}

/** Reads the page through the index that fits its filters. */
function findRows(
  db: Queryable,
  { actor, subject, type }: Pick<ListAuditInput, 'actor' | 'subject' | 'type'>,
  range: AuditRange,
): Promise<AuditRow[]> {
  const wanted = type === undefined ? null : [...new Set(type.split(','))];
  if (subject !== undefined && isId(subject)) {
    return listAuditOfSubject(db, ...range, subject, wanted, actor ?? null);
  }
  // A type names the kind of its subject.
  const types =
    subject === undefined
      ? wanted
      : (wanted ?? allTypes).filter((name) => name.startsWith(`${subject}.`));
  if (actor !== undefined) return listAuditOfActor(db, ...range, types ?? allTypes, actor);
  return types === null ? listAll(db, ...range) : listAuditOfTypes(db, ...range, types);
}

function presentRow(keyRing: KeyRing, row: AuditRow): AuditView {
  const { id, subjectName, subjectEmail, actorName, actorEmail } = row;
  const { before, after, reason, address, userAgent } = readPersonal(keyRing, row);
  return {
    id,
    type: row.type as AuditType,
    subject: { type: row.subjectType, id: row.subjectId },
    subjectName,
    subjectEmail,
    actor: { type: row.actorType, id: row.actorId, role: row.actorRole },
    actorName,
    actorEmail,
    before,
    after,
    reason,
    cause: {
      requestId: row.requestId,
      traceId: row.traceId,
      ...(row.job === null ? {} : { job: row.job }),
      address,
      userAgent,
    },
    at: row.at.toISOString(),
  };
}
