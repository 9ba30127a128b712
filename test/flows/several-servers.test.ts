import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { assertInOrder } from '../support/event-receiver.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { addEndpoint } from '../support/webhooks.ts';

/** Two servers that accept orders and two workers on one database; one of each is killed under load. */
const CUSTOMERS = 4;
/** Orders of all customers before the kill, and as many after it. */
const ORDERS = 24;

const db = await testDatabase();
const smtp = await startSmtpServer();
const JWT_SECRET = randomBytes(48).toString('base64url');
const shared = {
  DATABASE_URL: db.url,
  JWT_SECRET,
  SANDBOX_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  MAIL_DRIVER: 'smtp',
  SMTP_URL: smtp.url,
  MAIL_FROM: 'orders@shop.example',
  RETRY_BASE_SECONDS: '0.1',
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  PENDING_ORDERS_MAX: '0',
  HELD_UNITS_MAX: '0',
};
const running: ServerProcess[] = [];
after(() => Promise.all(running.map((server) => server.end('SIGKILL'))));

async function start(environment: Record<string, string>): Promise<ServerProcess> {
  const server = await startServerProcess({ environment: { ...shared, ...environment } });
  running.push(server);
  return server;
}

const [api, otherApi] = await Promise.all([start({ ROLE: 'api' }), start({ ROLE: 'api' })]);
/** Workers reach the sandbox at the surviving server. */
const worker = { ROLE: 'worker', SANDBOX_URL: otherApi.url };
const [firstWorker] = await Promise.all([start(worker), start(worker)]);

const mint = createTokenIssuer(JWT_SECRET);
async function signIn(url: string, role: 'admin' | 'customer'): Promise<Session> {
  const caller = await addUser(db.database, { role });
  const identity = { email: '', password: '', accessToken: mint(caller), userId: caller.id };
  return createSession(url, identity);
}
const admin = await signIn(otherApi.url, 'admin');
const { sku } = await addProduct(db.database, { onHand: 1_000_000 });
const endpoint = await addEndpoint(admin);

interface Intent {
  readonly token: string;
  readonly isQueued: boolean;
  readonly isPaid: boolean;
  orderId: string;
}

/** Calls the servers alternately until one answers, under one key, as a client with a list of addresses does. */
async function persist(session: Session, path: string, body: object, headers = {}): Promise<Reply> {
  const other = createSession(otherApi.url, session.identity);
  const key = { 'idempotency-key': newId(), ...headers };
  for (let attempt = 0; ; attempt += 1) {
    const reply = await (attempt % 2 === 0 ? session : other)
      .post(path, body, key)
      .catch((): null => null);
    if (reply !== null && reply.status < 500) return reply;
    assert.ok(attempt < 100, `no server answers ${path}: ${reply?.text}`);
  }
}

async function carryOut(session: Session, intent: Intent): Promise<void> {
  const order = { items: [{ sku, quantity: 1 }], clientToken: intent.token };
  const prefer = intent.isQueued ? { prefer: 'respond-async' } : {};
  const placed = await persist(session, '/api/orders', order, prefer);
  assert.equal(placed.status, intent.isQueued ? 202 : 201, placed.text);
  intent.orderId = placed.json<{ id: string }>().id;
  if (!intent.isPaid) return;
  const begun = await persist(session, '/api/payments/initiate', { orderId: intent.orderId });
  // 200: an earlier attempt failed because the provider was unreachable, and left the payment open.
  assert.ok(begun.status === 201 || begun.status === 200, begun.text);
  const { checkoutUrl } = begun.json<{ checkoutUrl: string }>();
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1);
  // Pressing the sandbox's button again pays again, and an attempt whose response was lost may have paid.
  const pay = { action: 'pay', onlyIfOpen: true };
  const paid = await persist(session, `/sandbox/sessions/${reference}/actions`, pay);
  assert.ok(paid.status === 202 || paid.status === 409, paid.text);
}

