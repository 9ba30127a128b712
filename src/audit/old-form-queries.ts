import { statement } from '../database/statement.ts';
import type { Difference } from './find-difference.ts';

export interface OldAuditRow extends Difference {
  position: number;
  id: string;
  /** The user whom the row is about; null: it is about something else. */
  userId: string | null;
  actorId: string | null;
  address: string | null;
  userAgent: string | null;
}

/** Returns rows with personal data as text that should be ciphertext, by position. */
export const findOldAudit = statement<[after: number, limit: number], OldAuditRow>(
  'audit.find_old',
  `select position, id, case when subject_type = 'user' then subject_id end as "userId", actor_id as "actorId",
          before, after, address, user_agent as "userAgent"
     from audit
    where is_old_audit(subject_type, subject_id, before, after, actor_id, address, user_agent)
      and position > $1::bigint
    order by position
    limit $2::int`,
);

/** Puts ciphertexts in the place of personal data, as the owner of the audit, and returns in how many rows. */
export const bringAudit = statement<
  [
    positions: readonly number[],
    ofSubjects: readonly (string | null)[],
    ofActors: readonly (string | null)[],
  ],
  { count: number }
>(
  'audit.bring_into_form',
  `select bring_audit_into_personal_form($1::bigint[], $2::bytea[], $3::bytea[])::int as count`,
);
