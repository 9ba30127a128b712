import { statement } from '../../database/statement.ts';
import type { Scope } from '../../shared/caller.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  createdAt: Date;
}

/** Returns no row if the key would already be expired by the database's clock. */
export const insertApiKey = statement<
  [
    id: string,
    name: string,
    prefix: string,
    secretHash: Buffer,
    scopes: readonly Scope[],
    createdBy: string,
    expiresAt: Date | null,
  ],
  ApiKeyRow
>(
  'accounts.insert_api_key',
  `insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, expires_at)
   select $1::uuid, $2::text, $3::text, $4::bytea, $5::text[], $6::uuid, $7::timestamptz
    where $7::timestamptz is null
       or $7::timestamptz > clock_timestamp()
   returning id, name, prefix, scopes, expires_at as "expiresAt", last_used_at as "lastUsedAt",
             created_at as "createdAt"`,
);

/** `limit` is one more than the page size. Both cursor values are null for the first page. */
export const listApiKeyRows = statement<
  [beforeAt: string | null, beforeId: string | null, limit: number],
  ApiKeyRow
>(
  'accounts.list_api_keys',
  `select id, name, prefix, scopes, expires_at as "expiresAt", last_used_at as "lastUsedAt",
          created_at as "createdAt"
     from api_keys
    where revoked_at is null
      and ($1::timestamptz is null or (created_at, id) < ($1::timestamptz, $2::uuid))
    order by created_at desc, id desc
    limit $3::int`,
);

export const revokeApiKeyRow = statement<
  [id: string],
  Pick<ApiKeyRow, 'name' | 'prefix' | 'scopes' | 'expiresAt'>
>(
  'accounts.revoke_api_key',
  `update api_keys
      set revoked_at = now()
    where id = $1::uuid
      and revoked_at is null
   returning name, prefix, scopes, expires_at as "expiresAt"`,
);

export interface KnownKeyRow {
  id: string;
  scopes: Scope[];
  expiresAt: Date | null;
}

export const findApiKey = statement<[secretHash: Buffer], KnownKeyRow>(
  'accounts.find_api_key',
  `select id, scopes, expires_at as "expiresAt"
     from api_keys
    where secret_hash = $1::bytea
      and revoked_at is null`,
);

/** Several servers may use a key, so the statement itself limits the writes to one a minute. */
export const touchApiKey = statement<[id: string], never>(
  'accounts.touch_api_key',
  `update api_keys
      set last_used_at = now()
    where id = $1::uuid
      and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
);
