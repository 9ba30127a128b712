import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import {
  RUNTIME_PASSWORD_FILE,
  RUNTIME_ROLE,
  startEmbeddedPostgres,
} from '../../src/database/embedded/index.ts';
import { migrate } from '../../src/database/migrate.ts';
import { runCommand } from '../support/command.ts';
import { startServerProcess } from '../support/server-process.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { query } from '../support/until.ts';

const log = { info() {}, warn() {} };
const settings = { fsync: 'off' };

const folders: string[] = [];
// At the very end, after the servers have stopped: a server whose folder is gone cannot be found.
after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'embedded-'));
  folders.push(path);
  return join(path, 'data');
}

/** Runs as Holdfast did before it had a second role: the owner does everything. Returns what it stored. */
async function writeOldFolder(dataDir: string): Promise<{ sku: string; email: string }> {
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  const owner = createDatabase({ url: server.ownerUrl, poolMax: 2, constraints: {} });
  await migrate(owner);
  const { sku } = await addProduct(owner, { onHand: 7 });
  const { id } = await addUser(owner);
  await owner.close();
  await dropRole(server.ownerUrl, dataDir);
  await server.stop();
  return { sku, email: `${id}@example.com` };
}

/** Brings the folder of a running server into the state of an earlier version. */
async function dropRole(ownerUrl: string, dataDir: string): Promise<void> {
  await query(ownerUrl, `drop owned by ${RUNTIME_ROLE}`);
  await query(ownerUrl, `drop role ${RUNTIME_ROLE}`);
  await query(ownerUrl, 'grant temporary on database holdfast to public');
  await rm(join(dataDir, RUNTIME_PASSWORD_FILE));
}

const port = async (dataDir: string) =>
  (await readFile(join(dataDir, 'postgres-port'), 'utf8')).trim();

async function urlOf(dataDir: string, role: string, passwordFile: string): Promise<string> {
  const password = await readFile(join(dataDir, passwordFile), 'utf8');
  return `postgres://${role}:${password}@127.0.0.1:${await port(dataDir)}/holdfast?sslmode=disable`;
}

test('the product gets a role of its own, with a password that only its owner may read', async (t) => {
  const dataDir = await folder();
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => server.stop());
  const who = `select current_user::text as name, rolsuper as super from pg_roles where rolname = current_user`;
  assert.deepEqual(await query(server.url, who), [{ name: RUNTIME_ROLE, super: false }]);
  assert.deepEqual(await query(server.ownerUrl, who), [{ name: 'holdfast', super: true }]);
  const { mode } = await stat(join(dataDir, RUNTIME_PASSWORD_FILE));
  assert.equal(mode & 0o777, 0o600);
  assert.notEqual(
    await readFile(join(dataDir, RUNTIME_PASSWORD_FILE), 'utf8'),
    await readFile(join(dataDir, 'postgres-password'), 'utf8'),
  );
  for (const text of ['create table stolen ()', 'create temporary table stolen ()']) {
    await assert.rejects(query(server.url, text), { code: '42501' });
  }
});

test('a data folder of an earlier version is served by the new role, with everything in it', async () => {
  const dataDir = await folder();
  const { sku, email } = await writeOldFolder(dataDir);
  const server = await startServerProcess({
    environment: { DATA_DIR: dataDir, DEMO_DATA: 'false', DATABASE_URL: '' },
  });
  try {
    const ownerUrl = await urlOf(dataDir, 'holdfast', 'postgres-password');
    const [kept] = await query(
      ownerUrl,
      `select (select on_hand::int from stock join products on id = product_id where sku = $1) as stock,
              (select count(*)::int from users where email = $2) as users`,
      [sku, email],
    );
    assert.deepEqual(kept, { stock: 7, users: 1 });
    const reply = await fetch(`${server.url}/api/products`);
    assert.match(await reply.text(), new RegExp(sku));
    const sessions = await query(
      ownerUrl,
      `select distinct usename::text as role
         from pg_stat_activity
        where datname = 'holdfast' and application_name in ('holdfast', 'holdfast-queue')`,
    );
    assert.deepEqual(sessions, [{ role: RUNTIME_ROLE }]);
    const appUrl = await urlOf(dataDir, RUNTIME_ROLE, RUNTIME_PASSWORD_FILE);
    await assert.rejects(query(appUrl, 'delete from events'), { code: '42501' });
    const doctor = await runCommand(['doctor'], { environment: { DATA_DIR: dataDir } });
    assert.match(doctor.stdout, /ok +database role +holdfast_app owns nothing/);
  } finally {
    await server.end('SIGTERM');
  }
});

test('a command works beside a server that an earlier version started on the folder', async (t) => {
  const dataDir = await folder();
  await writeOldFolder(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => server.stop());
  await dropRole(server.ownerUrl, dataDir);
  const checks = await Promise.all(
    [1, 2].map(() => runCommand(['check'], { environment: { DATA_DIR: dataDir } })),
  );
  for (const { code, stderr } of checks) assert.equal(code, 0, stderr);
});

test('a lost password of the role is replaced', async (t) => {
  const dataDir = await folder();
  const first = await startEmbeddedPostgres({ dataDir, log, settings });
  await first.stop();
  await rm(join(dataDir, RUNTIME_PASSWORD_FILE));
  const second = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => second.stop());
  assert.notEqual(second.url, first.url);
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
  await rm(join(dataDir, RUNTIME_PASSWORD_FILE));
  const { code, stderr } = await runCommand(['migrate'], { environment: { DATA_DIR: dataDir } });
  assert.equal(code, 0, stderr);
});
