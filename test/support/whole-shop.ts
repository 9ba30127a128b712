import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { RUNTIME_ROLE } from '../../src/database/embedded/index.ts';
import { runCommand } from './command.ts';
import { signInAsConfiguredAdmin } from './configured-admin.ts';
import { toOwnerUrl } from './database.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { createSession, type Session } from './session.ts';
import { until } from './until.ts';

const admin = { email: 'owner@shop.example', password: 'the password of the owner' };
const jwtSecret = randomBytes(48).toString('base64url');

/**
 * Returns the environment of a server on this database that creates the schema and an admin at its start. The owner
 * migrates, unless the URL has a user of its own.
 */
export function shopEnvironment(databaseUrl: string): Record<string, string> {
  const isSplit = new URL(databaseUrl).username === RUNTIME_ROLE;
  return {
    DATABASE_URL: databaseUrl,
    ...(isSplit ? { DATABASE_MIGRATION_URL: toOwnerUrl(databaseUrl) } : {}),
    DEMO_DATA: 'false',
    JWT_SECRET: jwtSecret,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    RETRY_BASE_SECONDS: '0.05',
  };
}

export const asAdmin = ({ url }: ServerProcess) => signInAsConfiguredAdmin(url, admin);

export async function signUp({ url }: ServerProcess): Promise<Session> {
  const name = randomBytes(6).toString('hex');
  const credentials = { email: `${name}@example.com`, password: `a phrase of ${name}` };
  const reply = await createSession(url).post('/api/auth/signup', credentials);
  assert.equal(reply.status, 201, reply.text);
  const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
  return createSession(url, { ...credentials, accessToken, userId: user.id });
}

/**
 * Runs a shop from the migrations on, in processes as an operator starts them: sign-up, an immediate and a queued
 * order, their way to the customer with mail, a search, and the invariants with `holdfast check`.
 */
export async function runShop(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const shop = { ...shopEnvironment(databaseUrl), ...environment };
  const server = await startServerProcess({ environment: shop });
  try {
    await serve(server);
    await checkInvariants(shop);
  } finally {
    await server.end('SIGTERM');
  }
  assert.doesNotMatch(server.output(), /"level":(50|60)|background work failed/, server.output());
}

export async function checkInvariants(shop: Readonly<Record<string, string>>): Promise<void> {
  const { code, stdout, stderr } = await runCommand(['check'], { environment: shop });
  assert.equal(code, 0, stdout + stderr);
}

async function serve(server: ServerProcess): Promise<void> {
  const staff = await asAdmin(server);
  const sku = `TART-${randomBytes(4).toString('hex')}`;
  const price = { amount: 595, currency: 'GBP' };
  const made = await staff.post('/api/products', { sku, name: 'A tart', price, onHand: 10 });
  assert.equal(made.status, 201, made.text);
  const customer = await signUp(server);
  const order = { items: [{ sku, quantity: 2 }], note: "back\\slash and 'quote'" };
  const placed = await customer.post('/api/orders', order);
  assert.equal(placed.status, 201, placed.text);
  const queued = await customer.post('/api/orders', order, { prefer: 'respond-async' });
  assert.equal(queued.status, 202, queued.text);
  for (const { id } of [placed.json<{ id: string }>(), queued.json<{ id: string }>()]) {
    await until(async () => {
      const { status, text } = await customer.get(`/api/orders/${id}`);
      assert.equal(status, 200, text);
      assert.equal(JSON.parse(text).status, 'PENDING');
      assert.equal(JSON.parse(text).note, order.note);
      assert.match(JSON.parse(text).createdAt, /^20\d\d-\d\d-\d\dT[\d:.]+Z$/);
    });
    const confirmed = await staff.patch(`/api/orders/${id}/status`, { status: 'CONFIRMED' });
    assert.equal(confirmed.status, 200, confirmed.text);
  }
  const found = await staff.get(`/api/orders?search=${sku}`);
  assert.equal(found.json<{ data: unknown[] }>().data?.length, 2, found.text);
  await until(async () => {
    const mail = await staff.get('/api/operations/mail');
    const mine = mail
      .json<{ data: { to: string }[] }>()
      .data.filter(({ to }) => to === customer.identity.email);
    assert.ok(mine.length >= 2, mail.text);
  });
  const invariants = await staff.get('/api/operations/invariants');
  assert.equal(invariants.status, 200, invariants.text);
  assert.equal(invariants.json().ok, true, invariants.text);
}
