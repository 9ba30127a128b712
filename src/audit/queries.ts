import { unnestColumns } from '../database/column-arrays.ts';
import { statement } from '../database/statement.ts';

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
