import pg from 'pg';
import type { Log } from '../shared/log.ts';
import { isPrivilegeError } from './database-errors.ts';
import { MigrationError } from './migration-error.ts';

/** The schemas in which Holdfast keeps something. A test compares them with those that the migrations create. */
export const SCHEMAS = ['public', 'sandbox', 'pgboss'] as const;

/** Tables that only migrations write to. */
const READ_ONLY_TABLES: readonly string[] = ['public.schema_migrations'];

/** Tables whose rows change but stay, by a guard that does more than refuse. */
const KEPT_TABLES: readonly string[] = ['public.order_lines'];

/** Tables of which the database alone decides when and in which order their rows were written, and in which columns. */
const STAMPED_TABLES: readonly string[] = ['public.events', 'public.audit'];
const STAMPS: readonly string[] = ['position', 'at'];

/**
 * Trigger functions that refuse every change, except for those that a function of the owner makes. The runtime role does
 * not get the privilege for what they refuse.
 */
const GUARDS: readonly string[] = [
  'refuse_change',
  'refuse_step_change',
  'guard_event',
  'guard_audit',
  'guard_movement',
  'guard_newest_seal',
];

/** A difference between the privileges that a role has and those of the rule. */
export interface PrivilegeGap {
  /** Such as `table public.orders`, as GRANT names it. */
  readonly target: string;
  /** Such as `select, insert`. */
  readonly privileges: string;
  /** Whether the role lacks the privileges. Otherwise it has them and should not. */
  readonly isMissing: boolean;
}

/**
 * Compares the privileges of a role with the rule:
 *
 * - SELECT on everything, also on sequences, so that the role can take a dump;
 * - INSERT, UPDATE and DELETE on tables, except for what a guard refuses, on the tables below, and on those that only
 *   migrations write to; INSERT on the tables of the log, only in the columns that the database does not fill itself;
 * - USAGE and UPDATE on sequences, unless they fill an identity column, which needs none;
 * - EXECUTE on functions, and USAGE on the schemas;
 * - nothing else: no TRUNCATE, REFERENCES, TRIGGER or MAINTAIN, and no CREATE.
 *
 * It is derived from the catalogue, so it includes what later migrations create. Members of extensions are left out,
 * since everyone may use them, and so are the tables of others in these schemas.
 *
 * Parameters: role, schemas, read-only tables, guards, kept tables, stamped tables, their stamps.
 */
const FIND_GAPS = `
  with spaces as (
    select oid, nspname
      from pg_namespace
     where nspname = any($2::text[])),
  owners as (
    -- Not by to_regclass, which fails in a schema that the role may not use.
    select relowner as owner
      from pg_class
      join spaces on spaces.oid = relnamespace
     where (nspname, relname) in (('public', 'schema_migrations'), ('pgboss', 'version'))
     union
    select oid
      from pg_roles
     where rolname = current_user),
  guards as (
    select pg_proc.oid
      from pg_proc
      join spaces on spaces.oid = pronamespace
     where nspname = 'public'
       and proname = any($4::text[])),
  relations as (
    select class.oid, class.relkind, format('%I.%I', nspname, relname) as name
      from pg_class class
      join spaces on spaces.oid = relnamespace
      join owners on owner = relowner
     where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
       and not exists (
         select from pg_depend
          where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e')),
  table_rule as (
    select relations.oid, 'table ' || name as target, privilege,
           privilege = 'SELECT'
             or (event > 0
               and relkind in ('r', 'p')
               and name <> all($3::text[])
               and (privilege <> 'DELETE' or name <> all($5::text[]))
               and (privilege <> 'INSERT' or name <> all($6::text[]))
               and not exists (
                 select from pg_trigger
                  where tgrelid = relations.oid
                    and tgfoid = any(select oid from guards)
                    and tgtype & event > 0
                    and tgqual is null
                    and tgattr::text = '')) as wanted
      from relations
      cross join (
        -- The bits of tgtype. Source: PostgreSQL, src/include/catalog/pg_trigger.h.
        values ('SELECT', 0), ('INSERT', 4), ('DELETE', 8), ('UPDATE', 16), ('TRUNCATE', 0), ('REFERENCES', 0),
               ('TRIGGER', 0), ('MAINTAIN', 0)) as privileges (privilege, event)
     where relkind <> 'S'
       and (privilege <> 'MAINTAIN' or current_setting('server_version_num')::int >= 170000)),
  table_gaps as (
    select target, privilege, wanted,
           case when privilege in ('TRUNCATE', 'TRIGGER', 'DELETE', 'MAINTAIN') or wanted
                     or (privilege = 'INSERT' and target = any(select 'table ' || unnest($6::text[])))
             then has_table_privilege($1::name, oid, privilege)
             else has_any_column_privilege($1::name, oid, privilege)
           end as held
      from table_rule),
  -- A privilege on the table includes all columns, and is one of the gaps above.
  column_gaps as (
    select target, format('INSERT (%s)', string_agg(quote_ident(attname), ', ' order by attnum)) as privilege, wanted, held
      from (
        select 'table ' || name as target, attname, attnum, attname <> all($7::text[]) as wanted,
               has_column_privilege($1::name, relations.oid, attnum, 'INSERT') as held
          from relations
          join pg_attribute on attrelid = relations.oid
         where name = any($6::text[])
           and attnum > 0
           and not attisdropped
           and not has_table_privilege($1::name, relations.oid, 'INSERT')) as columns
     where wanted <> held
     group by target, wanted, held),
  sequence_gaps as (
    select 'sequence ' || name as target, privilege,
           privilege = 'SELECT' or not exists (
             select from pg_depend
              where classid = 'pg_class'::regclass and objid = relations.oid and deptype = 'i') as wanted,
           has_sequence_privilege($1::name, relations.oid, privilege) as held
      from relations
      cross join (values ('USAGE'), ('SELECT'), ('UPDATE')) as privileges (privilege)
     where relkind = 'S'),
  routine_gaps as (
    select format('routine %I.%I(%s)', nspname, proname, pg_get_function_identity_arguments(proc.oid)) as target,
           'EXECUTE' as privilege, true as wanted, has_function_privilege($1::name, proc.oid, 'EXECUTE') as held
      from pg_proc proc
      join spaces on spaces.oid = pronamespace
      join owners on owner = proowner
     where not exists (
       select from pg_depend
        where classid = 'pg_proc'::regclass and objid = proc.oid and deptype = 'e')),
  schema_gaps as (
    select format('schema %I', nspname) as target, privilege, privilege = 'USAGE' as wanted,
           has_schema_privilege($1::name, spaces.oid, privilege) as held
      from spaces
      cross join (values ('USAGE'), ('CREATE')) as privileges (privilege)),
  database_gaps as (
    select format('database %I', current_database()) as target, 'CREATE' as privilege, false as wanted,
           has_database_privilege($1::name, current_database(), 'CREATE') as held)
  select target, string_agg(lower(privilege), ', ' order by privilege) as privileges, wanted as "isMissing"
    from (
      select * from schema_gaps
      union all select * from database_gaps
      union all select * from table_gaps
      union all select * from column_gaps
      union all select * from sequence_gaps
      union all select * from routine_gaps) as gaps
   where wanted <> held
   group by target, wanted
   order by target, wanted`;

