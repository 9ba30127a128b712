import { statement } from '../../../database/statement.ts';
import type { FactorType } from '../../../shared/caller.ts';
import type { LimitSeconds } from '../session-limits.ts';
import type { User } from '../user.ts';

/** A user, with what the tokens of one of their sessions state. */
export interface SessionRow extends User {
  /** When the refresh token was issued. */
  issuedAt: Date;
  /** When the session ends unless it is refreshed. */
  expiresAt: Date;
  authenticatedAt: Date;
  generation: number;
  epoch: number;
  /** The browser in whose cookies the session is, by its device; null: in none so far. */
  deviceHash: Buffer | null;
  /** The kinds of second factors that the user has. */
  factors: FactorType[];
}

/**
 * SQL for when the session `family` of one of `users` ends by the limits for their present role, which are the parameter
 * `limits`, if it was last used at `lastUsedAt`.
 */
const buildEnd = (limits: string, lastUsedAt: string): string =>
  `least(family.created_at + make_interval(secs => (${limits}::double precision[])[case users.role when 'customer' then 1 else 3 end]),
         ${lastUsedAt} + make_interval(secs => (${limits}::double precision[])[case users.role when 'customer' then 2 else 4 end]))`;

/** SQL for when the session `family` was last used. An earlier version stored it only with the live token. */
export const lastUsedAt = `coalesce(family.last_used_at,
         (select issued_at from refresh_tokens where family_id = family.id and spent_at is null), family.created_at)`;

/** SQL for whether the session `family` is over, also by limits that were shortened since its last use. */
export const buildIsOver = (limits: string): string =>
  `(family.ended_at is not null
    or family.epoch < (select epoch from session_epoch)
    or least(family.expires_at, ${buildEnd(limits, lastUsedAt)}) <= clock_timestamp())`;

/**
 * Starts a session, unless the user was disabled, or the password changed since the hash was read; null does not check
 * the password. The lock makes it wait for such a change and for other sign-ins of the user, and these for it.
 */
export const openFamily = statement<
  [
    userId: string,
    passwordHash: string | null,
    familyId: string,
    tokenHash: Buffer,
    limits: LimitSeconds,
    address: string | null,
    userAgent: string | null,
    deviceHash: Buffer | null,
  ],
  SessionRow
>(
  'accounts.open_family',
  `with signed_in as (
     select id, email, name, role, vip, created_at, password_change_required, email_verified_at
       from users
      where id = $1::uuid
        and not guest
        and ($2::text is null or password_hash = $2::text)
        and disabled_at is null
        for no key update
   ), family as (
     insert into refresh_families (id, user_id, expires_at, authenticated_at, last_used_at, address,
                                   user_agent, device_hash, epoch)
     select $3::uuid, users.id, ${buildEnd('$5', 'family.created_at')}, family.created_at, family.created_at, $6::text,
            $7::text, $8::bytea, session_epoch.epoch
       from signed_in as users
      cross join (select now() as created_at) as family
      cross join session_epoch
     returning id, expires_at, authenticated_at, generation, epoch, device_hash
   ), token as (
     insert into refresh_tokens (token_hash, family_id)
     select $4::bytea, id
       from family
     returning issued_at
   )
   select signed_in.id, email, name, role, vip, false as disabled,
          signed_in.created_at as "createdAt",
          signed_in.password_change_required as "passwordChangeRequired",
          signed_in.email_verified_at is not null as "emailVerified",
          token.issued_at as "issuedAt",
          family.expires_at as "expiresAt", family.authenticated_at as "authenticatedAt",
          family.generation, family.epoch, family.device_hash as "deviceHash",
          array(select distinct type
                  from factors
                 where user_id = signed_in.id
                   and confirmed_at is not null
                 order by type) as factors
     from signed_in
    cross join family
    cross join token`,
);

/**
 * Ends a session of a user, unless it is over, and gives its beginning to the one that replaces it, so that a session
 * does not last longer by being replaced.
 */
export const replaceFamily = statement<
  [userId: string, formerId: string, newId: string, limits: LimitSeconds],
  { expiresAt: Date }
>(
  'accounts.replace_family',
  `with replaced as (
     update refresh_families as family
        set ended_at = clock_timestamp(),
            end_reason = 'replaced'
       from users
      where family.id = $2::uuid
        and users.id = family.user_id
        and users.id = $1::uuid
        and not ${buildIsOver('$4')}
     returning family.created_at, ${buildEnd('$4', 'clock_timestamp()')} as expires_at
   )
   update refresh_families
      set created_at = replaced.created_at,
          expires_at = replaced.expires_at
     from replaced
    where id = $3::uuid
   returning refresh_families.expires_at as "expiresAt"`,
);

/** Ends the least recently used sessions of a user beyond the limit. The new one is kept in any case. */
export const endExcessFamilies = statement<
  [userId: string, newId: string, sessionsMax: number],
  { id: string }
>(
  'accounts.end_excess_families',
  `update refresh_families
      set ended_at = clock_timestamp(),
          end_reason = 'limit'
    where ended_at is null
      and id in (
        select id
          from refresh_families as family
         where user_id = $1::uuid
           and ended_at is null
           and expires_at > now()
         order by id = $2::uuid desc, ${lastUsedAt} desc, id desc
        offset $3::int)
   returning id`,
);

