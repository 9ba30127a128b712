import { statement } from '../../../database/statement.ts';
import type { FactorType } from '../../../shared/caller.ts';
import type { User } from '../user.ts';

/** A user, with what the tokens of one of their sessions state. */
export interface SessionRow extends User {
  issuedAt: Date;
  authenticatedAt: Date;
  generation: number;
  /** The kinds of second factors that the user has. */
  factors: FactorType[];
}

/**
 * Starts a session, unless the user was disabled, or the password changed since the hash was read; null does not check
 * the password. The shared lock makes it wait for such a change, and such a change for it.
 */
export const openFamily = statement<
  [
    userId: string,
    passwordHash: string | null,
    familyId: string,
    tokenHash: Buffer,
    lifetimeDays: number,
  ],
  SessionRow
>(
  'accounts.open_family',
  `with signed_in as (
     select id, email, name, role, vip, created_at, password_change_required
       from users
      where id = $1::uuid
        and not guest
        and ($2::text is null or password_hash = $2::text)
        and disabled_at is null
        for share
   ), family as (
     insert into refresh_families (id, user_id, expires_at)
     select $3::uuid, id, now() + make_interval(days => $5::int)
       from signed_in
     returning id, authenticated_at, generation
   ), token as (
     insert into refresh_tokens (token_hash, family_id)
     select $4::bytea, id
       from family
     returning issued_at
   )
   select signed_in.id, email, name, role, vip, false as disabled,
          signed_in.created_at as "createdAt",
          signed_in.password_change_required as "passwordChangeRequired",
          token.issued_at as "issuedAt",
          family.authenticated_at as "authenticatedAt", family.generation,
          '{}'::text[] as factors
     from signed_in
    cross join family
    cross join token`,
);

export interface FamilyRow {
  familyId: string;
  /** It was ended, or has expired by the database's clock. */
  over: boolean;
}

/** Locks the family of a refresh token, so that concurrent refreshes with one token run one after the other. */
export const lockFamily = statement<[tokenHash: Buffer], FamilyRow>(
  'accounts.lock_family',
  `select family.id as "familyId",
          family.ended_at is not null or family.expires_at <= clock_timestamp() as over
     from refresh_tokens token
     join refresh_families family on family.id = token.family_id
    where token.token_hash = $1::bytea
      for no key update of family`,
);

export interface TokenRow extends Omit<SessionRow, 'issuedAt'> {
  spent: boolean;
  /** Spent within the last 10 seconds by the database's clock. */
  spentRecently: boolean;
  /** The one live token of the family. */
  liveHash: Buffer;
  liveIssuedAt: Date;
}

/** Returns the token's state; called under the lock of its family. */
export const findRefreshToken = statement<[tokenHash: Buffer], TokenRow>(
  'accounts.find_refresh_token',
  `select token.spent_at is not null as spent,
          coalesce(token.spent_at > clock_timestamp() - interval '10 seconds', false) as "spentRecently",
          live.token_hash as "liveHash", live.issued_at as "liveIssuedAt",
          users.id, email, name, role, vip, disabled_at is not null as disabled,
          users.created_at as "createdAt",
          users.password_change_required as "passwordChangeRequired",
          family.authenticated_at as "authenticatedAt", family.generation,
          '{}'::text[] as factors
     from refresh_tokens token
     join refresh_families family on family.id = token.family_id
     join refresh_tokens live on live.family_id = family.id and live.spent_at is null
     join users on users.id = family.user_id
    where token.token_hash = $1::bytea`,
);

/** Every refresh extends the session: it ends `lifetimeDays` after its last use. */
export const rotateRefreshToken = statement<
  [tokenHash: Buffer, successorHash: Buffer, lifetimeDays: number],
  { issuedAt: Date }
>(
  'accounts.rotate_refresh_token',
  `with spent as (
     update refresh_tokens
        set spent_at = clock_timestamp()
      where token_hash = $1::bytea
        and spent_at is null
     returning family_id
   ), extended as (
     update refresh_families
        set expires_at = clock_timestamp() + make_interval(days => $3::int)
       from spent
      where id = spent.family_id
   )
   insert into refresh_tokens (token_hash, family_id)
   select $2::bytea, family_id
     from spent
   returning issued_at as "issuedAt"`,
);

export type EndReason = 'logout' | 'reuse' | 'password' | 'reset' | 'disabled';

export const endFamily = statement<[id: string, reason: EndReason], { id: string }>(
  'accounts.end_family',
  `update refresh_families
      set ended_at = clock_timestamp(),
          end_reason = $2::text
    where id = $1::uuid
      and ended_at is null
   returning id`,
);

/** Ends every session of a user except the one to keep. */
export const endFamilies = statement<
  [userId: string, reason: EndReason, keptId: string | null],
  { id: string }
>(
  'accounts.end_families',
  `update refresh_families
      set ended_at = clock_timestamp(),
          end_reason = $2::text
    where user_id = $1::uuid
      and ended_at is null
      and id is distinct from $3::uuid
   returning id`,
);

/** Deletes sessions that ended or expired more than 30 days ago, with their tokens, a batch at a time. */
export const purgeFamilies = statement<[limit: number], { id: string }>(
  'accounts.purge_families',
  `with gone as (
     select id
       from refresh_families
      where ended_at < now() - interval '30 days'
         or expires_at < now() - interval '30 days'
      limit $1::int
        for update skip locked
   ), tokens as (
     delete from refresh_tokens
      using gone
      where family_id = gone.id
   )
   delete from refresh_families
    using gone
    where refresh_families.id = gone.id
   returning refresh_families.id`,
);

/** Deletes spent tokens of sessions that continue. After 30 days, reusing one is refused without ending the session. */
export const purgeSpentTokens = statement<[limit: number], { familyId: string }>(
  'accounts.purge_spent_tokens',
  `delete from refresh_tokens
    where token_hash in (
      select token_hash
        from refresh_tokens
       where spent_at < now() - interval '30 days'
       limit $1::int)
   returning family_id as "familyId"`,
);