/** Returns the differences between the privileges of a role and the rule. */
export async function findPrivilegeGaps(
  client: pg.ClientBase,
  role: string,
): Promise<readonly PrivilegeGap[]> {
  const { rows } = await client.query<PrivilegeGap>(FIND_GAPS, [
    role,
    SCHEMAS,
    READ_ONLY_TABLES,
    GUARDS,
    KEPT_TABLES,
    STAMPED_TABLES,
    STAMPS,
  ]);
  return rows;
}

/** Returns the statement that removes the difference. */
export function formatGrant({ target, privileges, isMissing }: PrivilegeGap, role: string): string {
  const name = pg.escapeIdentifier(role);
  return isMissing
    ? `grant ${privileges} on ${target} to ${name}`
    : `revoke ${privileges} on ${target} from ${name}`;
}

const STATEMENTS_SHOWN_MAX = 5;

/**
 * Grants a role the privileges of the rule and revokes all others, in the caller's transaction. `client` belongs to the
 * owner of the tables. Throws MigrationError if the role still lacks one. What it has through PUBLIC or another role stays,
 * and is logged.
 */
export async function grantPrivileges(
  client: pg.ClientBase,
  role: string,
  log?: Log,
): Promise<void> {
  const gaps = await findPrivilegeGaps(client, role);
  if (gaps.length === 0) return;
  await client.query('savepoint revoking');
  try {
    await client.query(formatStatements(gaps, role, { isMissing: false }));
  } catch (error) {
    if (!isPrivilegeError(error)) throw error;
    await client.query('rollback to savepoint revoking');
  }
  // Revoking a privilege on a table also revokes it on its columns.
  const missing = await findPrivilegeGaps(client, role);
  try {
    await client.query(formatStatements(missing, role, { isMissing: true }));
  } catch (cause) {
    if (!isPrivilegeError(cause)) throw cause;
    throw new MigrationError(describeMissing(missing, role), { cause });
  }
  const left = await findPrivilegeGaps(client, role);
  if (left.some(({ isMissing }) => isMissing))
    throw new MigrationError(describeMissing(left, role));
  if (left.length > 0) log?.warn(describeExcess(left, role));
}

function formatStatements(
  gaps: readonly PrivilegeGap[],
  role: string,
  { isMissing }: Pick<PrivilegeGap, 'isMissing'>,
): string {
  return gaps
    .filter((gap) => gap.isMissing === isMissing)
    .map((gap) => formatGrant(gap, role))
    .join(';\n');
}

/** Describes the privileges that a role lacks, with the statements that grant them. */
export function describeMissing(gaps: readonly PrivilegeGap[], role: string): string {
  const missing = gaps.filter(({ isMissing }) => isMissing);
  const statements = missing.slice(0, STATEMENTS_SHOWN_MAX).map((gap) => formatGrant(gap, role));
  const more = missing.length - statements.length;
  return `The user ${role} of DATABASE_URL lacks privileges. Run "holdfast migrate" with the owner of the tables in DATABASE_MIGRATION_URL, which grants them, or let an administrator run: ${statements.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

/** Describes privileges that a role has but does not need. */
export function describeExcess(gaps: readonly PrivilegeGap[], role: string): string {
  const excess = gaps.filter(({ isMissing }) => !isMissing);
  const shown = excess
    .slice(0, STATEMENTS_SHOWN_MAX)
    .map(({ target, privileges }) => `${privileges} on ${target}`);
  const more = excess.length - shown.length;
  return `The user ${role} of DATABASE_URL has privileges that it does not need, through PUBLIC or another role: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}. Revoke them there.`;
}
