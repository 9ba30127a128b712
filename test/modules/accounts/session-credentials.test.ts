import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  callerBehind,
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
