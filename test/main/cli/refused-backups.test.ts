import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BackupError, readBackup } from '../../../src/database/backup/index.ts';
import { RUNTIME_ROLE } from '../../../src/database/embedded/index.ts';
import { lockMigrations } from '../../../src/database/migrate.ts';
import { runCommand, spawnCommand } from '../../support/command.ts';
import { emptyDatabase, testDatabase } from '../../support/database.ts';
import { newSealKey } from '../../support/seals.ts';
import { addProduct } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';

/** Whatever is wrong with a backup is said before anything is changed. */
const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

const db = await testDatabase();
const { sku } = await addProduct(db.database);
const keys = { SEAL_KEY: newSealKey() };
const file = join(folder, 'whole.backup');
const source = { DATA_DIR: folder, DATABASE_URL: db.url, ...keys };
const target = await emptyDatabase();

const made = await runCommand(['backup', file], { environment: source });
assert.equal(made.code, 0, made.stderr);
const text = zstdDecompressSync(await readFile(file)).toString();

function restore(path: string, args: readonly string[] = []) {
  const urls = { DATABASE_URL: target.url, DATABASE_MIGRATION_URL: target.ownerUrl };
  return runCommand(['restore', path, ...args], {
    environment: { DATA_DIR: join(folder, 'data'), ...urls, ...keys },
  });
}

/** Says what is wrong with a file, which the command does before it opens the database. */
async function isRefused(name: string, content: string | Buffer, why: RegExp): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, content);
  await assert.rejects(
    readBackup(path, { onProgress() {} }),
    (error) => error instanceof BackupError && why.test(error.message),
  );
}

/** Returns another backup whose hashes fit what is in it. */
function rewrite(change: (text: string) => string): Buffer {
  const changed = change(text).split('\n');
  const end = JSON.parse(changed.at(-2)!.slice('-- end '.length));
  const before = `${changed.slice(0, -2).join('\n')}\n`;
  const sha256 = createHash('sha256').update(before).digest('hex');
  return zstdCompressSync(`${before}-- end ${JSON.stringify({ ...end, sha256 })}\n`);
}

