import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Log } from '../shared/log.ts';
import type { Database } from './database.ts';
import { isPrivilegeError, isSchemaMissing } from './database-errors.ts';
import { beginOn } from './run-on-connection.ts';

/** Names the advisory lock that migrations are made under: "hold" in ASCII. It belongs to one database, not to the server. */
const MIGRATION_LOCK = 0x686f6c64;
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

export interface Migration {
  readonly number: number;
  /** As in the file name, without number and ending. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text in hexadecimal, the same whatever the line endings of the checkout. */
  readonly checksum: string;
}

export interface MigrateOptions {
  /** Default: the folder `migrations/` of the program. */
  readonly directory?: string;
  readonly log?: Log;
}

/** The database and this program do not fit together; the message tells the operator what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** Source and build lie at the same depth below the project, so one address serves both. */
export const migrationsDirectory = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** The migrations of a folder in the order of their numbers. Throws MigrationError unless these run 1…n. */
export async function readMigrations(
  directory: string = migrationsDirectory,
): Promise<readonly Migration[]> {
  const fileNames = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    fileNames.map(async (fileName, index) => {
      const [, digits, name] = FILE_NAME.exec(fileName) ?? [];
      if (digits === undefined || name === undefined) {
        throw new MigrationError(
          `${fileName} is not named like a migration: 0001_what_it_makes.sql`,
        );
      }
      if (Number(digits) !== index + 1) {
        throw new MigrationError(
          `Migration ${fileName} stands where number ${index + 1} should: the numbers have a gap or a double.`,
        );
      }
      const text = (await readFile(`${directory}/${fileName}`, 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(text).digest('hex');
      return { number: index + 1, name, text, checksum };
    }),
  );
}

/**
 * Brings the database to the newest migration and returns those that were applied now. Each migration commits on its own,
 * together with its row in `schema_migrations`, under a lock of its transaction at which servers that start together
 * queue: a lock of the session would be nobody's behind a pooler that shares sessions.
 * Throws MigrationError when what the database has seen is not what this program would have applied.
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
      const migration = await applyNext(client, migrations);
      if (migration === null) return applied;
      applied.push(migration);
      options.log?.info(`migrated to ${migration.number} (${migration.name})`);
    }
  } finally {
    // The end of the connection rolls back what was not committed, also when it is already broken.
    await client.end().catch(() => {});
  }
}

/** Null when there is nothing left to apply. */
async function applyNext(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<Migration | null> {
  await beginOn(client);
  await client.query('select pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
  const applied = await readApplied(client);
  requireSameHistory(migrations, applied);
  const next = migrations[applied.length];
  if (next !== undefined) await apply(client, next);
  await client.query('commit');
  return next ?? null;
}

interface AppliedRow {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

async function readApplied(client: pg.Client): Promise<readonly AppliedRow[]> {
  // Asked first, because `create table if not exists` needs the right to create even when there is nothing to do.
  const { rows: found } = await client.query<{ exists: boolean }>(
    `select to_regclass('schema_migrations') is not null as exists`,
  );
  if (found[0]?.exists !== true) await createHistory(client);
  const { rows } = await client.query<AppliedRow>(
    'select number, name, checksum from schema_migrations order by number',
  );
  return rows;
}

async function createHistory(client: pg.Client): Promise<void> {
  const { rows: elsewhere } = await client.query<{ schema: string }>(FIND_ELSEWHERE);
  if (elsewhere[0] !== undefined) {
    throw new MigrationError(
      `The tables of Holdfast are in the schema ${elsewhere[0].schema} of this database, and it works in the schema public only, whatever search_path says. Move them there ("alter … set schema public"), or give Holdfast a database of its own.`,
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
      'Holdfast keeps its tables in the schema public, and this user may not create them there, or there is none: let its user own the database, or an administrator run "create schema if not exists public; grant usage, create on schema public to …".',
      { cause },
    );
  }
}

/** Before the search path was fixed, they were made in the first schema on it. */
const FIND_ELSEWHERE = `
  select history.relnamespace::regnamespace::text as schema
    from pg_class history
   where history.relname = 'schema_migrations'
     and history.relkind = 'r'
     and exists (
       select from pg_attribute where attrelid = history.oid and attname = 'checksum')
     and exists (
       select from pg_class orders where orders.relnamespace = history.relnamespace and orders.relname = 'stock_movements')`;

/** An extension may lie in a schema of its own, as managed PostgreSQL has it, and its names are needed once: by indexes. */
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
        `The database has migration ${row.number} (${row.name}) but not number ${index + 1}: restore a backup, since nothing removes a row of schema_migrations by itself.`,
      );
    }
    if (migration === undefined) {
      throw new MigrationError(
        `The database is newer than this program: it has migration ${row.number} (${row.name}), the program ends at ${migrations.length}. Start a newer version of Holdfast.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
        `Migration ${row.number} (${migration.name}) is not the one that this database was migrated with (${row.name}). A released migration never changes: put the file back and write a new one.`,
      );
    }
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query(WITH_TRIGRAMS);
    await client.query(migration.text);
    await client.query(
      'insert into schema_migrations (number, name, checksum) values ($1::integer, $2::text, $3::text)',
      [migration.number, migration.name, migration.checksum],
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(
      `Migration ${migration.number} (${migration.name}) failed and was rolled back: ${reason}`,
      { cause },
    );
  }
}
