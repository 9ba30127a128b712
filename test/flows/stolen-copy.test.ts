import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encryptAnew } from '../../src/database/encryption/encrypt-anew.ts';
import { encryptedTables } from '../../src/main/tables/encrypted-tables.ts';
import { decryptPersonal, ensurePersonalKeys } from '../../src/personal/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { openWithKeys, putKeyInForce, TEST_ENCRYPTION_KEY } from '../support/encryption-key.ts';
import { dumpEverything, findMarks } from '../support/everything-kept.ts';
import { addTotpTo } from '../support/factors.ts';
import { createLives, succeed } from '../support/lives.ts';
import { createMarked, type Marked } from '../support/marked.ts';
import { startTestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import { query, until } from '../support/until.ts';
import { addEndpoint, type TestEndpoint } from '../support/webhooks.ts';

/** A thief has a copy of the whole database, and none of the keys of the servers. */

const KEY_BYTES = 32;
/** What people are called and where they live is in these as text. */
const inText = new Set(
  [
    ...['users', 'orders', 'order_lines', 'former_fulfilments', 'carts', 'cart_items'],
    ...['mail_messages', 'mail_texts', 'account_notices', 'email_links', 'payment_refunds'],
    ...['refresh_families', 'idempotency_keys', 'jobs', 'factors', 'provider_events', 'payments'],
  ].map((table) => `public.${table}`),
).add('the responses of orders');

interface Lived {
  readonly admin: Session;
  readonly endpoint: TestEndpoint;
  /** A person whose texts are marked. */
  readonly person: Marked;
  readonly personId: string;
  /** What opens an account, or signs or encrypts. */
  readonly secrets: string[];
}

/** Returns a secret of an endpoint as it is sent, as base64 and as the hexadecimal of its bytes. */
function spellings(secret: string): string[] {
  const base64 = secret.replace('whsec_', '');
  return [secret, base64, Buffer.from(base64, 'base64').toString('hex')];
}

/** Lets a shop with this key live for a while; none: its database stores secrets in clear. */
async function liveIn(db: TestDatabase, encryptionKey: string): Promise<Lived> {
  const server = await startTestServer(db, {
    background: true,
    environment: {
      ENCRYPTION_KEY: encryptionKey,
      WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
      TRUSTED_PROXIES: '127.0.0.1/32',
      GUEST_CHECKOUT: 'true',
      HELD_UNITS_MAX: '0',
    },
  });
  const admin = await server.asAdmin();
  const endpoint = await addEndpoint(admin, ['*']);
  const rotated = await succeed(admin.post(`${endpoint.path}/rotate-secret`));
  const { secret } = rotated.json<{ secret: string }>();
  endpoint.receiver.trust(secret);
  const lives = await createLives(server, db.owner, admin);
  const person = createMarked('Trillian');
  const session = await lives.live(person, 'trillian.of-the-test@example.com');
  const { app, recoveryCodes } = await addTotpTo(server, session);
  const key = await succeed(
    admin.post('/api/api-keys', { name: 'A till', scopes: ['orders:read'] }),
  );
  return {
    admin,
    endpoint,
    person,
    personId: session.identity.userId,
    secrets: [
      ...[endpoint.secret, secret].flatMap(spellings),
      ...[session.identity.password, session.identity.accessToken],
      ...[...recoveryCodes, app.secretHex, key.json<{ secret: string }>().secret],
      ...[encryptionKey].filter((one) => one !== ''),
    ],
  };
}

/** Returns the keys of all people, as they encrypt what is personal, in hexadecimal. */
async function listPersonalKeys({ database }: TestDatabase): Promise<string[]> {
  const rows = await database.run<{ id: string }>(
    'test.list_people_with_keys',
    'select person_id as id from personal_keys',
    [],
  );
  const keys = await ensurePersonalKeys(
    database,
    rows.map(({ id }) => id),
  );
  return [...keys.values()].map((key) => key!.toString('hex'));
}

/** Returns what a thief decrypts in the log and the audit with every run of bytes that could be a key. */
async function decryptCopy({ ownerUrl }: TestDatabase): Promise<string[]> {
  const stored = await query(ownerUrl, 'select key from personal_keys where key is not null');
  const candidates = stored.flatMap(({ key }) => {
    const bytes = key as Buffer;
    return Array.from({ length: bytes.length - KEY_BYTES + 1 }, (_, start) =>
      bytes.subarray(start, start + KEY_BYTES),
    );
  });
  const rows = await query(
    ownerUrl,
    `select 'events.personal' as column, id, personal from events where personal is not null
      union all
     select 'audit.subject_personal', id, subject_personal from audit where subject_personal is not null
      union all
     select 'audit.actor_personal', id, actor_personal from audit where actor_personal is not null`,
  );
  assert.ok(candidates.length > 1 && rows.length > 10);
  return rows.flatMap(({ column, id, personal }) =>
    candidates.flatMap((key) => {
      const place = { column: String(column), id: String(id) };
      const fields = decryptPersonal(key, place, personal as Buffer);
      return fields === null ? [] : [JSON.stringify(fields)];
    }),
  );
}

/** Asserts that a copy has neither a secret nor what people said in the log and the audit. */
async function assertNothingRevealed(db: TestDatabase, { person, secrets }: Lived): Promise<void> {
  const copy = await dumpEverything(db.ownerUrl);
  assert.deepEqual(findMarks(copy, secrets), []);
  const keys = await listPersonalKeys(db);
  assert.ok(keys.length > 1);
  assert.deepEqual(findMarks(copy, keys), []);
  const places = findMarks(copy, person.marks).filter(({ place }) => !inText.has(place));
  assert.deepEqual(places, []);
  assert.deepEqual(await decryptCopy(db), []);
}

describe('a copy of a database whose secrets are encrypted', async () => {
  const db = await testDatabase();
  // The test makes the first admin by itself.
  await putKeyInForce(db.database);
  const lived = await liveIn(db, TEST_ENCRYPTION_KEY);

  test('reveals no secret, and nothing that is personal in the log and the audit', async () => {
    await assertNothingRevealed(db, lived);
    const said = ['why overridden', 'first name'].map((text) => `Trillian ${text}`);
    for (const text of said) assert.ok(lived.person.marks.includes(text));
    assert.deepEqual(findMarks(await dumpEverything(db.ownerUrl), said), []);
  });

  test('has no secret that its servers cannot use: they read the log and sign webhooks', async () => {
    const { admin, endpoint, personId } = lived;
    const audit = await succeed(admin.get(`/api/operations/audit?subject=${personId}&limit=100`));
    assert.match(audit.text, /Trillian first name/);
    await until(async () => assert.ok(endpoint.receiver.received.length > 5));
    assert.deepEqual(endpoint.receiver.forged, []);
    assert.match(JSON.stringify(endpoint.receiver.received), /Trillian why overridden/);
  });
});

describe('a copy of a database without ENCRYPTION_KEY', async () => {
  const db = await testDatabase();
  const lived = await liveIn(db, '');

  test('has all that a thief needs', async () => {
    const copy = await dumpEverything(db.ownerUrl);
    const placesOf = (marks: readonly string[]) =>
      new Set(findMarks(copy, marks).map(({ place }) => place));
    assert.deepEqual([...placesOf(lived.secrets)], ['public.webhook_endpoints']);
    assert.deepEqual([...placesOf(await listPersonalKeys(db))], ['public.personal_keys']);
    const read = (await decryptCopy(db)).join('\n');
    for (const text of ['why overridden', 'first name']) assert.match(read, new RegExp(text));
  });

  test('reveals nothing any more once a server with a key has encrypted what there was', async () => {
    const database = openWithKeys(db.url, [TEST_ENCRYPTION_KEY]);
    await putKeyInForce(database);
    const anew = await encryptAnew(database, encryptedTables, new AbortController().signal);
    assert.equal(anew.isWhole, true);
    await assertNothingRevealed(db, lived);
    await ensurePersonalKeys(database, [newId()]);
    assert.deepEqual(await decryptCopy(db), []);
  });
});