test('the file is readable as lines for psql, row by row', () => {
  const [header] = text.split('\n');
  assert.match(header!, /^-- holdfast backup \{"format":1,"product":"\d+\.\d+\.\d+",/);
  assert.match(text, /^copy public\.products \(.*\) from stdin;$/m);
  assert.equal(text.match(/^\\\.$/gm)!.length, text.match(/^copy .* from stdin;$/gm)!.length);
});

test('another file, an empty one and none', async () => {
  await isRefused('notes.txt', 'Dear diary', /notes\.txt cannot be restored\. It is no backup of/);
  await isRefused('empty', '', /It is no backup of Holdfast/);
  await isRefused('other.zst', zstdCompressSync('Dear diary\n'), /It is no backup of Holdfast/);
  const { code, stderr } = await restore(join(folder, 'missing'));
  assert.equal(code, 2);
  assert.match(stderr, /missing does not exist/);
});

test('the command refuses one before it changes anything', async () => {
  const { code, stderr } = await restore(join(folder, 'notes.txt'));
  assert.equal(code, 1);
  assert.match(stderr, /notes\.txt cannot be restored\. It is no backup of Holdfast/);
  const tables = await query(target.url, `select from pg_tables where schemaname = 'public'`);
  assert.deepEqual(tables, []);
});

test('a file that ends in the middle, wherever that is', async () => {
  const bytes = await readFile(file);
  // The last 13 are an empty frame, which the compression adds.
  for (const length of [100, bytes.length / 2, bytes.length - 500, bytes.length - 14]) {
    const part = bytes.subarray(0, Math.floor(length));
    await isRefused('part.backup', part, /It is incomplete/);
  }
  const lines = text.split('\n');
  const shorter = zstdCompressSync(`${lines.slice(0, -3).join('\n')}\n`);
  await isRefused('shorter.backup', shorter, /It is incomplete: its end is missing/);
});

test('a file in which bytes were changed, with or without the compression noticing', async () => {
  const bytes = Buffer.from(await readFile(file));
  bytes[Math.floor(bytes.length / 2)]! ^= 1;
  await isRefused('flipped.backup', bytes, /It was altered or damaged|It is incomplete/);
  const other = zstdCompressSync(text.replaceAll(`\t${sku}\t`, '\tFREE\t'));
  await isRefused('edited.backup', other, /It was altered or damaged\. Its hash is another one/);
  const longer = zstdCompressSync(`${text}select 1;\n`);
  await isRefused('longer.backup', longer, /It was altered or damaged\. Something follows its end/);
});

test('a file that was altered together with its hashes, by its signature', async () => {
  const path = join(folder, 'forged.backup');
  await writeFile(
    path,
    rewrite((whole) => whole.replace('"product":"', '"product":"9')),
  );
  const { code, stderr } = await restore(path);
  assert.equal(code, 2);
  assert.match(stderr, /The signature of the backup is not by SEAL_KEY: it was altered/);
});

test('a file whose rows are for other columns than its manifest says', async () => {
  const swapped = rewrite((whole) =>
    whole.replace(/^copy public\.products \((\w+), (\w+),/m, 'copy public.products ($2, $1,'),
  );
  await isRefused('swapped.backup', swapped, /Its tables are not those of its manifest/);
});

test('a backup of a newer version', async () => {
  const newer = rewrite((whole) =>
    whole.replace(
      /("migrations":\[.*?)\](,"tables")/,
      '$1,{"number":999,"name":"later","checksum":"00"}]$2',
    ),
  );
  const path = join(folder, 'newer.backup');
  await writeFile(path, newer);
  const { code, stderr } = await restore(path);
  assert.equal(code, 1);
  assert.match(stderr, /with \d+ migrations, and this program has \d+: restore it with that/);
  const form = rewrite((whole) => whole.replace('{"format":1,', '{"format":2,'));
  await isRefused('form.backup', form, /whose backups have a newer form than this version reads/);
});

test('a list of erasures with something else in it', async () => {
  const list = join(folder, 'list.jsonl');
  await writeFile(list, '{"type":"user.erased","id":"1","at":"2030-01-01T00:00:00Z"}\n');
  const { code, stderr } = await restore(file, ['--erasures', list]);
  assert.equal(code, 2);
  assert.match(stderr, /Line 1 of .*list\.jsonl is not one that "holdfast erasures" prints/);
});

test('a backup replaces no file, and leaves none behind that is not whole', async () => {
  const again = await runCommand(['backup', file], { environment: source });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /whole\.backup exists, and a backup replaces no file/);
  const gone = { ...source, DATABASE_URL: 'postgresql://holdfast@127.0.0.1:1/none' };
  const failed = await runCommand(['backup', join(folder, 'gone.backup')], { environment: gone });
  assert.equal(failed.code, 3, failed.stderr);
  const empty = { ...source, DATABASE_URL: target.url };
  const nothing = await runCommand(['backup', join(folder, 'no.backup')], { environment: empty });
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /The database contains nothing of Holdfast/);
  const names = await readdir(folder);
  assert.deepEqual(
    names.filter((name) => /gone|no\.backup|partial/.test(name)),
    [],
  );
});

test('a backup that is interrupted while it waits for a migration ends, and leaves nothing behind', async () => {
  const client = await db.database.connect();
  try {
    await client.query('begin');
    await lockMigrations(client, 'exclusive');
    const waiting = spawnCommand(['backup', join(folder, 'late.backup')], { environment: source });
    const ended = once(waiting, 'close');
    await until(async () => {
      const locks = `select from pg_locks where locktype = 'advisory' and not granted
                        and database = (select oid from pg_database where datname = current_database())`;
      assert.equal((await query(db.ownerUrl, locks)).length, 1);
    });
    waiting.kill('SIGINT');
    assert.deepEqual(await ended, [3, null]);
  } finally {
    await client.end();
  }
  const names = await readdir(folder);
  assert.ok(!names.some((name) => name.startsWith('late.backup')), names.join(', '));
});

test('tables of somebody else are left out', async () => {
  await query(db.ownerUrl, 'create table notes_of_the_operator (id serial, text text)');
  await query(db.ownerUrl, `grant select on all tables in schema public to ${RUNTIME_ROLE}`);
  await query(db.ownerUrl, `grant select on all sequences in schema public to ${RUNTIME_ROLE}`);
  const path = join(folder, 'notes.backup');
  const { code, stderr } = await runCommand(['backup', path], { environment: source });
  assert.equal(code, 0, stderr);
  const restored = await restore(path);
  assert.equal(restored.code, 0, restored.stderr);
  assert.match(
    restored.stdout,
    /^Left out, because they are not of Holdfast: public\.notes_of_the_operator\.$/m,
  );
});
