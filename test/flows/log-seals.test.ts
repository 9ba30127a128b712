import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { createSealKeys, hashSeal, type Seal } from '../../src/seals/index.ts';
import { testDatabase } from '../support/database.ts';
import type { ReceivedEvent } from '../support/event-receiver.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Session } from '../support/session.ts';
import { query, until } from '../support/until.ts';
import {
  addEndpoint,
  addStock,
  moveToReady,
  placeOrder,
  type TestEndpoint,
} from '../support/webhooks.ts';

/** What is told about the seals of the log: their list, and the webhook for each new one. */
const SEAL_KEY = Buffer.alloc(32, 'the seed of these tests').toString('base64');
const PUBLIC_URL = 'https://shop.example';
const PATH = '/api/operations/log-seals';
const db = await testDatabase();
const server = await startTestServer(db, {
  background: true,
  environment: {
    PUBLIC_URL,
    SEAL_KEY,
    LOG_SEAL_SECONDS: '0.1',
    RETRY_BASE_SECONDS: '0.05',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  },
});
const admin = await server.asAdmin();
const customer = await server.signUp();
await addStock(admin, 'NAAN');

interface SealPage {
  readonly data: Seal[];
  readonly nextCursor: string | null;
}

async function listSeals(parameters = '', session: Session = admin): Promise<SealPage> {
  const reply = await session.get(`${PATH}${parameters}`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<SealPage>();
}

async function newestNumber(): Promise<number> {
  return (await listSeals('?limit=1')).data[0]?.number ?? 0;
}

/** Waits until everything that has been committed is sealed, and returns the number of the last seal. */
async function sealedUpTo(): Promise<number> {
  await until(async () => {
    const [row] = await query(
      db.url,
      `select (select coalesce(max(position), 0) from events)
                = (select coalesce(max(last), 0) from log_seals where log = 'events')
          and (select coalesce(max(position), 0) from audit)
                = (select coalesce(max(last), 0) from log_seals where log = 'audit') as all`,
    );
    assert.equal(row!.all, true);
  });
  return newestNumber();
}

/** Makes an order with some events, and waits until they are sealed. Returns the numbers of the new seals. */
async function causeSeals(): Promise<number[]> {
  const before = await sealedUpTo();
  await moveToReady(admin, await placeOrder(customer, 'NAAN'));
  const last = await sealedUpTo();
  assert.ok(last > before);
  return Array.from({ length: last - before }, (_, index) => before + 1 + index);
}

function readSeal({ body }: ReceivedEvent): Seal {
  return body.data as unknown as Seal;
}

async function requireDelivered({ deliveries }: TestEndpoint): Promise<void> {
  const found = await deliveries();
  assert.ok(found.length > 0);
  for (const { status } of found) assert.equal(status, 'DELIVERED');
}

test('seals are listed newest first, page by page, with all that is needed to verify them elsewhere', async () => {
  await causeSeals();
  await causeSeals();
  const all = (await listSeals('?limit=100')).data;
  assert.ok(all.length >= 3, `${all.length} seals`);
  assert.deepEqual(
    all.map(({ number }) => number),
    all.map((_, index) => all.length - index),
  );
  const [publicKey] = createSealKeys([SEAL_KEY]).publicKeys;
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey!, 'base64').toString('base64url') },
    format: 'jwk',
  });
  for (const [index, seal] of all.entries()) {
    assert.deepEqual(Object.keys(seal).sort(), [
      ...['at', 'first', 'format', 'hash', 'last', 'log', 'number', 'previous', 'root', 'rows'],
      'signature',
    ]);
    assert.equal(seal.hash, hashSeal(seal));
    assert.equal(seal.previous, all[index + 1]?.hash ?? '0'.repeat(64));
    const signature = Buffer.from(seal.signature, 'base64');
    assert.ok(verify(null, Buffer.from(seal.hash, 'hex'), key, signature));
    assert.doesNotMatch(seal.signature, /\s/);
  }
  const found: Seal[] = [];
  let parameters = '?limit=2';
  for (;;) {
    const { data, nextCursor } = await listSeals(parameters);
    found.push(...data);
    if (nextCursor === null) break;
    parameters = `?limit=2&cursor=${encodeURIComponent(nextCursor)}`;
  }
  assert.deepEqual(found, all);
  const broken = await admin.get(`${PATH}?cursor=nonsense`);
  assert.equal(broken.json().code, 'request.invalid_cursor');
  for (const parameter of ['limit=0', 'limit=101', 'from=1']) {
    assert.equal((await admin.get(`${PATH}?${parameter}`)).status, 400, parameter);
  }
});

