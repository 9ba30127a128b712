import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { createSealKeys, sealLogs } from '../../src/seals/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { runCommand } from '../support/command.ts';
import { emptyDatabase, testDatabase } from '../support/database.ts';
import { describeSchema } from '../support/describe-schema.ts';
import { TEST_ENCRYPTION_KEY } from '../support/encryption-key.ts';
import { dumpEverything, findMarks } from '../support/everything-kept.ts';
import { addTotpTo } from '../support/factors.ts';
import { newSealKey } from '../support/seals.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import { query } from '../support/until.ts';

/** A shop with keys of its own in an external database, and what happens to it after its backup. */
const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));
const file = join(folder, 'shop.backup');
const list = join(folder, 'erasures.jsonl');

const keys = {
  SEAL_KEY: newSealKey(),
  FACTOR_KEY: randomBytes(48).toString('base64url'),
  ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
};
const db = await testDatabase();
const server = await startTestServer(db, { environment: { ...keys, PENDING_ORDERS_MAX: '0' } });
const admin = await server.asAdmin();

interface Target {
  readonly url: string;
  readonly ownerUrl: string;
}

/** The environment of a command for this database. */
const environmentOf = ({ url, ownerUrl }: Target, more: Record<string, string> = keys) => ({
  DATA_DIR: join(folder, 'data'),
  DATABASE_URL: url,
  DATABASE_MIGRATION_URL: ownerUrl,
  ...more,
});

const restore = (target: Target, args: readonly string[] = [], more?: Record<string, string>) =>
  runCommand(['restore', file, ...args], { environment: environmentOf(target, more) });

async function succeed(reply: Promise<Reply>): Promise<Reply> {
  const done = await reply;
  assert.ok(done.status < 300, done.text);
  return done;
}

async function readSchema(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return describeSchema(client).finally(() => client.end());
}

/** Returns the rows of every table, without what a restore itself writes. */
async function readRows(url: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map(await dumpEverything(url));
  const written = [
    ...['audit', 'email_links', 'session_epoch', 'schedules', 'encryption_keys'],
    ...['newest_seal', 'log_seals', 'schema_migrations'],
  ];
  for (const name of written) texts.delete(`public.${name}`);
  // The audit may be in parts.
  for (const name of texts.keys()) if (/^(pgboss\.|public\.audit_)/.test(name)) texts.delete(name);
  return texts;
}

async function place(customer: Session, note: string): Promise<string> {
  const body = { items: [{ sku: 'TART', quantity: 1 }], note };
  const reply = await succeed(customer.post('/api/orders', body, { 'idempotency-key': newId() }));
  return reply.json<{ id: string }>().id;
}

