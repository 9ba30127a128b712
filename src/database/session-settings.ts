/** Name and value of settings of PostgreSQL. */
export type Settings = Readonly<Record<string, string>>;

/**
 * What our statements, our triggers and the parsers of `pg` rely on, and what bounds them by a clock: each can be set for a
 * database or a role by "alter database" and "alter role", in postgresql.conf, or by PGOPTIONS, and none of those may
 * change what the product does. How much a plan may use, where data lies, or as whom we work (`role`) is the operator's. So is `default_transaction_read_only`: who sets it wants no writes, and gets a server that waits.
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
  // The tables are in `public`; those of the queue and the sandbox are named with their schemas.
  search_path: 'public',
  // How values are written and read. `pg` takes times in ISO format only.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // How a text is read.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  // What a transaction is.
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  exit_on_error: 'off',
  // With `replica` no trigger runs: neither guards of steps and logs, nor foreign keys.
  session_replication_role: 'origin',
  // The invariants are views.
  restrict_nonsystem_relation_kind: '',
  // Searches would find some of what is there.
  gin_fuzzy_search_limit: '0',
  // Waits are bounded by statement_timeout, connections by the pool.
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_session_timeout: '0',
  client_min_messages: 'warning',
  // Statements that an index keeps short are planned with the other ways switched off, so that its ways must be there. Code
  // that is compiled for each of them costs more than it saves.
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
  // Ours, set by a transaction that may override a step.
  'holdfast.override_reason': '',
};

/**
 * One statement that sets what has another value. It skips what this version of PostgreSQL does not have. Everything in it
 * is named with its schema, since the search path is not ours yet. `synchronous_commit` is only raised: other values than
 * `off` say on how many servers a commit waits, which the operator decides.
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
