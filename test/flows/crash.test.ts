import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { newId } from '../../src/shared/ids.ts';
import { signInAsConfiguredAdmin } from '../support/configured-admin.ts';
import { postgresProcesses, signalAll } from '../support/postgres-processes.ts';
import { holdfastProgram } from '../support/program.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession, type Session } from '../support/session.ts';

/** The embedded product with default settings; server and database are killed together while they work. */
const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-crash-'));
// Under root the database runs as another account, which must be able to traverse this directory.
await chmod(dataDir, 0o711);
const ADMIN = { email: 'admin@example.com', password: 'the admin of this test' };
const environment = {
  DATA_DIR: dataDir,
  DATABASE_URL: '',
  DEMO_DATA: 'false',
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  PENDING_ORDERS_MAX: '0',
  HELD_UNITS_MAX: '0',
};
const running: ServerProcess[] = [];
after(async () => {
  await Promise.all(running.map((server) => server.end('SIGTERM')));
  await rm(dataDir, { recursive: true, force: true });
});

const CUSTOMERS = 8;
const ROUNDS = 3;
/** Orders acknowledged in each round before the kill. */
const ORDERS = 150;

interface Attempt {
  readonly customer: number;
  readonly key: string;
  /** The body of the 201, or null if no response arrived. */
  readonly body: string | null;
}

async function start(): Promise<ServerProcess> {
  const server = await startServerProcess({ environment });
  running.push(server);
  return server;
}

async function signIn(
  url: string,
  path: string,
  email: string,
  password: string,
): Promise<Session> {
  const reply = await createSession(url).post(path, { email, password });
  assert.ok(reply.status < 300, reply.text);
  const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
  return createSession(url, { email, password, accessToken, userId: user.id });
}

function place(session: Session, key: string) {
  return session.post(
    '/api/orders',
    { items: [{ sku: 'RICE', quantity: 1 }] },
    { 'idempotency-key': key },
  );
}

/** Places orders one after the other until the connection breaks. The fate of the last one is unknown. */
async function orderUntilItBreaks(
  session: Session,
  customer: number,
  onPlaced: () => void,
): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (;;) {
    const key = newId();
    const reply = await place(session, key).catch(() => null);
    if (reply?.status !== 201) {
      attempts.push({ customer, key, body: null });
      return attempts;
    }
    attempts.push({ customer, key, body: reply.text });
    onPlaced();
  }
}

async function repeatAll(session: Session, attempts: readonly Attempt[]): Promise<void> {
  for (const { key, body } of attempts) {
    const reply = await place(session, key);
    assert.equal(reply.status, 201, reply.text);
    if (body === null) continue;
    assert.equal(reply.headers.get('idempotent-replayed'), 'true');
    assert.equal(reply.text, body);
  }
}

/** Kills the server and, at the same moment, its database: the postmaster and all its child processes. */
async function killEverything(server: ServerProcess): Promise<void> {
  const database = await postgresProcesses(join(dataDir, 'postgres'));
  const ended = server.end('SIGKILL');
  signalAll(database, 'SIGKILL');
  await ended;
}

describe('kill -9 of everything while orders are being placed', () => {
  test('keeps every acknowledged order, replays the same response for the same key, and leaves all invariants intact', async () => {
    let server = await start();
    const admin = await signInAsConfiguredAdmin(server.url, ADMIN);
    const product = await admin.post('/api/products', {
      sku: 'RICE',
      name: 'Rice',
      price: { amount: 295, currency: 'GBP' },
      onHand: 1_000_000,
    });
    assert.equal(product.status, 201, product.text);
    const emails = Array.from({ length: CUSTOMERS }, (_, index) => `customer-${index}@example.com`);
    const signInAll = (path: string) =>
      Promise.all(emails.map((email) => signIn(server.url, path, email, 'a good password')));
    let customers = await signInAll('/api/auth/signup');

    const attempts: Attempt[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const enough = Promise.withResolvers<void>();
      let left = ORDERS;
      const onPlaced = () => {
        left -= 1;
        if (left === 0) enough.resolve();
      };
      const load = Promise.all(
        customers.map((session, index) => orderUntilItBreaks(session, index, onPlaced)),
      );
      await enough.promise;
      await killEverything(server);
      attempts.push(...(await load).flat());
      server = await start();
      customers = await signInAll('/api/auth/login');
    }

    const acknowledged = attempts.filter((attempt) => attempt.body !== null);
    assert.ok(acknowledged.length >= ROUNDS * ORDERS);
    await Promise.all(
      customers.map((session, index) =>
        repeatAll(
          session,
          attempts.filter(({ customer }) => customer === index),
        ),
      ),
    );

    const admins = await signInAsConfiguredAdmin(server.url, ADMIN);
    const levels = await admins.get('/api/products');
    const [rice] = levels.json<{ data: { stock: { reserved: number } }[] }>().data;
    assert.equal(rice?.stock.reserved, attempts.length);

    const check = await promisify(execFile)(process.execPath, [holdfastProgram, 'check'], {
      env: { ...process.env, ...environment },
    });
    assert.match(check.stdout, /hold/i);
  });
});
