import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  PASSWORD,
  refusal,
  signUpUser,
  soon,
} from './accounts-fixture.ts';

/** What becomes of the tokens of a session whose user gets a new password. */
const { database } = await testDatabase();
const accounts = accountsOn(database);
const elsewhere = accountsOn(database);
const change = { currentPassword: PASSWORD, newPassword: 'another horse battery staple' };
const isRefused = refusal('auth.unauthenticated');

/** Signs up, and changes the password in that session. */
async function changedSession() {
  const session = await signUpUser(accounts);
  const caller = await callerBehind(accounts, session.accessToken);
  await callerBehind(elsewhere, session.accessToken);
  await accounts.changePassword(caller, change);
  return { session, caller };
}

async function ageSpentTokens(familyId: string): Promise<void> {
  await database.run(
    'test.age_spent_tokens',
    `update refresh_tokens
        set spent_at = spent_at - interval '11 seconds'
      where family_id = $1::uuid`,
    [familyId],
  );
}

test('a new password spends the access token of its session, at once here and within seconds elsewhere', async () => {
  const { session } = await changedSession();
  await assert.rejects(callerBehind(accounts, session.accessToken), isRefused);
  await soon(async () => {
    await assert.rejects(callerBehind(elsewhere, session.accessToken), isRefused);
  });
});

test('the session goes on with a refresh, and its new access token is valid everywhere', async () => {
  const { session, caller } = await changedSession();
  const next = await accounts.refreshSession(session.refreshToken);
  for (const server of [accounts, elsewhere, accountsOn(database)]) {
    assert.equal((await callerBehind(server, next.accessToken)).familyId, caller.familyId);
  }
  // The repeat of a refresh whose response was lost.
  const repeat = await accounts.refreshSession(session.refreshToken);
  assert.equal(repeat.accessToken, next.accessToken);
});

test('a second new password spends the access token of the first', async () => {
  const { session } = await changedSession();
  const second = await accounts.refreshSession(session.refreshToken);
  const caller = await callerBehind(accounts, second.accessToken);
  await accounts.changePassword(caller, {
    currentPassword: change.newPassword,
    newPassword: PASSWORD,
  });
  await assert.rejects(callerBehind(accounts, second.accessToken), isRefused);
  const third = await accounts.refreshSession(second.refreshToken);
  assert.equal((await callerBehind(accounts, third.accessToken)).id, caller.id);
});

test('a refused change spends nothing', async () => {
  const { accessToken } = await signUpUser(accounts);
  const caller = await callerBehind(accounts, accessToken);
  await assert.rejects(
    accounts.changePassword(caller, { ...change, currentPassword: 'wrong' }),
    refusal('accounts.invalid_credentials'),
  );
  assert.equal((await callerBehind(accounts, accessToken)).id, caller.id);
});

test('a reset ends every session', async () => {
  const session = await signUpUser(accounts);
  await accounts.forgotPassword(session.user.email);
  const [row] = await database.run<{ id: string }>(
    'test.reset',
    'select id from password_resets where user_id = $1::uuid',
    [session.user.id],
  );
  const { token } = (await accounts.openAccountMail({ kind: 'password.reset', id: row!.id }))!;
  await accounts.resetPassword({ token: token!, newPassword: change.newPassword });
  await assert.rejects(callerBehind(accounts, session.accessToken), isRefused);
  await assert.rejects(
    accounts.refreshSession(session.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
});

test('a renewed session has a pair of tokens that works, and its former refresh token is spent', async () => {
  const { session, caller } = await changedSession();
  const renewed = (await accounts.renewSession(caller))!;
  assert.equal((await callerBehind(accounts, renewed.accessToken)).familyId, caller.familyId);
  assert.equal(renewed.refreshExpiresIn, session.refreshExpiresIn);
  const next = await accounts.refreshSession(renewed.refreshToken);
  assert.equal(await catchCode(() => accounts.refreshSession(next.refreshToken)), null);
  await ageSpentTokens(caller.familyId);
  await assert.rejects(
    accounts.refreshSession(session.refreshToken),
    refusal('accounts.refresh_reused'),
  );
});

test('a refresh that was on its way during a renewal gets its tokens, also on another server', async () => {
  const { session, caller } = await changedSession();
  const renewed = (await accounts.renewSession(caller))!;
  for (const server of [accounts, elsewhere]) {
    const late = await server.refreshSession(session.refreshToken);
    assert.equal(late.refreshToken, renewed.refreshToken);
  }
  await ageSpentTokens(caller.familyId);
  await assert.rejects(
    accounts.refreshSession(session.refreshToken),
    refusal('accounts.refresh_reused'),
  );
  await assert.rejects(
    accounts.refreshSession(renewed.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
});

test('renewals and refreshes at once leave one live token and end nothing', async () => {
  const { session, caller } = await changedSession();
  const [renewed] = await Promise.all([
    accounts.renewSession(caller),
    accounts.refreshSession(session.refreshToken).catch(() => null),
  ]);
  const [row] = await database.run<{ live: number; ended: boolean }>(
    'test.live',
    `select count(*)::int as live, bool_or(ended_at is not null) as ended
       from refresh_tokens
       join refresh_families on refresh_families.id = family_id
      where family_id = $1::uuid
        and spent_at is null`,
    [caller.familyId],
  );
  assert.deepEqual(row, { live: 1, ended: false });
  assert.equal(await catchCode(() => accounts.refreshSession(renewed!.refreshToken)), null);
});

test('a session that has ended is not renewed', async () => {
  const { caller } = await changedSession();
  await accounts.logOut(caller);
  assert.equal(await accounts.renewSession(caller), null);
});
