import { statement } from '../../database/statement.ts';

export interface ServerSettingsRow {
  /** Such as 180004 for 18.4. */
  versionNumber: number;
  version: string;
  fsync: string;
  fullPageWrites: string;
  /** The server's value, which our sessions override. */
  synchronousCommit: string;
  /** `on` for a standby, and if writes are disabled. */
  readOnly: string;
  /** The extension that searches need: installed, or whether this user can create it. */
  trigrams: 'there' | 'creatable' | 'forbidden' | 'absent';
}

export const findServerSettings = statement<[], ServerSettingsRow>(
  'main.find_server_settings',
  `select current_setting('server_version_num')::int as "versionNumber",
          current_setting('server_version') as version,
          current_setting('fsync') as fsync,
          current_setting('full_page_writes') as "fullPageWrites",
          (select reset_val from pg_settings where name = 'synchronous_commit') as "synchronousCommit",
          current_setting('transaction_read_only') as "readOnly",
          case
            when exists (select from pg_extension where extname = 'pg_trgm') then 'there'
            when not exists (select from pg_available_extensions where name = 'pg_trgm') then 'absent'
            when has_database_privilege(current_database(), 'create') then 'creatable'
            else 'forbidden'
          end as trigrams`,
);

/** Returns the time of the database's machine, in milliseconds since 1970. */
export const findServerTime = statement<[], { nowMs: number }>(
  'main.find_server_time',
  `select extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs"`,
);

/** Locks until commit, so that servers that start together load the demo data once. */
export const lockDemoData = statement<[], never>(
  'main.lock_demo_data',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.demo_data', 0))`,
);
