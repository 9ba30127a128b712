import { findDifference } from '../../src/audit/find-difference.ts';
import type { AuditEntry } from '../../src/audit/index.ts';
import { newAuditColumns } from '../../src/audit/queries.ts';
import {
  type ColumnTypes,
  toColumnArrays,
  unnestColumns,
} from '../../src/database/column-arrays.ts';
import type { Database } from '../../src/database/database.ts';
import { toCauseColumns } from '../../src/events/cause.ts';
import type { NewEvent } from '../../src/events/index.ts';
import { newEventColumns } from '../../src/events/queries.ts';
import type { Author } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';

/** Rows as servers wrote them before personal data was encrypted. */

function withoutPersonal(columns: ColumnTypes): ColumnTypes {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !name.includes('personal')));
}

const eventColumns = withoutPersonal(newEventColumns);
const auditColumns = withoutPersonal(newAuditColumns);

async function insert(
  database: Database,
  table: string,
  types: ColumnTypes,
  rows: readonly Record<string, string | number | null | undefined>[],
): Promise<void> {
  await database.run(
    `test.old_${table}`,
    `insert into ${table} (${Object.keys(types).join(', ')})
     select * from ${unnestColumns('new_row', types)}`,
    toColumnArrays(types, rows),
  );
}

/** Writes events in the old form. Returns their ids. */
export async function insertOldEvents(
  database: Database,
  events: readonly NewEvent[],
): Promise<string[]> {
  const rows = events.map((event) => {
    const { requestId, traceId, idempotencyKey, cause } = toCauseColumns(event.cause);
    return {
      id: newId(),
      type: event.type,
      order_id: event.orderId,
      sequence: event.sequence,
      from_status: event.from,
      to_status: event.to,
      actor_type: event.actor.type,
      actor_id: event.actor.id,
      actor_role: event.actor.role,
      reason: event.reason,
      request_id: requestId,
      trace_id: traceId,
      idempotency_key: idempotencyKey,
      cause: cause && JSON.stringify(cause),
      data: JSON.stringify(event.data ?? {}),
    };
  });
  await insert(database, 'events', eventColumns, rows);
  return rows.map(({ id }) => id);
}

/** Writes changes in the old form. */
export async function insertOldAudit(
  database: Database,
  { actor, cause, origin }: Author,
  entries: readonly AuditEntry[],
): Promise<void> {
  const rows = entries.flatMap(({ type, subjectId, ...entry }) => {
    const difference = findDifference(entry.before, entry.after);
    if (difference === null) return [];
    const { before, after } = difference;
    return {
      id: newId(),
      type,
      subject_type: type.slice(0, type.indexOf('.')),
      subject_id: subjectId,
      actor_type: actor.type,
      actor_id: actor.id,
      actor_role: actor.role,
      before: before && JSON.stringify(before),
      after: after && JSON.stringify(after),
      request_id: cause.requestId,
      trace_id: cause.traceId,
      job: cause.job,
      address: origin?.address,
      user_agent: origin?.userAgent,
    };
  });
  if (rows.length > 0) await insert(database, 'audit', auditColumns, rows);
}
