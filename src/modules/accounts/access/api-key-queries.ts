import { statement } from '../../../database/statement.ts';
import type { Scope } from '../../../shared/caller.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
  createdById: string;
  /** Their name, or else their e-mail address. */
  createdByName: string;
  heldById: string;
  heldByName: string;
  /** Null: no limit. */
  refundMaxMinor: number | null;
}

const keyColumns = `key.id, key.name, key.prefix, key.scopes, key.expires_at as "expiresAt",
          key.last_used_at as "lastUsedAt", key.created_at as "createdAt",
          creator.id as "createdById", coalesce(nullif(creator.name, ''), creator.email) as "createdByName",
          holder.id as "heldById", coalesce(nullif(holder.name, ''), holder.email) as "heldByName",
          key.refund_max_minor as "refundMaxMinor"`;

export interface KeyTerms {
  now: Date;
  /** When a key ends for which nothing else is stated. */
  usualExpiry: Date;
  latestExpiry: Date;
}

/**
 * Locks an admin against losing their access meanwhile, and returns when a key of theirs may end. Returns no row if they
 * are no active admin any more.
 */
export const lockKeyHolder = statement<[userId: string], KeyTerms>(
  'accounts.lock_key_holder',
  `select clock_timestamp() as now,
          clock_timestamp() + interval '90 days' as "usualExpiry",
          clock_timestamp() + interval '1 year' as "latestExpiry"
     from users
    where id = $1::uuid
      and role = 'admin'
      and disabled_at is null
      for share`,
);

export const insertApiKey = statement<
  [
    id: string,
    name: string,
    prefix: string,
    secretHash: Buffer,
    scopes: readonly Scope[],
    createdBy: string,
    expiresAt: Date | null,
    refundMaxMinor: number | null,
  ],
  ApiKeyRow
>(
  'accounts.insert_api_key',
  `with key as (
     insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, held_by, expires_at,
                           refund_max_minor)
     values ($1::uuid, $2::text, $3::text, $4::bytea, $5::text[], $6::uuid, $6::uuid, $7::timestamptz,
             $8::bigint)
     returning *)
   select ${keyColumns}
     from key
     join users as creator on creator.id = key.created_by
     join users as holder on holder.id = key.held_by`,
);

/** `limit` is one more than the page size. Both cursor values are null for the first page. */
export const listApiKeyRows = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  ApiKeyRow
>(
  'accounts.list_api_keys',
  `select ${keyColumns}
     from api_keys as key
     join users as creator on creator.id = key.created_by
     join users as holder on holder.id = key.held_by
    where key.revoked_at is null
      and ($1::timestamptz is null or (key.created_at, key.id) < ($1::timestamptz, $2::uuid))
    order by key.created_at desc, key.id desc
    limit $3::int`,
);

/** What the audit shows of a key. */
export type AuditedKeyRow = Pick<
  ApiKeyRow,
  'name' | 'prefix' | 'scopes' | 'expiresAt' | 'refundMaxMinor'
>;

export const revokeApiKeyRow = statement<[id: string], AuditedKeyRow>(
  'accounts.revoke_api_key',
  `update api_keys
      set revoked_at = now()
    where id = $1::uuid
      and revoked_at is null
   returning name, prefix, scopes, expires_at as "expiresAt", refund_max_minor as "refundMaxMinor"`,
);

export interface HeldKeyRow extends AuditedKeyRow {
  id: string;
  lastUsedAt: Date | null;
}

/** Locks the keys that a user holds and that still work. */
export const lockHeldKeys = statement<[userId: string], HeldKeyRow>(
  'accounts.lock_held_keys',
  `select id, name, prefix, scopes, expires_at as "expiresAt", last_used_at as "lastUsedAt",
          refund_max_minor as "refundMaxMinor"
     from api_keys
    where held_by = $1::uuid
      and revoked_at is null
      and (expires_at is null or expires_at > clock_timestamp())
    order by id
      for no key update`,
);

export const revokeKeys = statement<[ids: readonly string[]], never>(
  'accounts.revoke_api_keys',
  `update api_keys
      set revoked_at = now()
    where id = any($1::uuid[])`,
);

export const moveKeys = statement<[ids: readonly string[], holderId: string], never>(
  'accounts.move_api_keys',
  `update api_keys
      set held_by = $2::uuid
    where id = any($1::uuid[])`,
);

export interface KnownKeyRow {
  id: string;
  scopes: Scope[];
  expiresAt: Date | null;
  refundMaxMinor: number | null;
}

export const findApiKey = statement<[secretHash: Buffer], KnownKeyRow>(
  'accounts.find_api_key',
  `select id, scopes, expires_at as "expiresAt", refund_max_minor as "refundMaxMinor"
     from api_keys
    where secret_hash = $1::bytea
      and revoked_at is null`,
);

/**
 * Records the use of a key, and returns whether it is the first one. Several servers may use a key, so the statement
 * itself limits the writes to one a minute.
 */
export const touchApiKey = statement<[id: string], { isFirst: boolean }>(
  'accounts.touch_api_key',
  `with before as (
     select id, last_used_at
       from api_keys
      where id = $1::uuid
        and (last_used_at is null or last_used_at < now() - interval '1 minute')
        for no key update)
   update api_keys
      set last_used_at = now()
     from before
    where api_keys.id = before.id
   returning before.last_used_at is null as "isFirst"`,
);

/** Returns the keys that count, the newest first, for a person who restored a backup. */
export const listValidKeys = statement<
  [limit: number],
  { id: string; name: string; prefix: string; createdAt: Date }
>(
  'accounts.list_valid_keys',
  `select id, name, prefix, created_at as "createdAt"
     from api_keys
    where revoked_at is null
      and (expires_at is null or expires_at > now())
    order by created_at desc, id desc
    limit $1::int`,
);
