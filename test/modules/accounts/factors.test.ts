import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgeInSlices } from '../../../src/database/purge-in-slices.ts';
import { createStoredJobs } from '../../../src/jobs/index.ts';
import { purgeChallenges } from '../../../src/modules/accounts/factors/challenge-queries.ts';
import { purgePendingFactors } from '../../../src/modules/accounts/factors/factor-queries.ts';
import { purgeFailures } from '../../../src/modules/accounts/factors/failure-queries.ts';
import { resetFactorsOf } from '../../../src/modules/accounts/index.ts';
import { accountMailJob } from '../../../src/modules/notifications/index.ts';
import { operatorAuthor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { findAudit } from '../../support/audit-rows.ts';
import { createTestAuthenticator } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';
import { createTestTotp } from '../../support/totp.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  FACTOR_KEY,
  newEmail,
  PASSWORD,
  PUBLIC_URL,
  refusal,
  signInAs,
} from './accounts-fixture.ts';
import {
  addTestPasskey,
  beginLogIn,
  signUpCaller,
  signUpWithPasskey,
  signUpWithTotp,
} from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

async function auditOf(userId: string) {
  const rows = await findAudit(database);
  return rows
    .filter(({ subjectId, type }) => subjectId === userId && type !== 'user.created')
    .map(({ type, before, after }) => ({ type, before, after }));
}

async function unproveAddress(userId: string): Promise<void> {
  await database.run(
    'test.unprove_address',
    'update users set email_verified_at = null where id = $1::uuid',
    [userId],
  );
}

