import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnfitDatabaseError } from '../../../src/database/unfit-database.ts';
import { ConfigurationError } from '../../../src/main/config/configuration-error.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import {
  prepareDatabase,
  refuseDemoUsers,
  serverFaults,
} from '../../../src/main/start/prepare-database.ts';
import { createUser, disable } from '../../../src/modules/accounts/index.ts';
import { findAudit } from '../../support/audit-rows.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { testAuthor } from '../../support/shop.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const log = { info() {}, warn() {} };
const environment = { DATABASE_URL: db.url, DEMO_DATA: 'false' };

const sound = {
  versionNumber: 180_004,
  version: '18.4',
  fsync: 'on',
  fullPageWrites: 'on',
  synchronousCommit: 'on',
  readOnly: 'off',
  trigrams: 'there' as const,
};

test('a PostgreSQL before 15 is refused', () => {
  assert.equal(serverFaults({ ...sound, versionNumber: 140_012 }, false).length, 1);
  assert.equal(serverFaults({ ...sound, versionNumber: 150_000 }, true).length, 0);
});

test('a database that does not support the searches is refused', () => {
  assert.deepEqual(serverFaults({ ...sound, trigrams: 'creatable' }, true), []);
  assert.match(serverFaults({ ...sound, trigrams: 'absent' }, false)[0]!, /contrib/);
  assert.match(serverFaults({ ...sound, trigrams: 'forbidden' }, false)[0]!, /create extension/);
});

test('settings that could lose acknowledged orders prevent a start in production, with one message each', () => {
  const unsafe = { ...sound, fsync: 'off', fullPageWrites: 'off', synchronousCommit: 'off' };
  assert.equal(serverFaults(unsafe, true).length, 3);
  assert.equal(serverFaults(unsafe, false).length, 0);
});

test('the configured admin is created once and keeps the password', async () => {
  const admin = { ADMIN_EMAIL: 'owner@shop.example', ADMIN_PASSWORD: 'the first password' };
  const first = readConfig({ ...environment, ...admin });
  const second = readConfig({ ...environment, ...admin, ADMIN_PASSWORD: 'another password' });
  await prepareDatabase(first, server.application, db.ownerUrl, log);
  await prepareDatabase(second, server.application, db.ownerUrl, log);
  const signIn = (password: string) =>
    server.anonymous.post('/api/auth/login', { email: admin.ADMIN_EMAIL, password });
  const reply = await signIn(admin.ADMIN_PASSWORD);
  assert.equal(reply.status, 200);
  const { user } = reply.json<{ user: { role: string; passwordChangeRequired?: boolean } }>();
  assert.equal(user.role, 'admin');
  assert.equal(user.passwordChangeRequired, true);
  assert.equal((await signIn('another password')).status, 401);
  assert.deepEqual(
    (await findAudit(db.database)).map(({ type, actorType, job, after }) => [
      type,
      actorType,
      job,
      after?.email,
    ]),
    [['user.created', 'system', 'start', admin.ADMIN_EMAIL]],
  );
});

test('an unfit password of the configured admin prevents the start with a message, where the admin is new', async () => {
  const admin = { ADMIN_EMAIL: 'second@shop.example', SHOP_NAME: 'The Corner Bakery' };
  for (const [ADMIN_PASSWORD, reason] of [
    [
      'fourteen chars',
      /ADMIN_PASSWORD cannot be used: A password of staff has 15 to 256 characters/,
    ],
    ['Password-1234567890', /ADMIN_PASSWORD cannot be used: .*easy to guess/],
    ['second@shop.example', /ADMIN_PASSWORD cannot be used: .*easy to guess/],
    ['The Corner Bakery!', /ADMIN_PASSWORD cannot be used: .*easy to guess/],
  ] as const) {
    const config = readConfig({ ...environment, ...admin, ADMIN_PASSWORD });
    await assert.rejects(
      prepareDatabase(config, server.application, db.ownerUrl, log),
      (error: Error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, reason);
        assert.ok(!error.message.includes(ADMIN_PASSWORD));
        return true;
      },
    );
  }
});

test('the password of an admin who exists already changes nothing, whatever it is', async () => {
  const email = 'third@shop.example';
  const password = 'a password of before';
  await createUser(db.database, testAuthor, { email, password, role: 'admin' });
  for (const ADMIN_PASSWORD of ['password', 'eight ch', 'another long one', password]) {
    const admin = { ADMIN_EMAIL: email.toUpperCase(), ADMIN_PASSWORD };
    const config = readConfig({ ...environment, ...admin });
    await prepareDatabase(config, server.application, db.ownerUrl, log);
  }
  const reply = await server.anonymous.post('/api/auth/login', { email, password });
  assert.equal(reply.status, 200, reply.text);
  assert.equal('passwordChangeRequired' in reply.json<{ user: object }>().user, false);
});

test('production does not serve a database with demo users until they are disabled', async () => {
  const email = 'carl@holdfast.example';
  await createUser(db.database, testAuthor, { email, password: 'demo password' });
  await assert.rejects(refuseDemoUsers(db.database), UnfitDatabaseError);
  await disable(db.database, testAuthor, email);
  await refuseDemoUsers(db.database);
});
