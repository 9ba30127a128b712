import { statement } from '../../../database/statement.ts';
import type { Role } from '../../../shared/caller.ts';

export interface RevocationRow {
  kind: 'clock' | 'family' | 'generation' | 'epoch' | 'user';
  id: string | null;
  at: Date;
  role: Role | null;
  vip: boolean | null;
  disabled: boolean | null;
  passwordChangeRequired: boolean | null;
  /** For `generation` and `epoch`. */
  number: number | null;
}

/**
 * Returns what ended or changed within the last seconds, the current epoch and the database's time. The seconds count back from the start
 * of the statement: `clock_timestamp()` moves while it runs and cannot use an index, so every server would read all
 * users every two seconds.
 */
export const findRevocations = statement<[lookBackSeconds: number], RevocationRow>(
  'accounts.find_revocations',
  `select 'clock' as kind, null::uuid as id, clock_timestamp() as at,
          null::text as role, null::boolean as vip, null::boolean as disabled,
          null::boolean as "passwordChangeRequired", null::int as number
   union all
   select 'family', id, ended_at, null, null, null, null, null
     from refresh_families
    where ended_at > statement_timestamp() - make_interval(secs => $1::double precision)
   union all
   select 'generation', id, generation_at, null, null, null, null, generation
     from refresh_families
    where generation_at > statement_timestamp() - make_interval(secs => $1::double precision)
   union all
   select 'epoch', null, clock_timestamp(), null, null, null, null, epoch
     from session_epoch
   union all
   select 'user', id, access_changed_at, role, vip, disabled_at is not null, password_change_required, null
     from users
    where access_changed_at > statement_timestamp() - make_interval(secs => $1::double precision)
      and access_changed_at > created_at
      and not guest`,
);
