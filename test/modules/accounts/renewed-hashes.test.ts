import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash } from '@node-rs/argon2';
import { createPasswordHasher } from '../../../src/modules/accounts/password-hasher.ts';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  PASSWORD,
  refusal,
  signUpUser,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const TODAY = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
const weak = { memoryCost: 8_192, timeCost: 1, parallelism: 1 };

async function readHash(userId: string): Promise<string> {
  const [row] = await database.run<{ hash: string }>(
    'test.read_hash',
    'select password_hash as hash from users where id = $1::uuid',
    [userId],
  );
  return row!.hash;
}

/** Returns a user whose hash was made with weaker parameters than today's. */
async function signUpLongAgo() {
  const session = await signUpUser(accounts);
  const weakHash = await hash(PASSWORD, weak);
  await database.run(
    'test.weaken_hash',
    'update users set password_hash = $2::text where id = $1::uuid',
    [session.user.id, weakHash],
  );
  return { session, user: session.user, weakHash };
}

test('a hash is outdated if any parameter is weaker than today', async () => {
  const { isOutdated } = createPasswordHasher();
  const today = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
  for (const [parameters, expected] of [
    [today, false],
    [{ ...today, memoryCost: 65_536 }, false],
    [{ ...today, timeCost: 3 }, false],
    [{ ...today, memoryCost: 19_455 }, true],
    [{ ...today, timeCost: 1 }, true],
    [{ ...today, version: 0 as const }, true],
    [{ ...today, algorithm: 1 as const }, true],
  ] as const) {
    const encoded = await hash('a password', parameters as Parameters<typeof hash>[1]);
    assert.equal(isOutdated(encoded), expected, encoded);
  }
  assert.equal(isOutdated('$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'), true);
});

test('a sign-in renews an outdated hash, once, and the password stays', async () => {
  const { user, weakHash } = await signUpLongAgo();
  const input = { email: user.email, password: PASSWORD };
  await accounts.logIn(input);
  const renewed = await readHash(user.id);
  assert.match(renewed, TODAY);
  assert.notEqual(renewed, weakHash);
  await accounts.logIn(input);
  assert.equal(await readHash(user.id), renewed);
});

test('a wrong password renews nothing', async () => {
  const { user, weakHash } = await signUpLongAgo();
  await assert.rejects(
    accounts.logIn({ email: user.email, password: `${PASSWORD}!` }),
    refusal('accounts.invalid_credentials'),
  );
  assert.equal(await readHash(user.id), weakHash);
});

test('sign-ins at once all succeed while the hash is renewed', async () => {
  const { user } = await signUpLongAgo();
  const codes = await Promise.all(
    Array.from({ length: 12 }, () =>
      catchCode(() => accounts.logIn({ email: user.email, password: PASSWORD })),
    ),
  );
  assert.deepEqual(new Set(codes), new Set([null]));
  assert.match(await readHash(user.id), TODAY);
});

test('a sign-in at the same time does not spoil a change of the password', async () => {
  const { session, user } = await signUpLongAgo();
  const caller = await callerBehind(accounts, session.accessToken);
  const newPassword = 'a better password';
  const [, changed] = await Promise.all([
    catchCode(() => accounts.logIn({ email: user.email, password: PASSWORD })),
    catchCode(() => accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword })),
  ]);
  assert.equal(changed, null);
  assert.equal(
    await catchCode(() => accounts.logIn({ email: user.email, password: newPassword })),
    null,
  );
  await assert.rejects(
    accounts.logIn({ email: user.email, password: PASSWORD }),
    refusal('accounts.invalid_credentials'),
  );
});

test('sessions outlast the renewal of a hash', async () => {
  const { session, user } = await signUpLongAgo();
  await accounts.logIn({ email: user.email, password: PASSWORD });
  assert.equal(await catchCode(() => accounts.refreshSession(session.refreshToken)), null);
});

test('a hash that cannot be renewed fails no sign-in', async () => {
  const { user, weakHash } = await signUpLongAgo();
  const errors: unknown[] = [];
  const here = accountsOn(
    {
      ...database,
      run: (name, ...rest) =>
        name === 'accounts.renew_password_hash'
          ? Promise.reject(new Error('broken'))
          : database.run(name, ...rest),
    },
    { onError: (error) => errors.push(error) },
  );
  assert.equal(await catchCode(() => here.logIn({ email: user.email, password: PASSWORD })), null);
  assert.equal(errors.length, 1);
  assert.equal(await readHash(user.id), weakHash);
});