test('an app is given its secret as a URI with the parameters that every app supports', async () => {
  const { email, caller } = await signUpCaller(accounts);
  const { uri, secret } = await accounts.addTotp(caller, {});
  const { protocol, host, pathname, searchParams } = new URL(uri);
  assert.equal(`${protocol}//${host}`, 'otpauth://totp');
  assert.equal(decodeURIComponent(pathname), `/Corner Bakery:${email}`);
  assert.deepEqual(Object.fromEntries(searchParams), {
    issuer: 'Corner Bakery',
    secret,
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
  // 160 bits.
  assert.match(secret, /^[A-Z2-7]{32}$/);
});

test('factors are listed with their use, renamed, and audited without secrets', async () => {
  const { caller, user, factorId } = await signUpWithTotp(accounts);
  const [factor] = (await accounts.listFactors(caller)).data;
  assert.deepEqual(
    { id: factor?.id, type: factor?.type, name: factor?.name },
    { id: factorId, type: 'totp', name: 'My telephone' },
  );
  assert.ok(factor?.lastUsedAt);
  const renamed = await accounts.updateFactor(caller, factorId, { name: 'My old telephone' });
  assert.equal(renamed.name, 'My old telephone');
  await accounts.createRecoveryCodes(caller);
  await accounts.removeFactor(caller, factorId);
  assert.deepEqual(await auditOf(user.id), [
    {
      type: 'user.factor_added',
      before: null,
      after: { factorId, type: 'totp', name: 'My telephone', sessionsEnded: 0 },
    },
    {
      type: 'user.factor_changed',
      before: { name: 'My telephone' },
      after: { name: 'My old telephone' },
    },
    { type: 'user.recovery_codes_created', before: null, after: { codes: 10 } },
    {
      type: 'user.factor_removed',
      before: { factorId, type: 'totp', name: 'My old telephone' },
      after: null,
    },
  ]);
});

test('with the last factor the recovery codes end, and the password alone signs in', async () => {
  const { email, caller, factorId } = await signUpWithTotp(accounts);
  await accounts.removeFactor(caller, factorId);
  assert.deepEqual(await accounts.listFactors(caller), { data: [], recoveryCodesLeft: 0 });
  const session = await accounts.logIn({ email, password: PASSWORD });
  assert.equal((await callerBehind(accounts, session.accessToken)).factors?.length, 0);
});

test('a new and a removed factor end the other sessions and spend the running access token', async () => {
  const { email, session, caller } = await signUpCaller(accounts);
  const other = await accounts.logIn({ email, password: PASSWORD });
  const pending = await accounts.addTotp(caller, {});
  const app = createTestTotp(pending.secret);
  await accounts.confirmTotp(caller, pending.id, app.code());
  const unauthenticated = refusal('auth.unauthenticated');
  await assert.rejects(callerBehind(accounts, session.accessToken), unauthenticated);
  await assert.rejects(callerBehind(accounts, other.accessToken), unauthenticated);
  await assert.rejects(
    accounts.refreshSession(other.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  const renewed = await accounts.refreshSession(session.refreshToken);
  assert.deepEqual((await callerBehind(accounts, renewed.accessToken)).factors, ['totp']);

  await accounts.removeFactor(caller, pending.id);
  await assert.rejects(callerBehind(accounts, renewed.accessToken), unauthenticated);
  const later = await accounts.refreshSession(renewed.refreshToken);
  assert.deepEqual((await callerBehind(accounts, later.accessToken)).factors, []);
});

test('where a factor is required, the last one stays', async () => {
  const strict = accountsOn(database, { factorRequiredOf: ['customer'] });
  const { caller, factorId } = await signUpWithTotp(strict);
  await assert.rejects(strict.removeFactor(caller, factorId), refusal('accounts.last_factor'));
  const device = createTestAuthenticator({ origin: PUBLIC_URL });
  const added = await addTestPasskey(strict, caller, device);
  const codes = await Promise.all(
    [factorId, added.id].map((id) => catchCode(() => strict.removeFactor(caller, id))),
  );
  assert.deepEqual(
    codes.filter((code) => code !== null),
    ['accounts.last_factor'],
  );
  assert.equal((await strict.listFactors(caller)).data.length, 1);
});

test('nobody changes a factor of somebody else, or confirms it', async () => {
  const { factorId } = await signUpWithTotp(accounts);
  const { caller } = await signUpCaller(accounts);
  const notFound = refusal('accounts.factor_not_found');
  await assert.rejects(accounts.updateFactor(caller, factorId, { name: 'Mine' }), notFound);
  await assert.rejects(accounts.removeFactor(caller, factorId), notFound);
  const other = await signUpCaller(accounts);
  const pending = await accounts.addTotp(other.caller, {});
  const code = createTestTotp(pending.secret).code();
  await assert.rejects(accounts.confirmTotp(caller, pending.id, code), notFound);
});

test('a secret can be confirmed for an hour, and once', async () => {
  const { caller, factorId, app } = await signUpWithTotp(accounts);
  const notFound = refusal('accounts.factor_not_found');
  await assert.rejects(accounts.confirmTotp(caller, factorId, app.code()), notFound);
  const pending = await accounts.addTotp(caller, {});
  await database.run(
    'test.age_factor',
    `update factors set created_at = created_at - interval '1 hour' where id = $1::uuid`,
    [pending.id],
  );
  const code = createTestTotp(pending.secret).code();
  await assert.rejects(accounts.confirmTotp(caller, pending.id, code), notFound);
});

test('an account has ten factors at most, with those that wait, also if they come at once', async () => {
  const { caller } = await signUpCaller(accounts);
  const codes = await Promise.all(
    Array.from({ length: 15 }, () => catchCode(() => accounts.addTotp(caller, {}))),
  );
  assert.equal(codes.filter((code) => code === null).length, 10);
  const tooMany = refusal('accounts.too_many_factors');
  await assert.rejects(accounts.createPasskeyOptions(caller), tooMany);
});

test('what is over is purged: secrets never confirmed, challenges, failures; and nothing else', async () => {
  const { email, caller, app } = await signUpWithTotp(accounts);
  await accounts.addTotp(caller, {});
  await beginLogIn(accounts, email);
  const { id: challengeId } = await beginLogIn(accounts, email);
  const totp = app.wrongCode();
  await assert.rejects(accounts.verifyLogIn({ challengeId, totp }));
  const countRows = async () => {
    const [row] = await database.run<{ factors: number; challenges: number; failures: number }>(
      'test.count_rows',
      `select (select count(*)::int from factors where user_id = $1::uuid) as factors,
              (select count(*)::int from factor_challenges where user_id = $1::uuid) as challenges,
              (select count(*)::int from factor_failures where user_id = $1::uuid) as failures`,
      [caller.id],
    );
    return row;
  };
  const purge = async () => {
    const { signal } = new AbortController();
    for (const slice of [purgePendingFactors, purgeChallenges, purgeFailures]) {
      await purgeInSlices(database, slice, signal);
    }
  };
  await purge();
  assert.deepEqual(await countRows(), { factors: 2, challenges: 2, failures: 1 });
  await database.run(
    'test.age_everything',
    `with factors as (
       update factors set created_at = created_at - interval '1 day' where user_id = $1::uuid
     ), challenges as (
       update factor_challenges set expires_at = expires_at - interval '1 day' where user_id = $1::uuid
     )
     update factor_failures set failed_at = failed_at - interval '1 day' where user_id = $1::uuid`,
    [caller.id],
  );
  await purge();
  assert.deepEqual(await countRows(), { factors: 1, challenges: 0, failures: 0 });
});

test('another admin removes the factors of a user, who is signed out and then needs no factor', async () => {
  const { email, user, session } = await signUpWithPasskey(accounts);
  const admin = await signInAs(database, accounts, 'admin');
  await assert.rejects(
    accounts.resetFactors(admin.caller, admin.caller.id),
    refusal('accounts.own_factors'),
  );
  await assert.rejects(accounts.resetFactors(admin.caller, newId()), refusal('accounts.not_found'));
  await accounts.resetFactors(admin.caller, user.id);
  await assert.rejects(accounts.refreshSession(session.refreshToken));
  await accounts.logIn({ email, password: PASSWORD });
  const [row] = (await auditOf(user.id)).slice(-1);
  assert.equal(row?.type, 'user.factors_reset');
  assert.deepEqual(row?.after, { factors: [], sessionsEnded: 1 });
  // Without a factor there is nothing to reset.
  assert.equal((await accounts.resetFactors(admin.caller, user.id)).factorsRemoved, 0);
  assert.equal((await accounts.logIn({ email, password: PASSWORD })).user.id, user.id);
});

test('the command line removes the factors of the last admin, and the failures that block them', async () => {
  const { email, user } = await signUpWithTotp(accounts);
  const author = operatorAuthor('user reset-factors');
  const notices = { jobs: createStoredJobs('mail'), accountMailJob };
  const reset = await resetFactorsOf(database, notices, author, email.toUpperCase());
  assert.equal(reset.factorsRemoved, 1);
  await accounts.logIn({ email, password: PASSWORD });
  const rows = await findAudit(database);
  const row = rows.findLast(({ subjectId }) => subjectId === user.id);
  assert.deepEqual(
    { type: row?.type, actorType: row?.actorType, job: row?.job },
    { type: 'user.factors_reset', actorType: 'operator', job: 'user reset-factors' },
  );
  await assert.rejects(
    resetFactorsOf(database, notices, author, 'nobody@example.com'),
    refusal('accounts.not_found'),
  );
});

test('a secret under a former key moves to the new one when it is used', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const newer = 'a newer key of the tests, of 32 bytes or more';
  const readKey = async () => {
    const [row] = await database.run<{ key: string }>(
      'test.secret_key',
      'select secret_key_id as key from factors where user_id = $1::uuid',
      [user.id],
    );
    return row!.key;
  };
  const former = await readKey();
  const rotating = accountsOn(database, { factorKeys: [newer, FACTOR_KEY] });
  const first = await beginLogIn(rotating, email);
  await rotating.verifyLogIn({ challengeId: first.id, totp: app.code() });
  assert.notEqual(await readKey(), former);
  const later = accountsOn(database, { factorKeys: [newer] });
  const second = await beginLogIn(later, email);
  await later.verifyLogIn({ challengeId: second.id, totp: app.code(1) });
  // A server that was not told the new key cannot read it, and says so instead of refusing the code.
  const third = await beginLogIn(accounts, email);
  await assert.rejects(
    accounts.verifyLogIn({ challengeId: third.id, totp: app.code(1) }),
    /FACTOR_KEY/,
  );
});

test('an app whose key is lost does not keep another app out', async () => {
  const { email, caller, app } = await signUpWithTotp(accounts);
  const newer = accountsOn(database, {
    factorKeys: ['another key of the tests, of 32 bytes or more'],
  });
  const pending = await newer.addTotp(caller, {});
  const second = createTestTotp(pending.secret);
  await newer.confirmTotp(caller, pending.id, second.code());
  // Each server lacks the key of one of the two, whichever was used last.
  for (const [server, own, foreign] of [
    [accounts, app, second],
    [newer, second, app],
  ] as const) {
    const { id: challengeId } = await beginLogIn(server, email);
    const unread = server.verifyLogIn({ challengeId, totp: foreign.code(1) });
    await assert.rejects(unread, /FACTOR_KEY/);
    await server.verifyLogIn({ challengeId, totp: own.code(1) });
  }
  // What was refused may have been a guess of the app that could be read.
  const [counted] = await database.run<{ failures: number }>(
    'test.count_failures',
    'select count(*)::int as failures from factor_failures where user_id = $1::uuid',
    [caller.id],
  );
  assert.equal(counted?.failures, 2);
});

test('a secret that was copied to another row, or altered, cannot be used', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const other = await signUpWithTotp(accounts);
  await database.run(
    'test.copy_secret',
    `update factors
        set secret = source.secret
       from factors as source
      where factors.user_id = $1::uuid
        and source.user_id = $2::uuid`,
    [user.id, other.user.id],
  );
  for (const totp of [app.code(), other.app.code()]) {
    const { id: challengeId } = await beginLogIn(accounts, email);
    await assert.rejects(accounts.verifyLogIn({ challengeId, totp }), /authenticate/);
  }
});

test('a customer adds no factor before their address is proven, and staff do', async () => {
  const { user, accessToken } = await accounts.signUp({ email: newEmail(), password: PASSWORD });
  const caller = await callerBehind(accounts, accessToken);
  await accounts.proveAddress(user.id);
  const pending = await accounts.addTotp(caller, {});
  const options = await accounts.createPasskeyOptions(caller);
  await unproveAddress(user.id);
  const device = createTestAuthenticator({ origin: PUBLIC_URL });
  const code = createTestTotp(pending.secret).code();
  const passkey = { id: options.id, response: device.create(options.publicKey) };
  for (const attempt of [
    () => accounts.addTotp(caller, {}),
    () => accounts.confirmTotp(caller, pending.id, code),
    () => accounts.createPasskeyOptions(caller),
    () => accounts.addPasskey(caller, passkey),
  ]) {
    await assert.rejects(attempt, refusal('accounts.email_unverified'));
  }
  assert.deepEqual((await accounts.listFactors(caller)).data, []);
  await accounts.proveAddress(user.id);
  await accounts.addPasskey(caller, passkey);

  const staff = await signInAs(database, accounts, 'kitchen');
  await unproveAddress(staff.caller.id);
  await accounts.addTotp(staff.caller, {});
});
