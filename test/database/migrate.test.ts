import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { migrate, migrationsDirectory, readMigrations } from '../../src/database/migrate.ts';
import { emptyDatabase } from '../support/database.ts';

async function freshDatabase(): Promise<Database> {
  const { ownerUrl: url } = await emptyDatabase();
  const database = createDatabase({ url, poolMax: 4, constraints: {} });
  after(() => database.close());
  return database;
}

/** Creates a folder with the given files, which is removed after the tests. */
async function writeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const first = { '0001_first.sql': 'create table first (id integer);' };
const second = { '0002_second.sql': 'create table second (id integer);' };

test('every migration is applied once, in order, and recorded', async () => {
  const database = await freshDatabase();
  const migrations = await readMigrations();
  assert.deepEqual(await migrate(database), migrations);
  assert.deepEqual(await migrate(database), []);
  const recorded = await database.run<{ number: number; checksum: string }>(
    'test.recorded',
    'select number, checksum from schema_migrations order by number',
    [],
  );
  assert.deepEqual(
    recorded,
    migrations.map(({ number, checksum }) => ({ number, checksum })),
  );
});

test('servers that start together apply each migration once', async () => {
  const database = await freshDatabase();
  const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(database)));
  const applied = runs.flat().sort((one, other) => one.number - other.number);
  assert.deepEqual(applied, await readMigrations());
});

test('a migration that fails leaves nothing behind and is named in the error', async () => {
  const database = await freshDatabase();
  const directory = await writeFolder({
    ...first,
    '0002_broken.sql': 'create table half (id integer); select nonsense();',
  });
  await assert.rejects(migrate(database, { directory }), /Migration 2 \(broken\) failed.*nonsense/);
  const tables = await database.run<{ half: string | null; first: string | null }>(
    'test.tables',
    `select to_regclass('half')::text as half, to_regclass('first')::text as first`,
    [],
  );
  assert.deepEqual(tables, [{ half: null, first: 'first' }]);
});

test('a migration that was changed after its release prevents the start', async () => {
  const database = await freshDatabase();
  await migrate(database, { directory: await writeFolder(first) });
  const changed = await writeFolder({ '0001_first.sql': 'create table other (id integer);' });
  await assert.rejects(migrate(database, { directory: changed }), /never changes/);
});

test('a database that is newer than the program prevents the start', async () => {
  const database = await freshDatabase();
  await migrate(database, { directory: await writeFolder({ ...first, ...second }) });
  await assert.rejects(
    migrate(database, { directory: await writeFolder(first) }),
    /newer than this program.*2 \(second\)/,
  );
});

test('a gap or a duplicate in the numbers prevents the start', async () => {
  const gap = await writeFolder({ ...first, '0003_third.sql': '' });
  await assert.rejects(readMigrations(gap), /0003_third\.sql should have the number 2/);
  const double = await writeFolder({ ...first, '0001_again.sql': '' });
  await assert.rejects(readMigrations(double), /should have the number 2/);
  await assert.rejects(readMigrations(await writeFolder({ '1_first.sql': '' })), /not named like/);
});

test('line endings of the checkout do not change a migration', async () => {
  const unix = await writeFolder({ '0001_first.sql': 'select 1;\nselect 2;\n' });
  const windows = await writeFolder({ '0001_first.sql': 'select 1;\r\nselect 2;\r\n' });
  assert.deepEqual(await readMigrations(unix), await readMigrations(windows));
});

test('the program finds its migrations wherever it is started from', async () => {
  const folder = await writeFolder({});
  await cp(migrationsDirectory, folder, { recursive: true });
  assert.deepEqual(await readMigrations(folder), await readMigrations());
});

test('searches find their extension in any schema', async () => {
  const database = await freshDatabase();
  await database.run('test.schema', 'create schema extensions', []);
  await database.run('test.extension', 'create extension pg_trgm schema extensions', []);
  const { length } = await readMigrations();
  assert.equal((await migrate(database)).length, length);
});

test('tables in a schema other than public prevent the start, and no second shop is created', async () => {
  const database = await freshDatabase();
  await migrate(database);
  await database.run('test.schema', 'create schema shop', []);
  for (const table of ['schema_migrations', 'stock_movements']) {
    await database.run(`test.move_${table}`, `alter table ${table} set schema shop`, []);
  }
  await assert.rejects(migrate(database), /in the schema shop of this database/);
  const [row] = await database.run(
    'test.history',
    `select to_regclass('public.schema_migrations') as history`,
    [],
  );
  assert.deepEqual(row, { history: null });
});

test('a database without the schema public prevents the start with a message', async () => {
  const database = await freshDatabase();
  await database.run('test.drop', 'drop schema public', []);
  await assert.rejects(migrate(database), /in the schema public.*grant usage, create/);
});
