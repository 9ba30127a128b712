import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { trustAuthority } from '../support/certificates.ts';
import { testDatabase } from '../support/database.ts';
import { type EventReader, follow } from '../support/event-reader.ts';
import { nginxMissing, startNginx } from '../support/nginx.ts';
import { opensslMissing } from '../support/nginx-certificate.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession, type Session } from '../support/session.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { root } from './deploy-files.ts';

const CUSTOMERS = 4;
/** Orders acknowledged before each restart and after the last. */
const ORDERS = 40;
const LINES = 30;

const db = await testDatabase();

const missing = nginxMissing || opensslMissing;

describe('nginx before two API servers and a worker, with TLS between them', {
  skip: missing,
}, async () => {
  if (missing !== false) return;
  // What compose.yaml mounts.
  const secrets = mkdtempSync(join(tmpdir(), 'holdfast-rolling-'));
  after(() => rmSync(secrets, { recursive: true, force: true }));
  execFileSync(join(root, 'deploy/make-secrets'), [secrets], { stdio: 'ignore' });
  const ca = join(secrets, 'ca.crt');
  trustAuthority(ca);
  const JWT_SECRET = randomBytes(48).toString('base64url');
  const mint = createTokenIssuer(JWT_SECRET);
  const environment = {
    DATABASE_URL: db.url,
    JWT_SECRET,
    SANDBOX_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    TRUSTED_PROXIES: '127.0.0.1',
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
  };
  const servers: ServerProcess[] = [];

  async function start(role: 'api' | 'worker', port?: number): Promise<ServerProcess> {
    const server = await startServerProcess({
      environment: {
        ...environment,
        ROLE: role,
        TLS_CERTIFICATE_FILE: join(secrets, `${role}.crt`),
        TLS_KEY_FILE: join(secrets, `${role}.key`),
        NODE_EXTRA_CA_CERTS: ca,
      },
      ...(port === undefined ? {} : { port }),
    });
    servers.push(server);
    return server;
  }

  async function signIn(role: 'admin' | 'customer'): Promise<Session> {
    const caller = await addUser(db.database, { role });
    const identity = { email: '', password: '', accessToken: mint(caller), userId: caller.id };
    return createSession(url, identity);
  }

  after(() => Promise.all(servers.map((server) => server.end('SIGKILL'))));
  const apis = await Promise.all([start('api'), start('api')]);
  await start('worker');
  const { url } = await startNginx(
    apis.map((api) => api.url),
    { serversCa: ca },
  );
  const admin = await signIn('admin');
  const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => signIn('customer')));
  const { sku } = await addProduct(db.database, { onHand: 1_000_000 });

  test('restarting each server in turn under load fails no request, loses no order, and interrupts no stream for good', async () => {
    const placed: string[] = [];
    let isDone = false;
    /** Alternates orders and reads. Any unexpected response fails the test. */
    async function load(customer: Session): Promise<void> {
      while (!isDone) {
        const items = [{ sku, quantity: 1 }];
        const reply = await customer.post('/api/orders', { items }, { 'idempotency-key': newId() });
        assert.equal(reply.status, 201, reply.text);
        const { id } = reply.json<{ id: string }>();
        placed.push(id);
        const read = await customer.get(`/api/orders/${id}`);
        assert.equal(read.status, 200, read.text);
        const list = await customer.get('/api/orders?limit=5');
        assert.equal(list.status, 200, list.text);
      }
    }

    const stream = await keepFollowing(admin);
    const loads = Promise.all(customers.map(load));
    // Reported at the end.
    loads.catch(() => {});
    const more = async () => {
      const goal = placed.length + ORDERS;
      await Promise.race([until(async () => assert.ok(placed.length >= goal)), loads]);
    };
    try {
      for (const [index, api] of apis.entries()) {
        await more();
        await api.end('SIGTERM');
        await more();
        apis[index] = await start('api', Number(new URL(api.url).port));
      }
      await more();
    } finally {
      isDone = true;
      await loads;
    }

    const rows = await db.database.run<{ id: string }>('test.orders', 'select id from orders', []);
    assert.deepEqual(rows.map(({ id }) => id).sort(), placed.toSorted());
    await until(async () => assert.equal(new Set(stream.orders).size, placed.length));
    assert.deepEqual(stream.orders.toSorted(), placed.toSorted());
    assert.ok(stream.connections >= 2);
    stream.stop();
    for (const server of servers) assert.doesNotMatch(server.output(), /"level":[56]0/);
  });

  /** Follows the stream of all events as a browser does: reconnects with the last id whenever the stream ends. */
  async function keepFollowing(session: Session) {
    const orders: string[] = [];
    const state = { orders, connections: 0, stop: () => reader.close() };
    let isStopped = false;
    const open = async (lastEventId?: string): Promise<EventReader> => {
      const opened = await follow(url, session, '/api/stream?types=order.placed', lastEventId);
      assert.equal(opened.status, 200, opened.text());
      state.connections += 1;
      return opened;
    };
    let reader = await open();
    const run = async () => {
      let lastEventId: string | undefined;
      while (!isStopped) {
        let read = 0;
        const take = () => {
          for (const { id, data } of reader.events.slice(read)) {
            orders.push(data.orderId!);
            lastEventId = id;
          }
          read = reader.events.length;
        };
        await reader
          .until(() => {
            take();
            return isStopped;
          })
          .catch(() => {});
        take();
        reader.close();
        if (!isStopped) reader = await open(lastEventId);
      }
    };
    const running = run();
    state.stop = () => {
      isStopped = true;
      reader.close();
    };
    after(() => {
      state.stop();
      return running;
    });
    return state;
  }

  test('a client cannot forge the host of its request', async () => {
    const { accessToken } = customers[0]!.identity;
    const place = (origin: string, named: Record<string, string>) =>
      createSession(url).post(
        '/api/orders',
        { items: [{ sku, quantity: 1 }] },
        { cookie: `holdfast_access=${accessToken}`, origin, ...named },
      );
    for (const named of [
      { 'x-forwarded-host': 'evil.example' },
      { forwarded: 'host=evil.example' },
    ]) {
      const refused = await place('http://evil.example', named);
      assert.deepEqual([refused.status, refused.json().code], [403, 'auth.origin_not_allowed']);
      const own = await place(url, named);
      assert.equal(own.status, 201, own.text);
    }
  });

  test('an order of many lines keeps its strong ETag, and a refusal by nginx is a problem document', async () => {
    const [customer] = customers;
    const items = Array.from({ length: LINES }, () => ({ sku, quantity: 1 }));
    const reply = await customer!.post('/api/orders', { items }, { 'accept-encoding': 'gzip' });
    assert.equal(reply.status, 201, reply.text);
    const etag = reply.headers.get('etag')!;
    assert.match(etag, /^"/);
    const { id } = reply.json<{ id: string }>();
    const body = { status: 'CONFIRMED' };
    const patched = await admin.patch(`/api/orders/${id}/status`, body, { 'if-match': etag });
    assert.equal(patched.status, 200, patched.text);

    const large = await customer!.post('/api/orders', { note: 'x'.repeat(3_000_000) });
    assert.equal(large.status, 413);
    assert.match(large.headers.get('content-type')!, /application\/problem\+json/);
    assert.equal(large.json().code, 'request.too_large');
    assert.equal((await createSession(url).get('/metrics')).status, 404);

    for (const server of servers) await server.end('SIGTERM');
    const unavailable = await customer!.get(`/api/orders/${id}`);
    assert.equal(unavailable.status, 503);
    assert.equal(unavailable.headers.get('retry-after'), '1');
    assert.equal(unavailable.json().code, 'service.unavailable');
  });
});
