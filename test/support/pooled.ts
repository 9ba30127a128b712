import assert from 'node:assert/strict';
import { exitCodes } from '../../src/main/cli/exit-codes.ts';
import { runCommand } from './command.ts';
import { preparingPgBouncerMissing, type startPgBouncer } from './pgbouncer.ts';
import { startServerProcess } from './server-process.ts';
import type { Reply, Session } from './session.ts';
import { until } from './until.ts';
import { asAdmin, checkInvariants, shopEnvironment, signUp } from './whole-shop.ts';

export const transactions = { pool_mode: 'transaction' };
export const prepared = { ...transactions, max_prepared_statements: '200' };
export const withPrepared = { skip: preparingPgBouncerMissing };

/** Excludes the setting that would close the pooler's own idle connections. */
export const sparingThePooler = { except: 'idle_session_timeout' };

/** Returns the message of a start that fails. */
export async function readRefusal(databaseUrl: string, environment = {}): Promise<string> {
  const { code, stderr } = await runCommand(['serve'], {
    environment: { ...shopEnvironment(databaseUrl), PORT: '0', ...environment },
  });
  assert.equal(code, exitCodes.failed, stderr);
  assert.doesNotMatch(stderr, /^ +at /m);
  return stderr;
}

export async function runDoctor(databaseUrl: string): Promise<string> {
  const environment = { ...shopEnvironment(databaseUrl), PORT: '0' };
  return (await runCommand(['doctor'], { environment })).stdout;
}

/** Repeats an order until it is placed. Every response but the last must be a 503 with Retry-After. */
async function placeThrough(customer: Session, sku: string, seen: (status: number) => void) {
  const key = { 'idempotency-key': crypto.randomUUID() };
  for (;;) {
    const reply = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] }, key);
    seen(reply.status);
    if (reply.status === 201) return reply.json<{ id: string }>().id;
    requireAway(reply);
  }
}

export function requireAway({ status, headers, text }: Reply): void {
  assert.equal(status, 503, text);
  assert.ok(Number(headers.get('retry-after')) > 0);
}

/** Places orders of several customers while the pooler restarts. */
export async function restartUnderLoad(
  pooler: Awaited<ReturnType<typeof startPgBouncer>>,
): Promise<void> {
  const environment = shopEnvironment(pooler.url);
  const server = await startServerProcess({ environment: { ...environment, LOG_LEVEL: 'silent' } });
  try {
    const staff = await asAdmin(server);
    const price = { amount: 100, currency: 'GBP' };
    const product = { sku: 'TART', name: 'A tart', price, onHand: 1_000_000 };
    assert.equal((await staff.post('/api/products', product)).status, 201);
    const customers = await Promise.all(Array.from({ length: 6 }, () => signUp(server)));
    let isDone = false;
    let placedNow = 0;
    let refused = 0;
    const placed: string[] = [];
    const work = customers.map(async (customer) => {
      while (!isDone) {
        placed.push(
          await placeThrough(customer, 'TART', (status) => {
            if (status === 201) placedNow += 1;
            else refused += 1;
          }),
        );
      }
    });
    const everybody = Promise.all(work);
    everybody.catch(() => {});
    const untilPlaced = (count: number) => {
      const goal = placedNow + count;
      return Promise.race([everybody, until(async () => assert.ok(placedNow >= goal))]);
    };
    await untilPlaced(30);
    await pooler.stop();
    await Promise.race([everybody, until(async () => assert.ok(refused >= 6))]);
    await pooler.start();
    await untilPlaced(30);
    isDone = true;
    await everybody;
    for (const id of placed) assert.equal((await staff.get(`/api/orders/${id}`)).status, 200);
    await checkInvariants(environment);
  } finally {
    await server.end('SIGTERM');
  }
}
