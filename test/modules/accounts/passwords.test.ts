import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { createTestJobs } from '../../support/jobs.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  newEmail,
  PASSWORD,
  refusal,
  SECRET,
  signUpUser,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const NEW_PASSWORD = 'a better password';

/** Returns the resets for which a mail is to be sent, as their jobs name them, oldest first. */
async function listRequestedResets(): Promise<string[]> {
  const rows = await database.run<{ resetId: string }>(
    'test.asked_resets',
    `select data ->> 'id' as "resetId" from jobs where data ->> 'kind' = 'password.reset' order by id`,
    [],
  );
  return rows.map(({ resetId }) => resetId);
}

/** Requests a reset and returns the token that its mail would contain. */
async function requestReset(email: string): Promise<string> {
  await accounts.forgotPassword(email);
  const reset = await accounts.openAccountMail({
    kind: 'password.reset',
    id: (await listRequestedResets()).at(-1)!,
  });
  assert.equal(reset?.recipient, email.toLowerCase());
  return reset!.token!;
}

function canLogIn(email: string, password: string): Promise<boolean> {
  return catchCode(() => accounts.logIn({ email, password })).then((code) => code === null);
}

test('a changed password ends every other session and keeps this one', async () => {
  const session = await signUpUser(accounts);
  const { email } = session.user;
  const other = await accounts.logIn({ email, password: PASSWORD });
  const caller = await callerBehind(accounts, session.accessToken);
  await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await assert.rejects(callerBehind(accounts, other.accessToken), refusal('auth.unauthenticated'));
  await assert.rejects(
    accounts.refreshSession(other.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  assert.equal(await catchCode(() => accounts.refreshSession(session.refreshToken)), null);
  assert.equal(await canLogIn(email, PASSWORD), false);
  assert.equal(await canLogIn(email, NEW_PASSWORD), true);
});

test('a wrong current password changes nothing', async () => {
  const session = await signUpUser(accounts);
  const caller = await callerBehind(accounts, session.accessToken);
  await assert.rejects(
    accounts.changePassword(caller, { currentPassword: 'wrong', newPassword: NEW_PASSWORD }),
    refusal('accounts.invalid_credentials'),
  );
  assert.equal(await canLogIn(session.user.email, PASSWORD), true);
});

test('of two concurrent password changes, one succeeds', async () => {
  const session = await signUpUser(accounts);
  const caller = await callerBehind(accounts, session.accessToken);
  const codes = await Promise.all(
    ['first new password', 'second new password'].map((newPassword) =>
      catchCode(() => accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword })),
    ),
  );
  assert.deepEqual(codes.sort(), ['accounts.invalid_credentials', null]);
});

test('a reset sets a new password once and ends every session', async () => {
  const session = await signUpUser(accounts);
  const { email } = session.user;
  const token = await requestReset(email.toUpperCase());

  await accounts.resetPassword({ token, newPassword: NEW_PASSWORD });
  assert.equal(await canLogIn(email, NEW_PASSWORD), true);
  assert.equal(await canLogIn(email, PASSWORD), false);
  await assert.rejects(
    accounts.refreshSession(session.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  await assert.rejects(
    callerBehind(accounts, session.accessToken),
    refusal('auth.unauthenticated'),
  );
  await assert.rejects(
    accounts.resetPassword({ token, newPassword: PASSWORD }),
    refusal('accounts.reset_invalid'),
  );
});

test('a used link invalidates the others, newer and older ones', async () => {
  const { user } = await signUpUser(accounts);
  const [first, second, third] = [
    await requestReset(user.email),
    await requestReset(user.email),
    await requestReset(user.email),
  ];
  await accounts.resetPassword({ token: second, newPassword: NEW_PASSWORD });
  for (const token of [first, third]) {
    await assert.rejects(
      accounts.resetPassword({ token, newPassword: 'a third password' }),
      refusal('accounts.reset_invalid'),
    );
  }
  assert.equal(await canLogIn(user.email, NEW_PASSWORD), true);
});

test('a link expires after thirty minutes', async () => {
  const { user } = await signUpUser(accounts);
  const token = await requestReset(user.email);
  const ageBy = (interval: string) =>
    database.run(
      'test.age_reset',
      'update password_resets set expires_at = expires_at - $2::interval where user_id = $1::uuid',
      [user.id, interval],
    );
  await ageBy('29 minutes 50 seconds');
  const [open] = await database.run<{ open: boolean }>(
    'test.reset_is_open',
    'select expires_at > now() as open from password_resets where user_id = $1::uuid',
    [user.id],
  );
  assert.equal(open!.open, true);
  await ageBy('10 seconds');
  await assert.rejects(
    accounts.resetPassword({ token, newPassword: NEW_PASSWORD }),
    refusal('accounts.reset_invalid'),
  );
});

test('ten uses of one link at once set one password', async () => {
  const { user } = await signUpUser(accounts);
  const token = await requestReset(user.email);
  const codes = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      catchCode(() => accounts.resetPassword({ token, newPassword: `a choice of mine ${index}` })),
    ),
  );
  assert.equal(codes.filter((code) => code === null).length, 1);
  assert.equal(codes.filter((code) => code === 'accounts.reset_invalid').length, 9);
});

