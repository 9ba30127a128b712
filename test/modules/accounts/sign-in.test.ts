import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUser, findCustomers } from '../../../src/modules/accounts/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  newEmail,
  PASSWORD,
  refusal,
  signInAs,
  signUpUser,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

test('a new user is a customer and signed in', async () => {
  const session = await accounts.signUp({
    email: 'Ada@Example.com',
    password: PASSWORD,
    name: 'Ada Lovelace',
  });
  const { id, createdAt, ...shown } = session.user;
  assert.deepEqual(shown, {
    email: 'Ada@Example.com',
    emailVerified: false,
    name: 'Ada Lovelace',
    role: 'customer',
    vip: false,
  });
  assert.equal(session.expiresIn, 900);
  const caller = await callerBehind(accounts, session.accessToken);
  assert.equal(caller.id, id);
  assert.equal(caller.role, 'customer');
  assert.deepEqual(await accounts.getProfile(caller), session.user);
  assert.ok(createdAt.endsWith('Z'));
});

test('an address is taken in every spelling', async () => {
  const email = newEmail();
  await signUpUser(accounts, email);
  for (const spelling of [email, email.toUpperCase(), email.replace('customer', 'ｃustomer')]) {
    await assert.rejects(signUpUser(accounts, spelling), refusal('accounts.email_taken'), spelling);
  }
});

test('twenty sign-ups at once with one address create one account', async () => {
  const email = newEmail();
  const codes = await Promise.all(
    Array.from({ length: 20 }, () => catchCode(() => signUpUser(accounts, email))),
  );
  assert.equal(codes.filter((code) => code === null).length, 1);
  assert.equal(codes.filter((code) => code === 'accounts.email_taken').length, 19);
});

test('the right password signs in with any spelling of the address', async () => {
  const { user } = await signUpUser(accounts);
  const session = await accounts.logIn({ email: user.email.toUpperCase(), password: PASSWORD });
  assert.deepEqual(session.user, user);
});

test('an unknown address, a wrong password and a disabled user get the same refusal', async () => {
  const { user } = await signUpUser(accounts);
  const disabled = await signUpUser(accounts);
  await accounts.updateUser(null, disabled.user.id, { disabled: true });
  const attempts = [
    { email: newEmail(), password: PASSWORD },
    { email: 'not an address', password: PASSWORD },
    { email: user.email, password: `${PASSWORD}!` },
    { email: user.email, password: PASSWORD.toUpperCase() },
    { email: disabled.user.email, password: PASSWORD },
  ];
  for (const attempt of attempts) {
    await assert.rejects(accounts.logIn(attempt), refusal('accounts.invalid_credentials'));
  }
});

test('an unknown address costs the work of a password check', async () => {
  const { user } = await signUpUser(accounts);
  /**
   * Measures processor time, because on a busy machine the clock measures other processes too. In all: Linux only
   * estimates how much of it was the user's.
   */
  const measureWork = async (email: string): Promise<number> => {
    const before = process.cpuUsage();
    await catchCode(() => accounts.logIn({ email, password: 'wrong password' }));
    const { user: userUs, system: systemUs } = process.cpuUsage(before);
    return userUs + systemUs;
  };
  await measureWork('warm-up@example.com');
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    known.push(await measureWork(user.email));
    unknown.push(await measureWork('nobody@example.com'));
  }
  // Hashing is nearly all of it: without it, an unknown address would take a tenth. The best of seven excludes noise.
  assert.ok(Math.min(...unknown) > Math.min(...known) / 2);
});

test('a password is compared up to its last character, in either Unicode form', async () => {
  const email = newEmail();
  const long = `${'x'.repeat(254)}\u00e9y`;
  await accounts.signUp({ email, password: long });
  assert.equal(
    await catchCode(() => accounts.logIn({ email, password: long.normalize('NFD') })),
    null,
  );
  await assert.rejects(
    accounts.logIn({ email, password: `${long.slice(0, -1)}z` }),
    refusal('accounts.invalid_credentials'),
  );
});

test('no password is stored in the database', async () => {
  const { user } = await signUpUser(accounts);
  const [row] = await database.run<{ row: string; hash: string }>(
    'test.user_row',
    'select users::text as row, password_hash as hash from users where id = $1::uuid',
    [user.id],
  );
  assert.match(row!.hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.ok(!row!.row.includes(PASSWORD));
});

test('the command line creates users of any role, within the same limits', async () => {
  const input = { email: newEmail(), password: PASSWORD, name: 'Kit', role: 'kitchen' } as const;
  const user = await createUser(database, testAuthor, { ...input, vip: true });
  const [found] = await findCustomers(database, [user.id, newId()]);
  assert.deepEqual(found, {
    id: user.id,
    email: input.email,
    name: 'Kit',
    phone: null,
    guest: false,
    role: 'kitchen',
    vip: true,
    disabled: false,
  });
  await assert.rejects(createUser(database, testAuthor, input), refusal('accounts.email_taken'));
  for (const wrong of [
    { ...input, email: 'nobody' },
    { ...input, email: newEmail(), password: 'short' },
    { ...input, email: newEmail(), password: 'x'.repeat(257) },
    { ...input, email: newEmail(), name: 'two\r\nlines' },
    { ...input, email: newEmail(), name: 'x'.repeat(201) },
  ]) {
    await assert.rejects(createUser(database, testAuthor, wrong), refusal('request.invalid'));
  }
  const email = newEmail();
  for (const password of ['password', ' '.repeat(8), email]) {
    await assert.rejects(
      createUser(database, testAuthor, { ...input, email, password, role: 'customer' }),
      refusal('accounts.password_too_common'),
    );
  }
});

test('a caller can change their name', async () => {
  const { caller } = await signInAs(database, accounts, 'customer');
  assert.equal((await accounts.updateProfile(caller, { name: 'Grace' })).name, 'Grace');
  assert.equal((await accounts.getProfile(caller)).name, 'Grace');
});
