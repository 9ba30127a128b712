/** PostgreSQL settings, by name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Returns the settings that our statements, our triggers and the parsers of `pg` rely on, and the timeouts. Each could
 * be changed by "alter database", "alter role", postgresql.conf or PGOPTIONS, and none of these may change what the
 * product does. Resource limits, the location of data and the `role` are left to the operator. So is
 * `default_transaction_read_only`: an operator who sets it wants no writes, and gets a server that waits.
 */
export function sessionSettings(timeouts: {
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}): Settings {
  return {
    ...reliedUpon,
    statement_timeout: String(timeouts.statementTimeoutMs),
    idle_in_transaction_session_timeout: String(timeouts.idleInTransactionTimeoutMs),
  };
}

const reliedUpon: Settings = {
  // The tables are in `public`. Those of the queue and the sandbox are schema-qualified.
  search_path: 'public',
  // The text format of values. `pg` accepts times only in ISO format.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // How literals and comparisons are parsed.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  exit_on_error: 'off',
  // With `replica` no trigger fires: neither those that guard status changes and the log, nor foreign keys.
  session_replication_role: 'origin',
  // The invariants are views.
  restrict_nonsystem_relation_kind: '',
  // With a limit, searches would miss results.
  gin_fuzzy_search_limit: '0',
  // Waits are limited by statement_timeout, connections by the pool.
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
  client_min_messages: 'warning',
  // Short statements are planned with the other scan types disabled, so index scans must be enabled. JIT compilation
  // costs them more than it saves.
  enable_seqscan: 'on',
  enable_indexscan: 'on',
  enable_indexonlyscan: 'on',
  enable_bitmapscan: 'on',
  enable_nestloop: 'on',
  enable_hashjoin: 'on',
  enable_mergejoin: 'on',
  enable_sort: 'on',
  plan_cache_mode: 'auto',
  jit: 'off',
  // Our own setting, set by a transaction that overrides the usual status changes.
  'holdfast.override_reason': '',
};

/**
 * Returns one statement that changes the settings whose value differs, except those that this version of PostgreSQL
 * does not have. All names in it are schema-qualified, since the search path is not set yet. `synchronous_commit` is
 * only raised from `off`: its other values state how many servers a commit waits for, which the operator decides.
 */
export function settingText(
  settings: Settings,
  { isLocal, onlyFor }: { readonly isLocal: boolean; readonly onlyFor?: number },
): string {
  const rows = Object.entries(settings).map(([name, value]) => `('${name}', '${value}')`);
  const backend =
    onlyFor === undefined
      ? ''
      : `\n     and pg_catalog.pg_backend_pid() operator(pg_catalog.=) (${onlyFor})`;
  return `select pg_catalog.set_config(name, value, ${isLocal})
    from (values ${rows.join(', ')}, ('synchronous_commit', 'on')) as wanted (name, value)
   where case name operator(pg_catalog.=) 'synchronous_commit'
           when true then pg_catalog.current_setting(name, true) operator(pg_catalog.=) 'off'
           else pg_catalog.current_setting(name, true) operator(pg_catalog.<>) value
         end${backend}`;
}
