import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { redisMissing, startRedis } from '../support/redis-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createSession, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { until } from '../support/until.ts';

const db = await testDatabase();
const product = await addProduct(db.database, { onHand: 1_000 });

interface Detail {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly allowedTransitions: readonly string[];
  readonly customer?: { readonly name: string };
}

async function placeAt(customer: Session): Promise<Detail> {
  const items = [{ sku: product.sku, quantity: 1 }];
  const reply = await customer.post('/api/orders', { items });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<Detail>();
}

async function readAt(session: Session, orderId: string): Promise<Detail> {
  const reply = await session.get(`/api/orders/${orderId}`);
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers.get('etag'), `"${reply.json<Detail>().version}"`);
  return reply.json<Detail>();
}

/** Returns how many order details this server has served from its cache. */
async function countHits(server: TestServer): Promise<number> {
  const { text } = await server.anonymous.get('/metrics');
  return Number(/^order_reads_total\{cache="hit"\} (\d+)$/m.exec(text)?.[1]);
}

/** Waits until a second read comes from the cache: a server that has just started caches nothing yet. */
async function untilCached(server: TestServer, session: Session, orderId: string): Promise<void> {
  await until(async () => {
    const before = await countHits(server);
    await readAt(session, orderId);
    assert.ok((await countHits(server)) > before);
  });
}

