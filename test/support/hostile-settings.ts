import { administer } from './database.ts';

/** Possible settings of a database or a role that could change the meaning or effect of statements. */
const hostileSettings: Readonly<Record<string, string>> = {
  search_path: 'elsewhere',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Australia/Eucla',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  client_encoding: 'LATIN1',
  standard_conforming_strings: 'off',
  backslash_quote: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  xmlbinary: 'hex',
  default_text_search_config: 'pg_catalog.german',
  quote_all_identifiers: 'on',
  lc_messages: 'C',
  lc_time: 'C',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  exit_on_error: 'on',
  synchronous_commit: 'off',
  // A session needs some milliseconds to start, before which no setting of the program arrives.
  statement_timeout: '100',
  lock_timeout: '1',
  transaction_timeout: '200',
  idle_in_transaction_session_timeout: '1',
  idle_session_timeout: '400',
  row_security: 'off',
  check_function_bodies: 'off',
  restrict_nonsystem_relation_kind: 'view',
  gin_fuzzy_search_limit: '1',
  client_min_messages: 'debug1',
  default_tablespace: 'nowhere',
  temp_tablespaces: 'nowhere',
  plan_cache_mode: 'force_custom_plan',
  jit: 'on',
  enable_seqscan: 'off',
  enable_indexscan: 'off',
  enable_indexonlyscan: 'off',
  enable_bitmapscan: 'off',
  enable_nestloop: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_sort: 'off',
  'plpgsql.variable_conflict': 'use_column',
  'plpgsql.extra_errors': 'all',
  'holdfast.override_reason': 'because',
};

/** Returns the settings that the server has; some were added in later versions. */
export async function hostileHere(): Promise<[name: string, value: string][]> {
  const rows = (await administer('select lower(name) as name from pg_settings')) as {
    name: string;
  }[];
  const known = new Set(rows.map(({ name }) => name));
  return Object.entries(hostileSettings).filter(
    ([name]) => name.includes('.') || known.has(name.toLowerCase()),
  );
}

/** Applies the settings to `owner`, such as `database shop` or `role seller`. */
export async function makeHostile(
  owner: string,
  { except }: { readonly except?: string } = {},
): Promise<void> {
  await administer("load 'plpgsql'");
  for (const [name, value] of await hostileHere()) {
    if (name === except) continue;
    await administer(`alter ${owner} set ${name} to ${value.includes(',') ? value : `'${value}'`}`);
  }
}
