import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Database } from '../database.ts';
import { lockMigrations, type Migration, migrateEmpty, RESTORE_MARK } from '../migrate.ts';
import { SCHEMAS } from '../privileges.ts';
import { beginOn } from '../run-on-connection.ts';
import { listTables, readSequences, type TableRow } from './describe-content.ts';
import { type BackedUpTable, BackupError, type BackupManifest } from './format.ts';
import { makeParts } from './make-parts.ts';
import { type ReadOptions, readBackup } from './read-backup.ts';
import { setTablesAside } from './set-aside.ts';

export interface LoadOptions extends Pick<ReadOptions, 'onProgress'> {
  /** Of the owner, opened for COPY. */
  readonly client: pg.ClientBase;
  /** What `readBackup` has returned of the file. */
  readonly manifest: BackupManifest;
  /** Those of the backup. */
  readonly migrations: readonly Migration[];
}

/**
 * Restores the tables of a backup in one transaction, in the schema that they had, and marks the database as one whose restore is
 * not finished. Nothing is changed if it fails. Returns the tables that were left out, because its migrations create none of
 * that name: somebody else's. Throws BackupError, also if the database is not empty.
 */
export async function loadBackup(path: string, options: LoadOptions): Promise<readonly string[]> {
  const { client, manifest, migrations, onProgress } = options;
  await beginOn(client);
  try {
    await lockMigrations(client, 'exclusive');
    await requireEmpty(client);
    await client.query(
      `create table public.${RESTORE_MARK} (began_at timestamptz not null default now())`,
    );
    await migrateEmpty(client, migrations);
    await makeParts(client, manifest.parts);
    const tables = await listTables(client);
    const others = compareTables(tables, manifest.tables);
    const putBack = await setTablesAside(client, tables);
    const byName = new Map(tables.map((table) => [table.name, table]));
    const rowsOf = new Map(manifest.tables.map(({ name, rows }) => [name, rows]));
    await readBackup(path, {
      onProgress,
      async onTable(table, rows) {
        if (others.includes(table.name)) {
          for await (const _ of rows);
          return;
        }
        // The server refuses to freeze the rows of parts.
        const freeze = byName.get(table.name)!.partitioned ? '' : ' with (freeze)';
        const copy = client.query(
          copyFrom(`copy ${table.name} (${table.columns.join(', ')}) from stdin${freeze}`),
        );
        await pipeline(rows, copy);
        if (copy.rowCount !== rowsOf.get(table.name)) {
          throw new BackupError(
            `It was altered or damaged. ${table.name} has ${copy.rowCount} rows instead of ${rowsOf.get(table.name)}.`,
          );
        }
      },
    });
    await setSequences(client, manifest);
    await putBack();
    await client.query('commit');
    return others;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** Collects what the planner has to know, and removes the mark: from now on servers may use the database. */
export async function endRestore(owner: Pick<Database, 'connect'>): Promise<void> {
  const client = await owner.connect();
  try {
    await client.query('analyze');
    await client.query(`drop table public.${RESTORE_MARK}`);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Throws BackupError if something is in the schemas that Holdfast uses. */
export async function requireEmpty(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; marked: boolean }>(
    `select format('%I.%I', nspname, relname) as name, relname = $2::text as marked
       from pg_class class
       join pg_namespace space on space.oid = relnamespace
      where nspname = any($1::text[])
        and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and not exists (
          select from pg_depend
           where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e')
      order by marked desc, nspname = 'public' desc, relname
      limit 1`,
    [SCHEMAS, RESTORE_MARK],
  );
  const [found] = rows;
  if (found === undefined) return;
  throw new BackupError(
    found.marked
      ? 'A restore into this database was interrupted. Drop the database, create it anew, and restore the backup into it.'
      : `The database is not empty: it contains ${found.name}. A backup is restored into an empty one.`,
  );
}

/**
 * Returns the tables that are only in the backup. Throws BackupError if it lacks one, or if one has other columns than its migrations
 * create.
 */
function compareTables(
  created: readonly TableRow[],
  backedUp: readonly BackedUpTable[],
): readonly string[] {
  const columnsOf = new Map(backedUp.map(({ name, columns }) => [name, columns.join(', ')]));
  for (const { name, columns } of created) {
    const saved = columnsOf.get(name);
    if (saved === columns.join(', ')) continue;
    throw new BackupError(
      saved === undefined
        ? `It lacks the table ${name}.`
        : `Its table ${name} has the columns ${saved}, but its migrations create ${columns.join(', ')}.`,
    );
  }
  const names = new Set(created.map(({ name }) => name));
  return backedUp.map(({ name }) => name).filter((name) => !names.has(name));
}

async function setSequences(client: pg.ClientBase, { sequences }: BackupManifest): Promise<void> {
  const names = new Set((await readSequences(client)).map(({ name }) => name));
  for (const { name, value, isCalled } of sequences) {
    if (!names.has(name)) continue;
    await client.query('select setval($1::regclass, $2::bigint, $3::boolean)', [
      name,
      value,
      isCalled,
    ]);
  }
}
