import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Log } from '../shared/log.ts';
import type { Database } from './database.ts';
import { isPrivilegeError, isSchemaMissing } from './database-errors.ts';
import { LET_THE_OWNER, MigrationError } from './migration-error.ts';
import { grantPrivileges } from './privileges.ts';
import { beginOn } from './run-on-connection.ts';

/** The advisory lock for migrations: "hold" in ASCII. It belongs to one database, not to the server. */
const MIGRATION_LOCK = 0x686f6c64;
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

export interface Migration {
  readonly number: number;
  /** The file name without number and extension. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text in hexadecimal, independent of the line endings of the checkout. */
  readonly checksum: string;
}

export interface MigrateOptions {
  /** Default: the folder `migrations/` of the program. */
  readonly directory?: string;
  readonly log?: Log;
  /** The role that the program runs as, if it is not the one that migrates. */
  readonly grantTo?: string;
  /** Whether this is the restore because of which the database is marked. */
  readonly restoring?: boolean;
}

/** A table that exists while a backup is being restored: until its end, nothing else may use the database. */
export const RESTORE_MARK = 'unfinished_restore';

/** Source and build are at the same depth below the project, so one URL serves both. */
export const migrationsDirectory = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Returns the migrations of a folder in order. Throws MigrationError unless their numbers are 1…n. */
export async function readMigrations(
  directory: string = migrationsDirectory,
): Promise<readonly Migration[]> {
  const fileNames = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    fileNames.map(async (fileName, index) => {
      const [, digits, name] = FILE_NAME.exec(fileName) ?? [];
      if (digits === undefined || name === undefined) {
        throw new MigrationError(
          `${fileName} is not named like a migration: 0001_what_it_creates.sql`,
        );
      }
      if (Number(digits) !== index + 1) {
        throw new MigrationError(
          `Migration ${fileName} should have the number ${index + 1}: the numbers have a gap or a duplicate.`,
        );
      }
      const text = (await readFile(`${directory}/${fileName}`, 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(text).digest('hex');
      return { number: index + 1, name, text, checksum };
    }),
  );
}

/**
 * Applies all missing migrations and returns them. Each migration commits separately, together with its row in
 * `schema_migrations` and the privileges of `grantTo`, under a transaction-level lock that serializes servers starting
 * together: behind a pooler that shares sessions, a session-level lock would have no owner.
 * Throws MigrationError if the applied migrations are not those of this program, or this user may not apply the rest or
 * grant the privileges.
 */
export async function migrate(
  database: Database,
  options: MigrateOptions = {},
): Promise<readonly Migration[]> {
  const migrations = await readMigrations(options.directory);
  const client = await database.connect();
  client.on('notice', ({ severity, message = '' }) => {
    if (severity === 'WARNING') options.log?.warn(message);
  });
  const applied: Migration[] = [];
  try {
    for (;;) {
      const migration = await applyNext(client, migrations, options);
      if (migration === null) return applied;
      applied.push(migration);
      options.log?.info(`migrated to ${migration.number} (${migration.name})`);
    }
  } finally {
    // Closing the connection rolls back uncommitted work, even if the connection is already broken.
    await client.end().catch(() => {});
  }
}

/**
 * Grants a role the privileges of the rule without migrating, as the owner of the tables. Throws MigrationError if that
 * is not possible.
 */
export async function grantTo(database: Database, role: string): Promise<void> {
  const client = await database.connect();
  try {
    await beginOn(client);
    await lockMigrations(client, 'exclusive');
    await grantPrivileges(client, role);
    await client.query('commit');
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Takes the lock of migrations until the transaction ends: `exclusive` as a migration does, `shared` to keep migrations away.
 */
export async function lockMigrations(
  client: pg.ClientBase,
  mode: 'exclusive' | 'shared',
): Promise<void> {
  const suffix = mode === 'shared' ? '_shared' : '';
  await client.query(`select pg_advisory_xact_lock${suffix}($1::bigint)`, [MIGRATION_LOCK]);
}

/**
 * Applies these migrations to an empty database, in the caller's transaction. Throws MigrationError if it is not empty, or this user
 * may not apply them.
 */
export async function migrateEmpty(
  client: pg.ClientBase,
  migrations: readonly Migration[],
): Promise<void> {
  const applied = await readApplied(client);
  requireSameHistory([], applied);
  for (const migration of migrations) await apply(client, migration);
}

/** Applies the next migration and returns it, or null if there is none left. */
async function applyNext(
  client: pg.Client,
  migrations: readonly Migration[],
  { grantTo, log, restoring = false }: MigrateOptions,
): Promise<Migration | null> {
  await beginOn(client);
  await lockMigrations(client, 'exclusive');
  if (!restoring) await requireRestored(client);
  const applied = await readApplied(client);
  requireSameHistory(migrations, applied);
  const next = migrations[applied.length];
  if (next !== undefined) await apply(client, next);
  // Servers of the version before are running, and their triggers may use a new table at once.
  if (grantTo !== undefined)
    await grantPrivileges(client, grantTo, next === undefined ? log : undefined);
  await client.query('commit');
  return next ?? null;
}

/** Throws MigrationError if a backup was restored into this database and that has not ended. */
async function requireRestored(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ marked: boolean }>(
    'select to_regclass($1::text) is not null as marked',
    [`public.${RESTORE_MARK}`],
  );
  if (rows[0]?.marked !== true) return;
  throw new MigrationError(
    'A backup is being restored into this database, or that was interrupted: sessions have not ended yet, and people who were erased may be in it again. If no "holdfast restore" runs, restore the backup once more into an empty database.',
  );
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

async function readApplied(client: pg.ClientBase): Promise<readonly AppliedRow[]> {
  // Checked first, because `create table if not exists` needs the CREATE privilege even if the table exists.
  const { rows: found } = await client.query<{ exists: boolean }>(
    `select to_regclass('schema_migrations') is not null as exists`,
  );
  if (found[0]?.exists !== true) await createHistory(client);
  try {
    const { rows } = await client.query<AppliedRow>(
      'select number, name, checksum from schema_migrations order by number',
    );
    return rows;
  } catch (cause) {
    if (!isPrivilegeError(cause)) throw cause;
    throw new MigrationError(
      `This user may not read the tables of Holdfast, which belong to another one. ${LET_THE_OWNER}`,
      { cause },
    );
  }
}

async function createHistory(client: pg.ClientBase): Promise<void> {
  const { rows: elsewhere } = await client.query<{ schema: string }>(FIND_ELSEWHERE);
  if (elsewhere[0] !== undefined) {
    throw new MigrationError(
      `The tables of Holdfast are in the schema ${elsewhere[0].schema} of this database, but it uses only the schema public, regardless of search_path. Move them there ("alter … set schema public"), or give Holdfast a separate database.`,
    );
  }
  try {
    await client.query(
      `create table schema_migrations (
         number     integer     not null,
         name       text        not null,
         checksum   text        not null,
         applied_at timestamptz not null default now(),
         constraint schema_migrations_number_pkey primary key (number)
       )`,
    );
  } catch (cause) {
    if (!isPrivilegeError(cause) && !isSchemaMissing(cause)) throw cause;
    throw new MigrationError(
      'Holdfast keeps its tables in the schema public, which does not exist, or in which this user may not create tables: make the user the owner of the database, let an administrator run "create schema if not exists public; grant usage, create on schema public to …", or name another user in DATABASE_MIGRATION_URL.',
      { cause },
    );
  }
}

/** Earlier versions, which did not set the search path, created the tables in its first schema. */
const FIND_ELSEWHERE = `
  select history.relnamespace::regnamespace::text as schema
    from pg_class history
   where history.relname = 'schema_migrations'
     and history.relkind = 'r'
     and exists (
       select from pg_attribute where attrelid = history.oid and attname = 'checksum')
     and exists (
       select from pg_class orders where orders.relnamespace = history.relnamespace and orders.relname = 'stock_movements')`;

/** The extension may be in another schema, as in managed PostgreSQL. Only migrations need its names, for indexes. */
const WITH_TRIGRAMS = `
  select set_config('search_path', 'public, ' || extnamespace::regnamespace::text, true)
    from pg_extension
   where extname = 'pg_trgm'
     and extnamespace <> 'public'::regnamespace`;

function requireSameHistory(
  migrations: readonly Migration[],
  applied: readonly AppliedRow[],
): void {
  for (const [index, row] of applied.entries()) {
    const migration = migrations[index];
    if (row.number !== index + 1) {
      throw new MigrationError(
        `The database has migration ${row.number} (${row.name}) but not number ${index + 1}: restore a backup, because Holdfast never removes a row of schema_migrations.`,
      );
    }
    if (migration === undefined) {
      throw new MigrationError(
        `The database is newer than this program: it has migration ${row.number} (${row.name}), but the last one of the program is ${migrations.length}. Start a newer version of Holdfast.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
        `Migration ${row.number} (${migration.name}) is not the one that was applied to this database (${row.name}). A released migration never changes: restore the file and write a new one.`,
      );
    }
  }
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query(WITH_TRIGRAMS);
    await client.query(migration.text);
    await client.query(
      'insert into schema_migrations (number, name, checksum) values ($1::integer, $2::text, $3::text)',
      [migration.number, migration.name, migration.checksum],
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (isPrivilegeError(cause)) {
      throw new MigrationError(
        `Migration ${migration.number} (${migration.name}) is missing, and this user may not apply it: ${reason}. ${LET_THE_OWNER}`,
        { cause },
      );
    }
    throw new MigrationError(
      `Migration ${migration.number} (${migration.name}) failed and was rolled back: ${reason}`,
      { cause },
    );
  }
}
