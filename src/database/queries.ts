import { statement } from './statement.ts';

export const readTime = statement<[], { now: Date }>(
  'database.read_time',
  'select clock_timestamp() as now',
);

/**
 * A row comes back when the key is ours. A key whose time has passed is taken over in the same statement.
 */
export const claimKey = statement<
  [scopeHash: Buffer, requestHash: Buffer, callerId: string, operation: string],
  { scopeHash: Buffer }
>(
  'idempotency.claim_key',
  `insert into idempotency_keys as key (scope_hash, request_hash, caller_id, operation, expires_at)
   values ($1::bytea, $2::bytea, $3::uuid, $4::text, now() + interval '24 hours')
   on conflict (scope_hash) do update
     set request_hash = excluded.request_hash,
         operation = excluded.operation,
         result = null,
         effect_id = null,
         created_at = now(),
         expires_at = excluded.expires_at
     where key.expires_at <= now()
   returning scope_hash as "scopeHash"`,
);

export interface StoredKeyRow {
  scopeHash: Buffer;
  requestHash: Buffer;
  result: string | null;
}

/**
 * Touches the row on purpose: with a synchronous standby an answer to a replay must itself write, so that it waits for
 * the standby as the first answer did.
 */
export const findKey = statement<[scopeHash: Buffer], StoredKeyRow>(
  'idempotency.find_key',
  `update idempotency_keys
      set replayed_at = now()
    where scope_hash = $1::bytea
   returning scope_hash as "scopeHash", request_hash as "requestHash", result`,
);

/** The same, for a key that has not come to its end. */
export const findLiveKey = statement<[scopeHash: Buffer], StoredKeyRow>(
  'idempotency.find_live_key',
  `update idempotency_keys
      set replayed_at = now()
    where scope_hash = $1::bytea
      and expires_at > now()
   returning scope_hash as "scopeHash", request_hash as "requestHash", result`,
);

export const storeResult = statement<[scopeHash: Buffer, result: string], never>(
  'idempotency.store_result',
  `update idempotency_keys
      set result = $2::text
    where scope_hash = $1::bytea`,
);

/** Several live keys at once, with the effects that they stand for. Touched as by `findKey`. */
export const findUsedKeys = statement<
  [scopeHashes: readonly Buffer[]],
  { scopeHash: Buffer; requestHash: Buffer; result: string | null; effectId: string | null }
>(
  'idempotency.find_used_keys',
  `update idempotency_keys
      set replayed_at = now()
    where scope_hash = any($1::bytea[])
      and expires_at > now()
   returning scope_hash as "scopeHash", request_hash as "requestHash", result, effect_id as "effectId"`,
);

/**
 * Stores several keys with their results and effects. A row that does not come back was taken by another server in the meantime.
 * By arrays, not as JSON like the other rows: the results are JSON themselves, and would be escaped and read twice.
 */
export const pinKeys = statement<
  [
    scopeHashes: readonly Buffer[],
    requestHashes: readonly Buffer[],
    callerIds: readonly string[],
    operations: readonly string[],
    results: readonly string[],
    effectIds: readonly string[],
    permanent: readonly boolean[],
  ],
  { scopeHash: Buffer }
>(
  'idempotency.pin_keys',
  `insert into idempotency_keys as key
          (scope_hash, request_hash, caller_id, operation, result, effect_id, expires_at)
   select scope_hash, request_hash, caller_id, operation, result, effect_id,
          case when permanent then timestamptz 'infinity' else now() + interval '24 hours' end
     from unnest($1::bytea[], $2::bytea[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::boolean[])
       as new_key (scope_hash, request_hash, caller_id, operation, result, effect_id, permanent)
   on conflict (scope_hash) do update
     set request_hash = excluded.request_hash,
         operation = excluded.operation,
         result = excluded.result,
         effect_id = excluded.effect_id,
         created_at = now(),
         expires_at = excluded.expires_at
     where key.expires_at <= now()
   returning scope_hash as "scopeHash"`,
);

/** Keys whose time has passed, a slice at a time. */
export const purgeKeys = statement<[limit: number], { scopeHash: Buffer }>(
  'idempotency.purge_keys',
  `delete from idempotency_keys
    where scope_hash in (
      select scope_hash from idempotency_keys where expires_at <= now() limit $1::int)
   returning scope_hash as "scopeHash"`,
);

/** Fails on a database that was never migrated. */
export const countMigrations = statement<[], { applied: number }>(
  'database.count_migrations',
  'select count(*)::int as applied from schema_migrations',
);
