import { statement } from '../../../database/statement.ts';
import type { LimitSeconds } from '../session-limits.ts';
import { buildIsOver, type EndReason, lastUsedAt } from './session-queries.ts';

export interface ListedSessionRow {
  id: string;
  createdAt: Date;
  /** The last sign-in or refresh, and where it came from. */
  lastUsedAt: Date;
  address: string | null;
  userAgent: string | null;
}

/** Returns the sessions of a user that continue, the last used first. */
export const listFamilies = statement<[userId: string, limits: LimitSeconds], ListedSessionRow>(
  'accounts.list_families',
  `select family.id, family.created_at as "createdAt", ${lastUsedAt} as "lastUsedAt",
          family.address, family.user_agent as "userAgent"
     from refresh_families family
     join users on users.id = family.user_id
    where family.user_id = $1::uuid
      and family.ended_at is null
      and not ${buildIsOver('$2')}
    order by "lastUsedAt" desc, family.id desc`,
);

/** Ends a session of a user, unless it is over. */
export const endListedFamily = statement<
  [userId: string, id: string, reason: EndReason, limits: LimitSeconds],
  { id: string }
>(
  'accounts.end_listed_family',
  `update refresh_families as family
      set ended_at = clock_timestamp(),
          end_reason = $3::text
     from users
    where family.id = $2::uuid
      and family.user_id = $1::uuid
      and users.id = family.user_id
      and not ${buildIsOver('$4')}
   returning family.id`,
);