test('one server and one worker killed under load: every order, payment, mail and webhook happens once, and no job is left', async () => {
  const intents: Intent[] = [];
  const doneBeforeKill = Promise.withResolvers<void>();
  let done = 0;
  async function shopOn(url: string): Promise<void> {
    const session = await signIn(url, 'customer');
    for (let count = 0; count < (2 * ORDERS) / CUSTOMERS; count += 1) {
      const kind = count % 3;
      const intent = { token: newId(), isQueued: kind === 1, isPaid: kind === 2, orderId: '' };
      intents.push(intent);
      await carryOut(session, intent);
      done += 1;
      if (done === ORDERS) doneBeforeKill.resolve();
    }
  }
  const load = Promise.all(
    Array.from({ length: CUSTOMERS }, (_, index) => shopOn([api.url, otherApi.url][index % 2]!)),
  );
  await Promise.race([doneBeforeKill.promise, load]);
  await Promise.all([api.end('SIGKILL'), firstWorker.end('SIGKILL')]);
  await load;
  // The leases of the killed processes would expire within a minute anyway.
  await db.database.run(
    'test.end_leases',
    `update jobs set leased_until = now() - interval '1 second' where state = 'running'`,
    [],
  );

  await until(requireSettled);
  await requireOrders(intents);
  requireMails(await mailRows());
  await requireMessages(intents);
});

async function requireSettled(): Promise<void> {
  const [row] = await db.database.run<Record<string, number>>(
    'test.unsettled',
    `select (select count(*)::int from orders where status = 'QUEUED') as queued,
            (select count(*)::int from jobs) as jobs,
            (select count(*)::int from payments where status = 'OPEN') as payments,
            (select count(*)::int from webhook_deliveries where status <> 'DELIVERED') as messages,
            (select count(*)::int from events where position > (select position from log_readers where name = 'relay')) as unread`,
    [],
  );
  assert.deepEqual(row, { queued: 0, jobs: 0, payments: 0, messages: 0, unread: 0 });
}

async function requireOrders(intents: readonly Intent[]): Promise<void> {
  const orders = await db.database.run<{ id: string; token: string; status: string }>(
    'test.orders',
    'select id, client_token as token, status from orders',
    [],
  );
  const wanted = intents.map(({ orderId, token, isPaid }) => ({
    id: orderId,
    token,
    status: isPaid ? 'CONFIRMED' : 'PENDING',
  }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  assert.deepEqual(orders.toSorted(byId), wanted.sort(byId));
}

interface MailRow {
  readonly messageId: string;
  readonly eventId: string;
  readonly kind: string;
}

function mailRows(): Promise<MailRow[]> {
  return db.database.run(
    'test.mail_rows',
    `select mail_messages.id || '@' || message_id_domain as "messageId", events.id as "eventId", kind
       from mail_messages
       join mail_settings on mail_settings.id = settings_id
       join events using (order_id, sequence)
      order by kind`,
    [],
  );
}

/** Checks that each mail has one row and one Message-ID, however often it was sent. */
function requireMails(rows: readonly MailRow[]): void {
  const sent = new Set(smtp.received.map(({ headers }) => headers['message-id']));
  assert.deepEqual([...sent].sort(), rows.map(({ messageId }) => `<${messageId}>`).sort());
  const counts = Object.entries(Object.groupBy(rows, ({ kind }) => kind)).map(([kind, ofKind]) => [
    kind,
    ofKind?.length,
  ]);
  assert.deepEqual(counts, [
    ['order.confirmed', (2 * ORDERS) / 3],
    ['order.placed', 2 * ORDERS],
  ]);
}

async function requireMessages(intents: readonly Intent[]): Promise<void> {
  const { receiver } = endpoint;
  assert.deepEqual(receiver.forged, []);
  const events = await db.database.run<{ id: string }>(
    'test.events',
    'select id from events where order_id is not null',
    [],
  );
  const received = new Set(receiver.received.map(({ body }) => body.id));
  for (const { id } of events) assert.ok(received.has(id), `${id} did not arrive`);
  for (const { orderId } of intents) assertInOrder(receiver.ofOrder(orderId));
}
