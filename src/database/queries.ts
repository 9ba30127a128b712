import { statement } from './statement.ts';

export const readTime = statement<[], { now: Date }>(
  'database.read_time',
  'select clock_timestamp() as now',
);

/** Returns a row if the key was claimed. An expired key is claimed in the same statement. */
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
         created_at = now(),
         expires_at = excluded.expires_at
     where key.expires_at <= now()
   returning scope_hash as "scopeHash"`,
);

export interface StoredKeyRow {
  requestHash: Buffer;
  result: string | null;
}

/**
 * Locks the row on purpose: that is a write, and with a synchronous standby a replayed response must write too, so that
 * it waits for the standby like the first response.
 */
export const findKey = statement<[scopeHash: Buffer], StoredKeyRow>(
  'idempotency.find_key',
  `select request_hash as "requestHash", result
     from idempotency_keys
    where scope_hash = $1::bytea
      for no key update`,
);

/** The same for a key that has not expired. */
export const findLiveKey = statement<[scopeHash: Buffer], StoredKeyRow>(
  'idempotency.find_live_key',
  `select request_hash as "requestHash", result
     from idempotency_keys
    where scope_hash = $1::bytea
      and expires_at > now()
      for no key update`,
);

export const storeResult = statement<[scopeHash: Buffer, result: string], never>(
  'idempotency.store_result',
  `update idempotency_keys
      set result = $2::text
    where scope_hash = $1::bytea`,
);

/**
 * Replaces results that one of the callers received or that contain one of the ids, among the next keys after a hash, except
 * for those of some operations. Returns the last of these keys; null: there are no more.
 */
export const forgetResultsAfter = statement<
  [
    afterHash: Buffer,
    lookAtMax: number,
    callerIds: readonly string[],
    ids: readonly string[],
    replacement: string,
    keptOperations: readonly string[],
  ],
  { lastHash: Buffer | null }
>(
  'idempotency.forget_results',
  `with slice as materialized (
     select scope_hash, caller_id, operation, result
       from idempotency_keys
      where scope_hash > $1::bytea
      order by scope_hash
      limit $2::int
   ), forgotten as (
     update idempotency_keys
        set result = $5::text
      where scope_hash in (
        select scope_hash
          from slice
         where result <> $5::text
           and operation <> all($6::text[])
           and (caller_id = any($3::uuid[])
                or exists (
                  select
                    from regexp_matches(result, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') as named (ids)
                   where ids[1] = any($4::text[]))))
   )
   select scope_hash as "lastHash"
     from slice
    order by scope_hash desc
    limit 1`,
);

/** Removes one slice of the expired keys. */
export const purgeKeys = statement<[limit: number], { scopeHash: Buffer }>(
  'idempotency.purge_keys',
  `delete from idempotency_keys
    where scope_hash in (
      select scope_hash from idempotency_keys where expires_at <= now() limit $1::int)
   returning scope_hash as "scopeHash"`,
);

/** Fails on a database that has never been migrated. */
export const countMigrations = statement<[], { applied: number }>(
  'database.count_migrations',
  'select count(*)::int as applied from schema_migrations',
);

export interface RoleRow {
  name: string;
  database: string;
  /** Differs between servers; a replica has that of its primary. */
  systemId: string;
  isSuperuser: boolean;
  /** Whether it may create roles, or bypass or replicate what it may not read. */
  isPowerful: boolean;
  /** A role that owns tables of Holdfast, if this one is or may become it. */
  owner: string | null;
}

/** Describes the role of the connection. */
export const findRole = statement<[], RoleRow>(
  'database.find_role',
  `select role.rolname as name,
          current_database() as database,
          (select system_identifier::text from pg_control_system()) as "systemId",
          role.rolsuper as "isSuperuser",
          role.rolcreaterole or role.rolcreatedb or role.rolreplication or role.rolbypassrls as "isPowerful",
          (select owner.rolname
             from pg_class class
             join pg_namespace space on space.oid = class.relnamespace
             join pg_roles owner on owner.oid = class.relowner
            where space.nspname in ('public', 'sandbox', 'pgboss')
              and class.relkind in ('r', 'p', 'v', 'm', 'S')
              and pg_has_role(class.relowner, 'member')
            limit 1) as owner
     from pg_roles role
    where role.rolname = current_user`,
);

/**
 * An expression whose evaluation is a write, so that the COMMIT of its transaction waits for the synchronous standby, and with it
 * for everything that was visible before. A message in the WAL that nothing reads; without such a standby it does nothing.
 */
export const WRITE_FOR_STANDBY = `case when current_setting('synchronous_standby_names') <> ''
            then pg_logical_emit_message(true, 'holdfast', '')
        end`;

/**
 * Makes the transaction, or the statement on its own, wait for the synchronous standby although it changes nothing: for
 * answers and messages that rest on what another transaction has written.
 */
export const reachStandby = statement<[], never>(
  'database.reach_standby',
  `select ${WRITE_FOR_STANDBY} as message`,
);

/**
 * Ends the sessions of this role whose COMMIT has waited too long for a synchronous standby. PostgreSQL would let each wait
 * until the standby is back, with its locks, although its client has long gone.
 */
export const endWaitingSessions = statement<[afterMs: number], { pid: number }>(
  'database.end_waiting_sessions',
  `select pid
     from pg_stat_activity
    where usename = current_user
      and application_name in ('holdfast', 'holdfast-queue')
      and wait_event = 'SyncRep'
      and query_start < clock_timestamp() - make_interval(secs => $1::double precision / 1000)
      and pg_terminate_backend(pid)`,
);