describe('a shop in an external database', () => {
  const marks = ['Ford Prefect of Betelgeuse', 'towel for the roof', 'bring a fish'];
  let person: Session;
  let keyId = '';
  let openOrder = '';

  test('is backed up with the role that owns nothing', async () => {
    const price = { amount: 595, currency: 'GBP' };
    await succeed(admin.post('/api/products', { sku: 'TART', name: 'Tart', price, onHand: 99 }));
    person = await server.signInAs('customer');
    await succeed(person.patch('/api/auth/profile', { name: marks[0] }));
    await place(await server.signInAs('customer'), 'of somebody who stays');
    const ended = await place(person, marks[1]!);
    await succeed(person.post(`/api/orders/${ended}/cancel`, {}));
    openOrder = await place(person, marks[2]!);
    await addTotpTo(server, await server.signInAs('kitchen'));
    const key = { name: 'The till', scopes: ['orders:read'] };
    keyId = (await succeed(admin.post('/api/api-keys', key))).json<{ id: string }>().id;
    await sealLogs(
      { database: db.database, keys: createSealKeys([keys.SEAL_KEY]) },
      new AbortController().signal,
    );
    const environment = { ...environmentOf(db), DATABASE_MIGRATION_URL: '' };
    const { code, stdout, stderr } = await runCommand(['backup', file], { environment });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /It contains no keys\. A restore needs ENCRYPTION_KEY, FACTOR_KEY and/);
    const [row] = await query(
      db.url,
      `select "after" from audit where type = 'database.backed_up'`,
    );
    assert.equal((row as { after: { withSecrets: boolean } }).after.withSecrets, false);
  });

  test('is not restored over a database that is not empty', async () => {
    const { code, stderr } = await restore(db);
    assert.equal(code, 1);
    assert.match(stderr, /The database is not empty: it contains public\.account_notices\./);
  });

  test('is not restored without its keys, which are named', async () => {
    const target = await emptyDatabase();
    const { code, stderr } = await restore(target, [], { FACTOR_KEY: newSealKey() });
    assert.equal(code, 2);
    assert.match(stderr, /ENCRYPTION_KEY does not contain the key with the id [0-9a-f]{18}, for/);
    assert.match(stderr, /FACTOR_KEY does not contain the key with the id [\w-]+, for auth/);
    const [publicKey] = createSealKeys([keys.SEAL_KEY]).publicKeys;
    assert.ok(
      stderr.includes(`SEAL_KEY does not contain the key with the public key ${publicKey}`),
    );
    assert.match(stderr, /Nothing was changed/);
    const tables = await query(target.url, `select from pg_tables where schemaname = 'public'`);
    assert.deepEqual(tables, []);
  });

  test('is the same in an empty database: its schema, and every row', async () => {
    const target = await emptyDatabase();
    const expected = await readRows(db.ownerUrl);
    const { code, stdout, stderr } = await restore(target);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^It is signed by SEAL_KEY\.$/m);
    assert.match(stdout, /^Every invariant holds\.$/m);
    assert.match(stdout, /without --erasures, people who were erased after the backup are back/);
    assert.equal(await readSchema(target.ownerUrl), await readSchema(db.ownerUrl));
    assert.deepEqual(await readRows(target.ownerUrl), expected);
    assert.deepEqual((await query(target.url, 'select epoch from session_epoch')) as unknown, [
      { epoch: 1 },
    ]);
    assert.ok(findMarks(await dumpEverything(target.ownerUrl), marks).length >= marks.length);
  });

  test('says by its list who was erased and whose access changed since', async () => {
    await succeed(person.post(`/api/orders/${openOrder}/cancel`, {}));
    const { userId } = person.identity;
    await succeed(admin.delete(`/api/api-keys/${keyId}`));
    await succeed(admin.post(`/api/users/${userId}/erase`, { reason: 'They asked for it' }));
    const { code, stdout } = await runCommand(['erasures'], { environment: environmentOf(db) });
    assert.equal(code, 0);
    await writeFile(list, stdout);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const told = lines.map(({ type, id }) => `${type} ${id}`);
    assert.ok(told.includes(`user.erased ${userId}`));
    assert.ok(told.includes(`api_key.revoked ${keyId}`));
    assert.deepEqual(findMarks(new Map([['the list', stdout]]), marks), []);
  });

  test('is restored without the person who was erased after the backup', async () => {
    const target = await emptyDatabase();
    const { code, stdout, stderr } = await restore(target, ['--erasures', list]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^People erased again: 1\.$/m);
    const [order] = await query(target.url, `select number from orders where id = '${openOrder}'`);
    const { number } = order as { number: string };
    assert.match(stdout, new RegExp(`^ {2}${number} {2}PENDING$`, 'm'));
    assert.match(stdout, new RegExp(`api_key\\.revoked  ${keyId}$`, 'm'));
    assert.match(stdout, /^hf\S*… {2}The till/m);
    assert.deepEqual(findMarks(await dumpEverything(target.ownerUrl), marks), []);
    const events = await query(target.url, `select from events where type = 'customer.erased'`);
    assert.equal(events.length, 1);
    const [row] = await query(
      target.url,
      `select "after" from audit where type = 'database.restored'`,
    );
    assert.equal((row as { after: { erasedAgain: number } }).after.erasedAgain, 1);
  });

  test('erases people again, too, if it came back by other means', async () => {
    const target = await emptyDatabase();
    assert.equal((await restore(target)).code, 0);
    const args = ['finish-restore', '--at', '2026-01-01', '--erasures', list];
    const { code, stdout, stderr } = await runCommand(args, { environment: environmentOf(target) });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^People erased again: 1\.$/m);
    assert.deepEqual(findMarks(await dumpEverything(target.ownerUrl), marks), []);
  });

  test('lets no server use a database whose restore was interrupted', async () => {
    const target = await emptyDatabase();
    await query(target.ownerUrl, 'create table unfinished_restore ()');
    const { code, stderr } = await runCommand(['migrate'], { environment: environmentOf(target) });
    assert.equal(code, 3);
    assert.match(stderr, /A backup is being restored into this database, or that was interrupted/);
    const again = await restore(target);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /A restore into this database was interrupted\. Drop the database/);
  });

  test('is restored without lost keys if that is wanted, and says what is lost', async () => {
    const target = await emptyDatabase();
    const { code, stdout, stderr } = await restore(target, ['--without-keys'], {});
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^Without a key: ENCRYPTION_KEY does not contain/m);
    assert.match(stdout, /^The log was not verified, because there is no SEAL_KEY\.$/m);
  });
});