export interface FamilyRow {
  familyId: string;
  userId: string;
  /** It was ended, or has expired by the database's clock. */
  over: boolean;
  /** Whether another session took its place in its browser, by a sign-in or a step-up. */
  replaced: boolean;
  deviceHash: Buffer | null;
}

/** Locks the family of a refresh token, so that concurrent refreshes with one token run one after the other. */
export const lockFamily = statement<[tokenHash: Buffer, limits: LimitSeconds], FamilyRow>(
  'accounts.lock_family',
  `select family.id as "familyId", family.user_id as "userId", ${buildIsOver('$2')} as over,
          coalesce(family.end_reason = 'replaced', false) as replaced, family.device_hash as "deviceHash"
     from refresh_tokens token
     join refresh_families family on family.id = token.family_id
     join users on users.id = family.user_id
    where token.token_hash = $1::bytea
      for no key update of family`,
);

/**
 * Binds a session that is in no browser so far to one that its user has signed in with: it began at a server of an earlier
 * version. Called under the lock of its family.
 */
export const bindFamily = statement<[id: string, deviceHash: Buffer], { id: string }>(
  'accounts.bind_family',
  `update refresh_families as family
      set device_hash = $2::bytea
    where id = $1::uuid
      and device_hash is null
      and exists (
        select from known_devices
         where known_devices.user_id = family.user_id
           and kind = 'cookie'
           and identity_hash = $2::bytea)
   returning id`,
);

/** `issuedAt` is of the live token. */
export interface TokenRow extends SessionRow {
  spent: boolean;
  /** Spent within the last 10 seconds by the database's clock. */
  spentRecently: boolean;
  /** The one live token of the family. */
  liveHash: Buffer;
}

/** Returns the token's state; called under the lock of its family. */
export const findRefreshToken = statement<[tokenHash: Buffer], TokenRow>(
  'accounts.find_refresh_token',
  `select token.spent_at is not null as spent,
          coalesce(token.spent_at > clock_timestamp() - interval '10 seconds', false) as "spentRecently",
          live.token_hash as "liveHash", live.issued_at as "issuedAt",
          users.id, email, name, role, vip, disabled_at is not null as disabled,
          users.created_at as "createdAt",
          users.password_change_required as "passwordChangeRequired",
          family.expires_at as "expiresAt", family.authenticated_at as "authenticatedAt",
          family.generation, family.epoch, family.device_hash as "deviceHash",
          array(select distinct type
                  from factors
                 where user_id = users.id
                   and confirmed_at is not null
                 order by type) as factors,
          users.email_verified_at is not null as "emailVerified"
     from refresh_tokens token
     join refresh_families family on family.id = token.family_id
     join refresh_tokens live on live.family_id = family.id and live.spent_at is null
     join users on users.id = family.user_id
    where token.token_hash = $1::bytea`,
);

/**
 * Every refresh extends the session within its limits, and notes where it came from, unless the address is null.
 */
export const rotateRefreshToken = statement<
  [
    tokenHash: Buffer,
    successorHash: Buffer,
    limits: LimitSeconds,
    address: string | null,
    userAgent: string | null,
  ],
  { issuedAt: Date; expiresAt: Date }
>(
  'accounts.rotate_refresh_token',
  `with spent as (
     update refresh_tokens
        set spent_at = clock_timestamp()
      where token_hash = $1::bytea
        and spent_at is null
     returning family_id
   ), extended as (
     update refresh_families as family
        set last_used_at = clock_timestamp(),
            expires_at = ${buildEnd('$3', 'clock_timestamp()')},
            address = case when $4::text is null then address else $4::text end,
            user_agent = case when $4::text is null then user_agent else $5::text end
       from spent
      cross join users
      where family.id = spent.family_id
        and users.id = family.user_id
     returning family.id, family.expires_at
   ), token as (
     insert into refresh_tokens (token_hash, family_id)
     select $2::bytea, id
       from extended
     returning issued_at
   )
   select issued_at as "issuedAt", expires_at as "expiresAt"
     from token
    cross join extended`,
);

/** Spends the access tokens of a session that continues. */
export const nextGeneration = statement<[id: string], { generation: number }>(
  'accounts.next_generation',
  `update refresh_families
      set generation = generation + 1,
          generation_at = clock_timestamp()
    where id = $1::uuid
      and ended_at is null
   returning generation`,
);

/** Ends the sessions of everyone. */
export const nextEpoch = statement<[], { epoch: number }>(
  'accounts.next_epoch',
  `update session_epoch
      set epoch = epoch + 1
   returning epoch`,
);

/** Why a session ended. `revoked`: by its user, from the list; `limit`: the user had too many. */
export type EndReason =
  | 'logout'
  | 'reuse'
  | 'password'
  | 'reset'
  | 'disabled'
  | 'revoked'
  | 'admin'
  | 'role'
  | 'factor'
  | 'email'
  | 'limit'
  | 'replaced';

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

/**
 * Removes from where sessions were used that have expired, or were ended together with those of everyone, or by a version
 * without the trigger that does the same for one that is ended.
 */
export const forgetOrigins = statement<[limit: number], { id: string }>(
  'accounts.forget_origins',
  `update refresh_families
      set address = null,
          user_agent = null,
          device_hash = null
    where id in (
      select id
        from refresh_families
       where (address is not null or user_agent is not null or device_hash is not null)
         and (ended_at is not null
              or expires_at <= now()
              or epoch < (select epoch from session_epoch))
       limit $1::int)
   returning id`,
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
