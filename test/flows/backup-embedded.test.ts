import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { runCommand } from '../support/command.ts';
import { signInAsConfiguredAdmin } from '../support/configured-admin.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession, type Session } from '../support/session.ts';

/** The embedded product as an operator runs it: backed up while it takes orders, and restored into another folder. */
const folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'));
// Under root the database runs as another account, which must be able to traverse this directory.
await chmod(folder, 0o711);
const ADMIN = { email: 'admin@example.com', password: 'the admin of this test' };
const first = join(folder, 'first');
const second = join(folder, 'second');
const file = join(folder, 'shop.backup');
const running: ServerProcess[] = [];
after(async () => {
  await Promise.all(running.map((server) => server.end('SIGTERM')));
  await rm(folder, { recursive: true, force: true });
});

/** The embedded database with generated keys. */
const settings = (dataDir: string) => ({
  DATA_DIR: dataDir,
  DATABASE_URL: '',
  ENCRYPTION_KEY: '',
  DEMO_DATA: 'false',
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  PENDING_ORDERS_MAX: '0',
  HELD_UNITS_MAX: '0',
  LOG_SEAL_SECONDS: '0.5',
});

async function start(dataDir: string): Promise<ServerProcess> {
  const server = await startServerProcess({ environment: settings(dataDir) });
  running.push(server);
  return server;
}

const run = (dataDir: string, ...args: string[]) =>
  runCommand(args, { environment: settings(dataDir) });

const CUSTOMER = { email: 'customer@example.com', password: 'a good password' };

function place(session: Session) {
  const items = [{ sku: 'RICE', quantity: 1 }];
  return session.post('/api/orders', { items }, { 'idempotency-key': newId() });
}

interface Placed {
  readonly id: string;
  readonly number: string;
}

/** Places orders one after the other until it is told to stop, and then returns them. */
function orderMeanwhile(session: Session): () => Promise<readonly Placed[]> {
  let isOver = false;
  const orders = (async () => {
    const placed: Placed[] = [];
    while (!isOver) {
      const reply = await place(session);
      assert.equal(reply.status, 201, reply.text);
      placed.push(reply.json<Placed>());
    }
    return placed;
  })();
  return () => {
    isOver = true;
    return orders;
  };
}

describe('an embedded shop that is backed up while it takes orders', () => {
  let server: ServerProcess;
  let before: readonly Placed[] = [];
  let meanwhile: readonly Placed[] = [];
  let refreshToken = '';

  test('goes on, and leaves one whole file that only its owner can read', async () => {
    server = await start(first);
    const admin = await signInAsConfiguredAdmin(server.url, ADMIN);
    const rice = { name: 'Rice', price: { amount: 295, currency: 'GBP' }, onHand: 1_000_000 };
    const product = await admin.post('/api/products', { sku: 'RICE', ...rice });
    assert.equal(product.status, 201, product.text);
    const signedUp = await createSession(server.url).post('/api/auth/signup', CUSTOMER);
    const { accessToken, ...rest } = signedUp.json<{ accessToken: string; refreshToken: string }>();
    refreshToken = rest.refreshToken;
    const customer = createSession(server.url, { ...CUSTOMER, accessToken, userId: '' });
    before = await Promise.all(
      Array.from({ length: 20 }, async () => (await place(customer)).json<Placed>()),
    );
    const stop = orderMeanwhile(customer);
    const { code, stdout, stderr } = await run(first, 'backup', file, '--with-secrets');
    meanwhile = await stop();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Backed up \d+ tables with \d+ rows as of 20.* into .*shop\.backup/);
    assert.match(stdout, /It contains jwt-secret, factor-key, encryption-key, seal-key, sandbox-/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder)).sort(), ['first', 'shop.backup']);
    assert.ok(meanwhile.length > 0);
  });

  test('is not restored over itself, neither while it runs nor after', async () => {
    const meant = await run(first, 'restore', file);
    assert.equal(meant.code, 1);
    assert.match(meant.stderr, /first contains the database of a running server\. A backup is/);
    await server.end('SIGTERM');
    const { code, stderr } = await run(first, 'restore', file);
    assert.equal(code, 1);
    assert.match(stderr, /first contains a database\. A backup is restored into an empty folder/);
  });

  test('is not restored into a folder with something in it', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'notes.txt'), 'mine');
    const { code, stderr } = await run(other, 'restore', file);
    assert.equal(code, 1);
    assert.match(stderr, /other is not empty: it contains notes\.txt/);
    assert.deepEqual(await readdir(other), ['notes.txt']);
  });

  test('is there again in another folder, with everything acknowledged before the backup', async () => {
    const { code, stdout, stderr } = await run(second, 'restore', file);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^Every invariant holds\.$/m);
    assert.match(stdout, /^All sessions have ended\.$/m);
    assert.match(stdout, /Everything is consistent in itself/);
    for (const name of ['jwt-secret', 'factor-key', 'encryption-key', 'seal-key']) {
      assert.equal((await stat(join(second, name))).mode & 0o777, 0o600, name);
    }
    const restored = await start(second);
    const admin = await signInAsConfiguredAdmin(restored.url, ADMIN);
    for (const { id, number } of before) {
      const reply = await admin.get(`/api/orders/${id}`);
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.json<Placed>().number, number);
    }
    // Of those that were placed during the backup, the first ones are there, without a gap.
    const found = await Promise.all(
      meanwhile.map(async ({ id }) => (await admin.get(`/api/orders/${id}`)).status === 200),
    );
    assert.equal(found.lastIndexOf(true), found.filter(Boolean).length - 1);
  });

  test('has ended its sessions, takes orders again and numbers none twice', async () => {
    const { url } = running.at(-1)!;
    const refreshed = await createSession(url).post('/api/auth/refresh', { refreshToken });
    assert.equal(refreshed.status, 401, refreshed.text);
    const signedIn = await createSession(url).post('/api/auth/login', CUSTOMER);
    assert.equal(signedIn.status, 200, signedIn.text);
    const { accessToken } = signedIn.json<{ accessToken: string }>();
    const customer = createSession(url, { ...CUSTOMER, accessToken, userId: '' });
    const reply = await place(customer);
    assert.equal(reply.status, 201, reply.text);
    assert.ok(before.every(({ number }) => number !== reply.json<Placed>().number));
    const { code, stdout } = await run(second, 'check');
    assert.equal(code, 0, stdout);
  });
});
