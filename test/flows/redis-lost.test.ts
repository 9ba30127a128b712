import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { redisMissing, startRedis } from '../support/redis-server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { query, until } from '../support/until.ts';

const db = await testDatabase();
const ORDERS = 10;
/** Far more than two orders need on a busy machine; only an order that waits for Redis takes longer. */
const ORDERED_MS = 60_000;

describe('jobs whose Redis is lost', { skip: redisMissing }, async () => {
  if (redisMissing !== false) return;
  const redis = await startRedis();
  const environment = {
    DATABASE_URL: db.url,
    JWT_SECRET: randomBytes(48).toString('base64url'),
    REDIS_URL: redis.url,
    QUEUE_DRIVER: 'bullmq',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
  };
  const servers: ServerProcess[] = [];
  after(() => Promise.all(servers.map((server) => server.end('SIGKILL'))));
  const start = async (role: string) => {
    const server = await startServerProcess({ environment: { ...environment, ROLE: role } });
    servers.push(server);
    return server;
  };

  async function place(session: Session, sku: string, async: boolean): Promise<string> {
    const reply = await session.post(
      '/api/orders',
      { items: [{ sku, quantity: 1 }] },
      async ? { prefer: 'respond-async' } : {},
    );
    assert.equal(reply.status, async ? 202 : 201, reply.text);
    return reply.json<{ id: string }>().id;
  }

  /** Waits until all orders are placed, one mail was sent for each, and no job is left. */
  async function requireSettled(count: number): Promise<void> {
    const [row] = await query(
      db.url,
      `select (select count(*)::int from orders where status = 'PENDING') as placed,
              (select count(*)::int from jobs) as open,
              (select count(*)::int from mail_messages where kind = 'order.placed') as mails`,
    );
    assert.deepEqual(row, { placed: count, open: 0, mails: count });
  }

  test('orders are accepted meanwhile, and every job is done after Redis returns empty', async () => {
    const [api] = await Promise.all([start('api'), start('worker')]);
    const credentials = { email: 'ann@example.com', password: 'the password of ann' };
    const signedUp = await createSession(api!.url).post('/api/auth/signup', credentials);
    const { accessToken, user } = signedUp.json<{ accessToken: string; user: { id: string } }>();
    const ann = createSession(api!.url, { ...credentials, accessToken, userId: user.id });
    const { sku } = await addProduct(db.database, { onHand: 1_000 });

    await place(ann, sku, true);
    await until(() => requireSettled(1));
    assert.ok((await redis.keys()).some((key) => key.startsWith('holdfast:queue:orders:')));

    await redis.kill();
    for (let count = 0; count < ORDERS; count += 1) {
      const startedAt = performance.now();
      await place(ann, sku, true);
      await place(ann, sku, false);
      assert.ok(performance.now() - startedAt < ORDERED_MS);
    }
    // The worker begins the jobs itself.
    await until(() => requireSettled(1 + 2 * ORDERS));
    await redis.start();
    // Jobs sent in vain would be sent again after half a minute.
    await query(
      db.url,
      `update jobs
          set due_at = due_at - interval '1 minute',
              sent_at = sent_at - interval '1 minute'
        where state = 'waiting'`,
    );
    await until(() => requireSettled(1 + 2 * ORDERS));
    for (const server of servers) await server.end('SIGTERM');
  });
});
