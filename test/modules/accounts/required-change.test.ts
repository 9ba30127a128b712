import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import { createUser, setRole } from '../../../src/modules/accounts/index.ts';
import { testDatabase } from '../../support/database.ts';
import { createTestJobs } from '../../support/jobs.ts';
import { testAuthor } from '../../support/shop.ts';
import {
  accountsOn,
  callerBehind,
  newEmail,
  PASSWORD,
  refusal,
  signUpUser,
  soon,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const elsewhere = accountsOn(database, {
  revocationPollMs: 20,
  jobs: createTestJobs(database, 'notifications.send-account-mail'),
});
const NEW_PASSWORD = 'a better password of mine';

async function createStaff() {
  const email = newEmail();
  const user = await createUser(database, testAuthor, {
    email,
    password: PASSWORD,
    role: 'kitchen',
    passwordChangeRequired: true,
  });
  const logIn = (password = PASSWORD) => accounts.logIn({ email, password });
  return { email, user, logIn };
}

test('a sign-in succeeds, and says that a new password is required', async () => {
  const { logIn } = await createStaff();
  const session = await logIn();
  assert.equal(session.user.passwordChangeRequired, true);
  const caller = await callerBehind(accounts, session.accessToken);
  assert.equal(caller.restriction, 'password_change');
  assert.equal((await accounts.getProfile(caller)).passwordChangeRequired, true);
});

test('the restricted access token is spent by the change, at once here and within seconds elsewhere', async () => {
  const { logIn } = await createStaff();
  const { accessToken } = await logIn();
  const caller = await callerBehind(accounts, accessToken);
  await callerBehind(elsewhere, accessToken);
  await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const isSpent = refusal('auth.unauthenticated');
  await assert.rejects(callerBehind(accounts, accessToken), isSpent);
  await soon(() => assert.rejects(callerBehind(elsewhere, accessToken), isSpent));
  const later = await logIn(NEW_PASSWORD);
  assert.equal('passwordChangeRequired' in later.user, false);
  assert.equal((await callerBehind(accounts, later.accessToken)).restriction, undefined);
});

test('a refresh after the change is unrestricted on every server at once', async () => {
  const { logIn } = await createStaff();
  const session = await logIn();
  const caller = await callerBehind(accounts, session.accessToken);
  await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const refreshed = await elsewhere.refreshSession(session.refreshToken);
  assert.equal((await callerBehind(elsewhere, refreshed.accessToken)).restriction, undefined);
});

test('a refresh before the change is restricted too', async () => {
  const { logIn } = await createStaff();
  const refreshed = await accounts.refreshSession((await logIn()).refreshToken);
  assert.equal(
    (await callerBehind(accounts, refreshed.accessToken)).restriction,
    'password_change',
  );
});

test('the required change is one: neither a change nor a reset keeps the password', async () => {
  const { email, user, logIn } = await createStaff();
  const caller = await callerBehind(accounts, (await logIn()).accessToken);
  const same = { currentPassword: PASSWORD, newPassword: PASSWORD };
  await assert.rejects(accounts.changePassword(caller, same), refusal('request.invalid'));
  await accounts.forgotPassword(email);
  const [row] = await database.run<{ id: string }>(
    'test.reset_of_user',
    'select id from password_resets where user_id = $1::uuid',
    [user.id],
  );
  const { token } = (await accounts.openAccountMail({ kind: 'password.reset', id: row!.id }))!;
  assert.ok(token !== null);
  const attempt = accounts.resetPassword({ token, newPassword: PASSWORD });
  await assert.rejects(attempt, refusal('request.invalid'));
  await accounts.resetPassword({ token, newPassword: NEW_PASSWORD });
  assert.equal((await logIn(NEW_PASSWORD)).user.passwordChangeRequired, undefined);
});

test('a customer made staff sets a new password at the next sign-in, and one made customer again does not', async () => {
  const { id, email } = (await signUpUser(accounts)).user;
  await accounts.updateUser(null, id, { role: 'kitchen' });
  const next = await accounts.logIn({ email, password: PASSWORD });
  assert.equal((await callerBehind(accounts, next.accessToken)).restriction, 'password_change');

  await accounts.updateUser(null, id, { role: 'customer' });
  const customer = await accounts.logIn({ email, password: PASSWORD });
  assert.equal(customer.user.passwordChangeRequired, undefined);
  assert.equal((await callerBehind(accounts, customer.accessToken)).restriction, undefined);
});

test('other changes of access, and another role of staff, require nothing', async () => {
  const email = newEmail();
  const { id } = await createUser(database, testAuthor, {
    email,
    password: PASSWORD,
    role: 'kitchen',
  });
  await accounts.updateUser(null, id, { role: 'admin' });
  await accounts.updateUser(null, id, { vip: true, disabled: false });
  const { user } = await accounts.logIn({ email, password: PASSWORD });
  assert.equal(user.passwordChangeRequired, undefined);
  const customer = await signUpUser(accounts);
  await accounts.updateUser(null, customer.user.id, { vip: true });
  const { user: vip } = await accounts.logIn({ email: customer.user.email, password: PASSWORD });
  assert.equal(vip.passwordChangeRequired, undefined);
});

test('the command line counts as well', async () => {
  const { user } = await signUpUser(accounts);
  await setRole(database, testAuthor, user.email, 'admin');
  const session = await accounts.logIn({ email: user.email, password: PASSWORD });
  assert.equal(session.user.passwordChangeRequired, true);
});

test('a password that was judged for a customer does not become that of staff meanwhile', async () => {
  const shortOne = 'vexed otters';
  const { user, accessToken } = await signUpUser(accounts);
  const caller = await callerBehind(accounts, accessToken);
  await accounts.forgotPassword(user.email);
  const [row] = await database.run<{ id: string }>(
    'test.reset_of_user',
    'select id from password_resets where user_id = $1::uuid',
    [user.id],
  );
  const { token } = (await accounts.openAccountMail({ kind: 'password.reset', id: row!.id }))!;
  assert.ok(token !== null);
  const whilePromoted: Database = {
    ...database,
    async transaction(work) {
      await setRole(database, testAuthor, user.email, 'kitchen');
      return database.transaction(work);
    },
  };
  const racing = accountsOn(whilePromoted);
  const change = racing.changePassword(caller, {
    currentPassword: PASSWORD,
    newPassword: shortOne,
  });
  await assert.rejects(change, refusal('request.invalid'));
  await setRole(database, testAuthor, user.email, 'customer');
  const reset = racing.resetPassword({ token, newPassword: shortOne });
  await assert.rejects(reset, refusal('accounts.reset_invalid'));
  const session = await accounts.logIn({ email: user.email, password: PASSWORD });
  assert.equal(session.user.passwordChangeRequired, true);
});