test('admins and API keys that may read operations list them, and nobody else', async () => {
  for (const session of [customer, await server.signInAs('kitchen'), server.anonymous]) {
    const { status } = await session.get(PATH);
    assert.equal(status, session === server.anonymous ? 401 : 403);
  }
  for (const [scope, status] of [
    ['operations:read', 200],
    ['orders:read', 403],
  ] as const) {
    const made = await admin.post('/api/api-keys', { name: scope, scopes: [scope] });
    const { id, secret } = made.json<{ id: string; secret: string }>();
    const identity = { email: '', password: '', accessToken: secret, userId: id };
    assert.equal((await createSession(server.url, identity).get(PATH)).status, status, scope);
  }
});

test('each seal is sent once to an endpoint that names its type, as it is listed, and causes nothing more', async () => {
  const anchor = await addEndpoint(admin, ['log.sealed']);
  const both = await addEndpoint(admin, ['*', 'log.sealed']);
  const others = await addEndpoint(admin, ['*']);
  const numbers = await causeSeals();
  const { data: listed } = await listSeals('?limit=100');
  for (const { receiver } of [anchor, both]) {
    const received = () => receiver.received.filter(({ body }) => body.type === 'log.sealed');
    await until(async () => {
      const told = received().map((message) => readSeal(message).number);
      assert.deepEqual(
        numbers.filter((number) => !told.includes(number)),
        [],
      );
    });
    for (const message of received()) {
      const seal = readSeal(message);
      assert.deepEqual(
        seal,
        listed.find(({ number }) => number === seal.number),
      );
      assert.deepEqual(
        { ...message.body, data: null },
        {
          specversion: '1.0',
          id: message.id,
          source: PUBLIC_URL,
          type: 'log.sealed',
          time: seal.at,
          datacontenttype: 'application/json',
          data: null,
        },
      );
    }
    const ids = received().map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  }
  assert.ok(anchor.receiver.received.every(({ body }) => body.type === 'log.sealed'));
  assert.ok(others.receiver.received.length > 0);
  assert.ok(others.receiver.received.every(({ body }) => body.type !== 'log.sealed'));
  // The log has come to rest: a delivery is followed by no row and no seal.
  await until(() => requireDelivered(anchor));
  const runs = async () => {
    const [row] = await query(
      db.url,
      `select ended_at::text as at from schedules where name = 'seals.seal-logs'`,
    );
    return row!.at;
  };
  const last = await sealedUpTo();
  for (let run = 0; run < 2; run += 1) {
    const before = await runs();
    await until(async () => assert.notEqual(await runs(), before));
  }
  assert.equal(await newestNumber(), last);
});

test('a seal that a receiver did not take is sent again under the same id, and can be redelivered', async () => {
  const anchor = await addEndpoint(admin, ['log.sealed']);
  let refusals = 2;
  anchor.receiver.answer(() => {
    refusals -= 1;
    return refusals >= 0 ? 503 : null;
  });
  await causeSeals();
  await until(() => requireDelivered(anchor));
  const { received } = anchor.receiver;
  const [first] = received;
  const attempts = () => received.filter(({ id }) => id === first!.id);
  const tries = attempts().length;
  assert.ok(tries > 1, 'it was sent again');
  const delivery = (await anchor.deliveries()).find(({ eventId }) => eventId === first!.id);
  assert.deepEqual([delivery?.eventType, delivery?.orderId], ['log.sealed', null]);
  const again = await admin.post(`${anchor.path}/deliveries/${delivery!.id}/redeliver`);
  assert.equal(again.status, 202, again.text);
  await until(async () => assert.equal(attempts().length, tries + 1));
  for (const { body } of attempts()) assert.deepEqual(body, first!.body);
});

test('the type goes with the wildcard, and other types still do not', async () => {
  const create = (eventTypes: readonly string[]) =>
    admin.post('/api/webhook-endpoints', { url: 'https://receiver.example/', eventTypes });
  for (const types of [['log.sealed'], ['log.sealed', '*'], ['order.placed', 'log.sealed']]) {
    const reply = await create(types);
    assert.deepEqual(reply.json<{ eventTypes: string[] }>().eventTypes, types);
    const { id } = reply.json<{ id: string }>();
    await admin.delete(`/api/webhook-endpoints/${id}`);
  }
  for (const types of [
    ['*', 'order.placed'],
    ['*', 'log.sealed', 'order.placed'],
    ['log.*'],
    ['log.sealed', 'log.sealed'],
  ]) {
    const refused = await create(types);
    assert.equal(refused.json().code, 'request.invalid', types.join());
  }
  const stream = await admin.get('/api/stream?types=log.sealed');
  assert.equal(stream.status, 400, 'a stream sends events only');
});
