import { statement } from '../database/statement.ts';
import type { Actor } from '../shared/caller.ts';
import { type StoredPersonal, storedPersonalColumns } from './personal-columns.ts';

/** A row of the audit, to be given out to whom it is about or who made the change. */
export interface PersonAuditRow extends StoredPersonal {
  position: number;
  type: string;
  subjectType: string;
  subjectId: string | null;
  actorType: Actor['type'];
  actorId: string | null;
  actorRole: string | null;
  job: string | null;
  at: Date;
}

const withPersonal = (rows: string) =>
  `select position, id, type, subject_type as "subjectType", subject_id as "subjectId",
          actor_type as "actorType", actor_id as "actorId", actor_role as "actorRole", ${storedPersonalColumns}, job, at
     from (${rows}) as page`;

/** Returns what was changed about a user, after a row. */
export const findAuditOfSubject = statement<
  [userId: string, afterAt: Date | null, afterPosition: number, limit: number],
  PersonAuditRow
>(
  'audit.find_person_subject',
  `${withPersonal(
    `select *
       from audit
      where (subject_id, at, position) > ($1::uuid, coalesce($2::timestamptz, '-infinity'), $3::bigint)
        and subject_id <= $1::uuid
        and subject_type = 'user'
      order by subject_id, at, position
      limit $4::int`,
  )}
    order by at, position`,
);

/** Returns what a user changed elsewhere than in their own account, after a row, by type and time. */
export const findAuditOfActor = statement<
  [userId: string, afterType: string, afterAt: Date | null, afterPosition: number, limit: number],
  PersonAuditRow
>(
  'audit.find_person_actor',
  `${withPersonal(
    `select *
       from audit
      where (coalesce(actor_id::text, actor_type), type, at, position)
            > ($1::text, $2::text, coalesce($3::timestamptz, '-infinity'), $4::bigint)
        and coalesce(actor_id::text, actor_type) <= $1::text
        and subject_id is distinct from actor_id
      order by coalesce(actor_id::text, actor_type), type, at, position
      limit $5::int`,
  )}
    order by type, at, position`,
);

/** Returns a row if a user ever was one of the staff, as far as the audit knows. */
export const findStaffRole = statement<[userId: string], { id: string }>(
  'audit.find_staff_role',
  `select id
     from audit
    where subject_id = $1::uuid
      and subject_type = 'user'
      and (before ->> 'role' in ('kitchen', 'admin') or after ->> 'role' in ('kitchen', 'admin'))
    limit 1`,
);