function testCache(where: string, skip: string | false, environment: Record<string, string>): void {
  describe(`order details cached ${where}`, { skip }, async () => {
    if (skip !== false) return;
    const options = { background: true, environment: { ...environment, PENDING_ORDERS_MAX: '0' } };
    const here = await startTestServer(db, options);
    const there = await startTestServer(db, options);
    const [customer, kitchen, admin] = await Promise.all([
      here.signUp(),
      here.signInAs('kitchen'),
      here.asAdmin(),
    ]);
    const elsewhere = createSession(there.url, admin.identity);

    test('are never stale on the server that made the change', async () => {
      const order = await placeAt(customer);
      await untilCached(here, customer, order.id);
      for (const status of ['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED']) {
        const moved = await kitchen.patch(`/api/orders/${order.id}/status`, { status });
        assert.equal(moved.status, 200, moved.text);
        const [mine, theirs] = await Promise.all([
          readAt(customer, order.id),
          readAt(kitchen, order.id),
        ]);
        assert.deepEqual([mine.status, theirs.status], [status, status]);
        assert.equal(mine.version, moved.json<Detail>().version);
      }
    });

    test('change on other servers long before the cached value expires', async () => {
      const order = await placeAt(customer);
      await untilCached(there, elsewhere, order.id);
      const cancelled = await customer.post(`/api/orders/${order.id}/cancel`);
      assert.equal(cancelled.status, 200, cancelled.text);
      const answeredAt = performance.now();
      await until(async () => {
        assert.equal((await readAt(elsewhere, order.id)).status, 'CANCELLED');
      });
      // A second is promised. The limit allows for a busy machine and is below the lifetime of the cached value.
      assert.ok(performance.now() - answeredAt < 25_000);
    });

    test('appear in lists byte for byte, and are never stale there', async () => {
      const order = await placeAt(customer);
      await untilCached(here, customer, order.id);
      const path = `/api/orders?customerId=${customer.identity.userId}&limit=1`;
      for (const status of ['PENDING', 'CONFIRMED', 'PREPARING']) {
        if (status !== 'PENDING') {
          const moved = await kitchen.patch(`/api/orders/${order.id}/status`, { status });
          assert.equal(moved.status, 200, moved.text);
        }
        for (const session of [customer, kitchen, admin, elsewhere]) {
          const page = await session.get(path);
          const { data, nextCursor } = page.json<{ data: Detail[]; nextCursor: string | null }>();
          assert.deepEqual([data.length, data[0]!.id, data[0]!.status], [1, order.id, status]);
          // A server that is notified later serves the previous detail for a moment.
          if (session === elsewhere) continue;
          const detail = await session.get(`/api/orders/${order.id}`);
          const text = `{"data":[${detail.text}],"nextCursor":${JSON.stringify(nextCursor)}}`;
          assert.equal(page.text, text);
          assert.equal(page.headers.get('content-type'), 'application/json; charset=utf-8');
          assert.equal(page.headers.get('etag'), null);
        }
      }
    });

    test('differ by audience, and each caller sees their own view', async () => {
      const order = await placeAt(customer);
      const stranger = await here.signUp();
      await untilCached(here, customer, order.id);
      for (let round = 0; round < 2; round += 1) {
        const mine = await readAt(customer, order.id);
        assert.deepEqual([mine.allowedTransitions, mine.customer], [['CANCELLED'], undefined]);
        const theirs = await readAt(kitchen, order.id);
        assert.deepEqual(theirs.allowedTransitions, ['CONFIRMED']);
        assert.equal(typeof theirs.customer?.name, 'string');
        const all = await readAt(admin, order.id);
        assert.deepEqual(all.allowedTransitions, ['CONFIRMED', 'CANCELLED']);
        assert.equal((await stranger.get(`/api/orders/${order.id}`)).status, 404);
        assert.equal((await here.anonymous.get(`/api/orders/${order.id}`)).status, 401);
      }
    });

    test('answer If-None-Match with 304 while current, and If-Match is checked in the database', async () => {
      const order = await placeAt(customer);
      await untilCached(here, customer, order.id);
      const known = await customer.get(`/api/orders/${order.id}`, { 'if-none-match': '"1"' });
      assert.deepEqual([known.status, known.text], [304, '']);
      const path = `/api/orders/${order.id}/status`;
      const moved = await kitchen.patch(path, { status: 'CONFIRMED' }, { 'if-match': '"1"' });
      assert.equal(moved.status, 200, moved.text);
      const late = await kitchen.patch(path, { status: 'PREPARING' }, { 'if-match': '"1"' });
      assert.equal(late.status, 412, late.text);
      const next = await customer.get(`/api/orders/${order.id}`, { 'if-none-match': '"1"' });
      assert.equal(next.status, 200);
    });

    test('never go back to an older version while readers race a change', async () => {
      const order = await placeAt(customer);
      await untilCached(here, customer, order.id);
      let isDone = false;
      const reader = async () => {
        for (let newest = 1; !isDone; ) {
          const { version } = await readAt(customer, order.id);
          assert.ok(version >= newest, `${version} after ${newest}`);
          newest = version;
        }
      };
      const readers = Array.from({ length: 8 }, reader);
      try {
        for (const status of ['CONFIRMED', 'PREPARING', 'READY', 'PREPARING', 'READY']) {
          const body = { status, override: true, reason: 'to and fro' };
          const moved = await admin.patch(`/api/orders/${order.id}/status`, body);
          assert.equal(moved.status, 200, moved.text);
          const { version } = moved.json<Detail>();
          assert.equal((await readAt(customer, order.id)).version, version);
        }
      } finally {
        isDone = true;
      }
      await Promise.all(readers);
    });

    test('contain a name that the customer has just changed', async () => {
      const order = await placeAt(customer);
      await untilCached(here, kitchen, order.id);
      for (const name of ['Ada', 'Grace']) {
        assert.equal((await customer.patch('/api/auth/profile', { name })).status, 200);
        assert.equal((await readAt(kitchen, order.id)).customer?.name, name);
      }
    });

    test('read the same on both servers', async () => {
      const order = await placeAt(customer);
      await untilCached(here, admin, order.id);
      const mine = await readAt(admin, order.id);
      // A name changed here, as above, reaches other servers within a second.
      await until(async () => assert.deepEqual(await readAt(elsewhere, order.id), mine));
    });
  });
}

testCache('in memory', false, {});
const redis = redisMissing === false ? await startRedis() : null;
testCache('in Redis', redisMissing, redis === null ? {} : { REDIS_URL: redis.url });
