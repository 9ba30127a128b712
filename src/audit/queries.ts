import { unnestColumns } from '../database/column-arrays.ts';
import { statement } from '../database/statement.ts';
import type { AuditType } from './audit-types.ts';

export const newAuditColumns = {
  id: 'uuid',
  type: 'text',
  subject_type: 'text',
  subject_id: 'uuid',
  actor_type: 'text',
  actor_id: 'uuid',
  actor_role: 'text',
  before: 'jsonb',
  after: 'jsonb',
  reason: 'text',
  request_id: 'text',
  trace_id: 'text',
  job: 'text',
  address: 'text',
  user_agent: 'text',
  subject_personal: 'bytea',
  actor_personal: 'bytea',
} as const;

/** Inserts rows of the audit. The parameters are the columns (`toColumnArrays`). */
export const insertAudit = statement<readonly string[], never>(
  'audit.insert',
  `insert into audit (${Object.keys(newAuditColumns).join(', ')})
   select *
     from ${unnestColumns('new_row', newAuditColumns)}`,
);

/** Returns the last visible position, 0 in an empty audit. */
export const findAuditEnd = statement<[], { position: number }>(
  'audit.find_end',
  `select coalesce(max(position), 0) as position
     from audit`,
);

/** A change of who may get in. */
export interface AccessChangeRow {
  position: number;
  type: AuditType;
  id: string;
  at: string;
}

/** Returns changes of API keys, passwords, factors, roles and access since a time, in the order of their positions. */
export const listAccessChanges = statement<
  [types: readonly AuditType[], since: string, afterPosition: number, limit: number],
  AccessChangeRow
>(
  'audit.list_access_changes',
  `select position, type, subject_id as id, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
     from audit
    where position > $3::bigint
      and at >= $2::timestamptz
      and subject_id is not null
      and (type = any($1::text[])
        or (type = 'user.changed'
          and (before -> 'role', before -> 'disabled') is distinct from (after -> 'role', after -> 'disabled')))
    order by position
    limit $4::int`,
);
