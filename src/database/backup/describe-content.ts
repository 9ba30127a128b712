import type pg from 'pg';
import { RESTORE_MARK } from '../migrate.ts';
import { SCHEMAS } from '../privileges.ts';
import type { BackedUpMigration, BackedUpPart, BackedUpSequence, NeededKeys } from './format.ts';

/** The tables of the job queue contain nothing but ids of `jobs`, and are created anew. */
const QUEUE_SCHEMA = 'pgboss';

/** The schemas whose tables are in a backup. */
export const backedUpSchemas: readonly string[] = SCHEMAS.filter((name) => name !== QUEUE_SCHEMA);

export interface TableRow {
  /** With its schema, as SQL names it. */
  name: string;
  /** Those that are not computed from others, as SQL names them. */
  columns: readonly string[];
  /** Whether its rows are in parts. */
  partitioned: boolean;
  /** With its parts, without its indexes. */
  bytes: number;
}

/**
 * Returns the tables of the owner of Holdfast's, in the order of their names. The parts of a table are left out: their rows are its
 * rows.
 */
export async function listTables(client: pg.ClientBase): Promise<readonly TableRow[]> {
  const { rows } = await client.query<TableRow>(
    `select format('%I.%I', nspname, relname) as name,
            array(
              select quote_ident(attname)
                from pg_attribute
               where attrelid = class.oid
                 and attnum > 0
                 and not attisdropped
                 and attgenerated = ''
               order by attnum) as columns,
            relkind = 'p' as partitioned,
            (select coalesce(sum(pg_table_size(relid)), 0)::float8 from pg_partition_tree(class.oid))
              + case relkind when 'p' then 0 else pg_table_size(class.oid) end as bytes
       from pg_class class
       join pg_namespace space on space.oid = relnamespace
      where nspname = any($1::text[])
        and relkind in ('r', 'p')
        and not relispartition
        and relname <> $2::text
        and relowner = (
          select relowner from pg_class where oid = to_regclass('public.schema_migrations'))
        and not exists (
          select from pg_depend
           where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e')
      order by 1`,
    [backedUpSchemas, RESTORE_MARK],
  );
  return rows;
}

/** Returns the parts of all tables that have them. */
export async function listParts(client: pg.ClientBase): Promise<readonly BackedUpPart[]> {
  const { rows } = await client.query<BackedUpPart>(
    `select format('%I.%I', space.nspname, class.relname) as name, format('%I.%I', whole_space.nspname, whole.relname) as "table",
            pg_get_expr(class.relpartbound, class.oid) as bound
       from pg_class class
       join pg_namespace space on space.oid = class.relnamespace
       join pg_inherits on inhrelid = class.oid
       join pg_class whole on whole.oid = inhparent
       join pg_namespace whole_space on whole_space.oid = whole.relnamespace
      where class.relispartition
        and class.relkind = 'r'
        and whole_space.nspname = any($1::text[])
      order by 1`,
    [backedUpSchemas],
  );
  return rows;
}

/** Returns where sequences are. That is no part of a snapshot: it may be after it, which does no harm. */
export async function readSequences(client: pg.ClientBase): Promise<readonly BackedUpSequence[]> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', nspname, relname) as name
       from pg_class class
       join pg_namespace space on space.oid = relnamespace
      where nspname = any($1::text[])
        and relkind = 'S'
      order by 1`,
    [backedUpSchemas],
  );
  const sequences: BackedUpSequence[] = [];
  for (const { name } of rows) {
    const { rows: states } = await client.query<Omit<BackedUpSequence, 'name'>>(
      `select last_value::text as value, is_called as "isCalled" from ${name}`,
    );
    sequences.push({ name, ...states[0]! });
  }
  return sequences;
}

export async function readMigrationRows(
  client: pg.ClientBase,
): Promise<readonly BackedUpMigration[]> {
  const { rows } = await client.query<BackedUpMigration>(
    'select number, name, checksum from schema_migrations order by number',
  );
  return rows;
}

/** Returns the ids of the keys under which something is stored; of a database of an earlier version possibly none. */
export async function readKeyIds(client: pg.ClientBase): Promise<Omit<NeededKeys, 'seal'>> {
  const encryption = await readIds(client, {
    column: 'encryption_keys.id',
    query: 'select id from encryption_keys where retired_at is null order by id',
  });
  const factor = await readIds(client, {
    column: 'factors.secret_key_id',
    query:
      'select distinct secret_key_id as id from factors where secret_key_id is not null order by 1',
  });
  return { encryption, factor };
}

async function readIds(
  client: pg.ClientBase,
  { column, query }: { readonly column: string; readonly query: string },
): Promise<readonly string[]> {
  const { rows: found } = await client.query(
    `select from pg_attribute
      where attrelid = to_regclass($1::text)
        and attname = $2::text
        and not attisdropped`,
    column.split('.'),
  );
  if (found.length === 0) return [];
  const { rows } = await client.query<{ id: string }>(query);
  return rows.map(({ id }) => id);
}
