import { statement } from '../../../database/statement.ts';
import type { FactorType } from '../../../shared/caller.ts';

/** A factor as its owner sees it. */
export interface FactorRow {
  id: string;
  type: FactorType;
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Returns the confirmed factors of a user, oldest first. */
export const listFactorRows = statement<[userId: string], FactorRow>(
  'accounts.list_factors',
  `select id, type, name, created_at as "createdAt", last_used_at as "lastUsedAt"
     from factors
    where user_id = $1::uuid
      and confirmed_at is not null
    order by created_at, id`,
);

/** The methods of proof that an account has. */
export interface MethodsRow {
  hasTotp: boolean;
  /** A passkey of this RP ID. */
  hasPasskey: boolean;
  /** A factor of any kind: also a passkey of another RP ID, which cannot be used here. */
  hasFactor: boolean;
  recoveryCodesLeft: number;
}

/** `rpId` is null where passkeys cannot be used. */
export const findMethods = statement<[userId: string, rpId: string | null], MethodsRow>(
  'accounts.find_methods',
  `select coalesce(bool_or(type = 'totp'), false) as "hasTotp",
          coalesce(bool_or(type = 'passkey' and rp_id = $2::text), false) as "hasPasskey",
          count(*) > 0 as "hasFactor",
          (select count(*)::int
             from recovery_codes
            where user_id = $1::uuid
              and used_at is null) as "recoveryCodesLeft"
     from factors
    where user_id = $1::uuid
      and confirmed_at is not null`,
);

/** Counts the factors of a user, with those that are not confirmed yet. */
export const countFactors = statement<[userId: string], { count: number; confirmed: number }>(
  'accounts.count_factors',
  `select count(*)::int as count, count(confirmed_at)::int as confirmed
     from factors
    where user_id = $1::uuid`,
);

export const insertTotp = statement<
  [id: string, userId: string, name: string, secret: Buffer, secretKeyId: string],
  { id: string }
>(
  'accounts.insert_totp',
  `insert into factors (id, user_id, type, name, secret, secret_key_id)
   values ($1::uuid, $2::uuid, 'totp', $3::text, $4::bytea, $5::text)
   returning id`,
);

export interface TotpRow {
  id: string;
  name: string;
  secret: Buffer;
  secretKeyId: string;
  lastStep: number | null;
  /** The database's time. */
  nowMs: number;
}

/** Returns the secrets whose codes count, the latest used first; called under the lock of the user. */
export const findTotps = statement<[userId: string], TotpRow>(
  'accounts.find_totps',
  `select id, name, secret, secret_key_id as "secretKeyId", last_step as "lastStep",
          extract(epoch from clock_timestamp())::double precision * 1000 as "nowMs"
     from factors
    where user_id = $1::uuid
      and type = 'totp'
      and confirmed_at is not null
    order by last_used_at desc nulls last, id`,
);

/** Returns a secret that waits for its confirmation; called under the lock of the user. */
export const findPendingTotp = statement<[userId: string, id: string], TotpRow>(
  'accounts.find_pending_totp',
  `select id, name, secret, secret_key_id as "secretKeyId", last_step as "lastStep",
          extract(epoch from clock_timestamp())::double precision * 1000 as "nowMs"
     from factors
    where user_id = $1::uuid
      and id = $2::uuid
      and type = 'totp'
      and confirmed_at is null
      and created_at > clock_timestamp() - interval '1 hour'`,
);

export const confirmTotpRow = statement<[id: string, step: number], { id: string }>(
  'accounts.confirm_totp',
  `update factors
      set confirmed_at = clock_timestamp(),
          last_used_at = clock_timestamp(),
          last_step = $2::bigint
    where id = $1::uuid
   returning id`,
);

/** Accepts the code of a time step, and no earlier one from then on. Stores the secret as given. */
export const spendTotpStep = statement<
  [id: string, step: number, secret: Buffer, secretKeyId: string],
  { id: string }
>(
  'accounts.spend_totp_step',
  `update factors
      set last_used_at = clock_timestamp(),
          last_step = $2::bigint,
          secret = $3::bytea,
          secret_key_id = $4::text
    where id = $1::uuid
      and (last_step is null or last_step < $2::bigint)
   returning id`,
);

/** Counts the secrets by the key that they need. */
export const countByKey = statement<[], { secretKeyId: string; count: number }>(
  'accounts.count_factors_by_key',
  `select secret_key_id as "secretKeyId", count(*)::int as count
     from factors
    where type = 'totp'
      and confirmed_at is not null
    group by secret_key_id`,
);

/** Counts the passkeys that belong to other domains than this one; null: all. */
export const countStrandedPasskeys = statement<
  [rpId: string | null],
  { rpId: string; count: number }
>(
  'accounts.count_stranded_passkeys',
  `select rp_id as "rpId", count(*)::int as count
     from factors
    where type = 'passkey'
      and confirmed_at is not null
      and rp_id is distinct from $1::text
    group by rp_id
    order by rp_id`,
);

/** Returns the passkeys of staff who have no other factor. */
export const listOnlyPasskeysOfStaff = statement<[], { userId: string; publicKey: Buffer }>(
  'accounts.list_only_passkeys_of_staff',
  `select factors.user_id as "userId", factors.public_key as "publicKey"
     from users
     join factors on factors.user_id = users.id
    where users.role <> 'customer'
      and users.disabled_at is null
      and factors.type = 'passkey'
      and factors.confirmed_at is not null
      and not exists (
        select from factors as other
         where other.user_id = users.id
           and other.type <> 'passkey'
           and other.confirmed_at is not null)`,
);

/** Deletes factors that were never confirmed. */
export const purgePendingFactors = statement<[limit: number], { id: string }>(
  'accounts.purge_pending_factors',
  `delete from factors
    where id in (
      select id
        from factors
       where confirmed_at is null
         and created_at < now() - interval '1 hour'
       limit $1::int)
   returning id`,
);

/** Inserts new codes; called after the old ones were deleted. `hashes` are hexadecimal. */
export const insertRecoveryCodes = statement<
  [userId: string, hashes: readonly string[]],
  { userId: string }
>(
  'accounts.insert_recovery_codes',
  `insert into recovery_codes (user_id, code_hash)
   select $1::uuid, decode(hash, 'hex')
     from unnest($2::text[]) as given (hash)
   returning user_id as "userId"`,
);

export const deleteRecoveryCodes = statement<[userId: string], { userId: string }>(
  'accounts.delete_recovery_codes',
  `delete from recovery_codes
    where user_id = $1::uuid
   returning user_id as "userId"`,
);

export const spendRecoveryCode = statement<[userId: string, hash: Buffer], { userId: string }>(
  'accounts.use_recovery_code',
  `update recovery_codes
      set used_at = clock_timestamp()
    where user_id = $1::uuid
      and code_hash = $2::bytea
      and used_at is null
   returning user_id as "userId"`,
);

export interface PasskeyRow {
  id: string;
  userId: string;
  name: string;
  credentialId: Buffer;
  publicKey: Buffer;
  rpId: string;
  signCount: number;
  transports: string[];
}

export const insertPasskey = statement<
  [
    id: string,
    userId: string,
    name: string,
    credentialId: Buffer,
    publicKey: Buffer,
    rpId: string,
    signCount: number,
    transports: readonly string[],
    backupEligible: boolean,
    backedUp: boolean,
  ],
  FactorRow
>(
  'accounts.insert_passkey',
  `insert into factors (id, user_id, type, name, confirmed_at, credential_id, public_key, rp_id, sign_count,
                        transports, backup_eligible, backed_up)
   values ($1::uuid, $2::uuid, 'passkey', $3::text, clock_timestamp(), $4::bytea, $5::bytea, $6::text, $7::bigint,
           $8::text[], $9::boolean, $10::boolean)
   returning id, type, name, created_at as "createdAt", last_used_at as "lastUsedAt"`,
);

/** Renames a confirmed factor. Returns no row if the user has no such factor. */
export const renameFactor = statement<
  [userId: string, id: string, name: string],
  FactorRow & { formerName: string }
>(
  'accounts.rename_factor',
  `with former as (
     select id, name
       from factors
      where id = $2::uuid
        and user_id = $1::uuid
        and confirmed_at is not null
        for no key update)
   update factors
      set name = $3::text
     from former
    where factors.id = former.id
   returning factors.id, type, factors.name, created_at as "createdAt", last_used_at as "lastUsedAt",
             former.name as "formerName"`,
);

/** Removes a factor, confirmed or not. */
export const deleteFactor = statement<
  [userId: string, id: string],
  Pick<FactorRow, 'id' | 'type' | 'name'> & { isConfirmed: boolean }
>(
  'accounts.delete_factor',
  `delete from factors
    where id = $2::uuid
      and user_id = $1::uuid
   returning id, type, name, confirmed_at is not null as "isConfirmed"`,
);

/** Removes every factor of a user, confirmed or not. */
export const deleteFactors = statement<
  [userId: string],
  Pick<FactorRow, 'id' | 'type' | 'name'> & { isConfirmed: boolean }
>(
  'accounts.delete_factors',
  `delete from factors
    where user_id = $1::uuid
   returning id, type, name, confirmed_at is not null as "isConfirmed"`,
);

/** Returns the passkeys of a user. */
export const findPasskeys = statement<[userId: string, rpId: string], PasskeyRow>(
  'accounts.find_passkeys',
  `select id, user_id as "userId", name, credential_id as "credentialId", public_key as "publicKey",
          rp_id as "rpId", sign_count as "signCount", transports
     from factors
    where user_id = $1::uuid
      and rp_id = $2::text
      and confirmed_at is not null
    order by created_at, id`,
);

/** Returns whose passkey it is. */
export const findPasskey = statement<[credentialId: Buffer], PasskeyRow>(
  'accounts.find_passkey',
  `select id, user_id as "userId", name, credential_id as "credentialId", public_key as "publicKey",
          rp_id as "rpId", sign_count as "signCount", transports
     from factors
    where credential_id = $1::bytea
      and confirmed_at is not null`,
);

export const recordPasskeyUse = statement<
  [id: string, signCount: number, backedUp: boolean],
  { id: string }
>(
  'accounts.record_passkey_use',
  `update factors
      set last_used_at = clock_timestamp(),
          sign_count = $2::bigint,
          backed_up = $3::boolean
    where id = $1::uuid
   returning id`,
);