test('a change to a common password is refused and changes nothing', async () => {
  const session = await signUpUser(accounts);
  const { email } = session.user;
  const caller = await callerBehind(accounts, session.accessToken);
  const other = await accounts.logIn({ email, password: PASSWORD });
  for (const newPassword of ['password', ' '.repeat(8), email, email.toUpperCase()]) {
    await assert.rejects(
      accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword }),
      refusal('accounts.password_too_common'),
    );
    // A caller who does not know the current one learns no more than before.
    await assert.rejects(
      accounts.changePassword(caller, { currentPassword: 'wrong', newPassword }),
      refusal('accounts.invalid_credentials'),
    );
  }
  assert.equal(await canLogIn(email, PASSWORD), true);
  assert.equal(await catchCode(() => accounts.refreshSession(other.refreshToken)), null);
});

test('a reset to a common password is refused and does not use up the link', async () => {
  const { user } = await signUpUser(accounts);
  const token = await requestReset(user.email);
  for (const newPassword of ['password', 'Password1!', ' '.repeat(8), user.email]) {
    await assert.rejects(
      accounts.resetPassword({ token, newPassword }),
      refusal('accounts.password_too_common'),
    );
  }
  await assert.rejects(
    accounts.resetPassword({ token: `${token}x`, newPassword: 'password' }),
    refusal('accounts.reset_invalid'),
  );
  assert.equal(await canLogIn(user.email, PASSWORD), true);
  await accounts.resetPassword({ token, newPassword: NEW_PASSWORD });
  assert.equal(await canLogIn(user.email, NEW_PASSWORD), true);
});

test('a request for an unknown or disabled account gets the same response and causes no mail', async () => {
  const disabled = await signUpUser(accounts);
  await accounts.updateUser(null, disabled.user.id, { disabled: true });
  const before = await listRequestedResets();
  for (const email of [newEmail(), disabled.user.email, 'x@example.com\r\nBcc: y@example.com']) {
    assert.deepEqual(Object.keys(await accounts.forgotPassword(email)), ['addressHash']);
  }
  assert.deepEqual(await listRequestedResets(), before);
});

test('a queue that hangs does not reveal that an account exists', async () => {
  const { user } = await signUpUser(accounts);
  const jobs = createTestJobs(database, 'notifications.send-account-mail');
  const send = () => new Promise<void>(() => {});
  const slow = accountsOn(database, { jobs: { ...jobs, send } });
  for (const email of [user.email, newEmail()]) {
    await slow.forgotPassword(email);
  }
});

test('no table contains the token, and without the secret it cannot be computed', async () => {
  const { user } = await signUpUser(accounts);
  const token = await requestReset(user.email);
  const resetId = (await listRequestedResets()).at(-1)!;
  for (const table of ['jobs', 'password_resets', 'mail_messages', 'mail_texts', 'events']) {
    const rows = await database.run(
      `test.rows_with_token_${table}`,
      `select 1 from ${table} as row where row::text like '%' || $1::text || '%'`,
      [token],
    );
    assert.deepEqual(rows, [], table);
  }
  const thief = accountsOn(database, { jwtSecrets: ['another secret, of 32 bytes or more'] });
  await assert.rejects(
    thief.openAccountMail({ kind: 'password.reset', id: resetId }),
    /JWT_SECRET/,
  );
});

test('while a secret is rotated out, earlier mails still contain their token', async () => {
  const { user } = await signUpUser(accounts);
  const token = await requestReset(user.email);
  const rotated = accountsOn(database, {
    jwtSecrets: ['a newer secret, of 32 bytes or more', SECRET],
  });
  const reset = await rotated.openAccountMail({
    kind: 'password.reset',
    id: (await listRequestedResets()).at(-1)!,
  });
  assert.equal(reset?.token, token);
});

test('removing a secret ends access tokens and reset mails, but neither sessions nor links', async () => {
  const session = await signUpUser(accounts);
  const token = await requestReset(session.user.email);
  const resetId = (await listRequestedResets()).at(-1)!;
  const later = accountsOn(database, { jwtSecrets: ['a newer secret, of 32 bytes or more'] });
  await assert.rejects(callerBehind(later, session.accessToken), refusal('auth.unauthenticated'));
  await assert.rejects(
    later.openAccountMail({ kind: 'password.reset', id: resetId }),
    /JWT_SECRET/,
  );
  const refreshed = await later.refreshSession(session.refreshToken);
  assert.equal((await callerBehind(later, refreshed.accessToken)).id, session.user.id);
  await later.resetPassword({ token, newPassword: NEW_PASSWORD });
  assert.equal(await canLogIn(session.user.email, NEW_PASSWORD), true);
});

test('a reset that was used or invalidated has no mail any more', async () => {
  const { user } = await signUpUser(accounts);
  const older = await requestReset(user.email);
  const token = await requestReset(user.email);
  assert.notEqual(older, token);
  const [invalidated, used] = (await listRequestedResets()).slice(-2);
  await accounts.resetPassword({ token, newPassword: NEW_PASSWORD });
  assert.equal(await accounts.openAccountMail({ kind: 'password.reset', id: invalidated! }), null);
  assert.equal(await accounts.openAccountMail({ kind: 'password.reset', id: used! }), null);
});

test('the link of a user who has been disabled does not work', async () => {
  const { user } = await signUpUser(accounts);
  const token = await requestReset(user.email);
  await accounts.updateUser(null, user.id, { disabled: true });
  await assert.rejects(
    accounts.resetPassword({ token, newPassword: NEW_PASSWORD }),
    refusal('accounts.reset_invalid'),
  );
});

test('a changed password invalidates an open link', async () => {
  const session = await signUpUser(accounts);
  const token = await requestReset(session.user.email);
  const caller = await callerBehind(accounts, session.accessToken);
  await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await assert.rejects(
    accounts.resetPassword({ token, newPassword: 'a third password' }),
    refusal('accounts.reset_invalid'),
  );
});
