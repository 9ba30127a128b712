import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStoredJobs } from '../../../src/jobs/index.ts';
import { type NoticeKind, noticeKinds } from '../../../src/modules/accounts/account-mail.ts';
import type { Device } from '../../../src/modules/accounts/devices/device.ts';
import { resetFactorsOf } from '../../../src/modules/accounts/index.ts';
import { notify } from '../../../src/modules/accounts/notices.ts';
import { accountMailJob } from '../../../src/modules/notifications/index.ts';
import { operatorAuthor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, catchCode, PASSWORD, signInAs, signUpUser } from './accounts-fixture.ts';
import { beginLogIn, signUpCaller, signUpWithTotp } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const notices = { jobs: createStoredJobs('mail'), accountMailJob };

interface NoticeRow {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly address: string | null;
  readonly browser: string | null;
  readonly factor: string | null;
}

/** Returns the notices to a user, oldest first. Each has one job. */
async function listNotices(userId: string): Promise<NoticeRow[]> {
  const rows = await database.run<NoticeRow & { jobs: number }>(
    'test.notices',
    `select id, kind, address, browser, factor,
            (select count(*)::int from jobs where data ->> 'id' = account_notices.id::text) as jobs
       from account_notices
      where user_id = $1::uuid
      order by created_at, id`,
    [userId],
  );
  assert.ok(rows.every(({ jobs }) => jobs === 1));
  return rows;
}

async function listKinds(userId: string): Promise<NoticeKind[]> {
  return (await listNotices(userId)).map(({ kind }) => kind);
}

function send(userId: string, kind: NoticeKind): Promise<void> {
  const origin = { address: '192.0.2.7', userAgent: null };
  return database.transaction((tx) => notify(notices, tx, { kind, userId, source: { origin } }));
}

const device = (network: string): Device => ({
  token: newId().padEnd(43, 'a'),
  isReturning: false,
  isBrowser: true,
  network,
  range: network,
  userAgent: 'Firefox/140.0',
  formerRefreshTokens: [],
  admitsStaff: true,
});

test('a new password is told of, and nobody is told of one that was refused', async () => {
  const { caller, session } = await signUpCaller(accounts);
  const change = (currentPassword: string) =>
    accounts.changePassword(caller, { currentPassword, newPassword: 'a better password' });
  assert.equal(await catchCode(() => change('wrong')), 'accounts.invalid_credentials');
  assert.deepEqual(await listKinds(session.user.id), []);
  await change(PASSWORD);
  assert.deepEqual(await listKinds(session.user.id), ['password_changed']);
});

test('each change of factors, and each used recovery code, is told of', async () => {
  const { email, user, caller, factorId, recoveryCodes } = await signUpWithTotp(accounts);
  const challenge = await beginLogIn(accounts, email);
  await accounts.verifyLogIn({ challengeId: challenge.id, recoveryCode: recoveryCodes[0]! });
  await accounts.createRecoveryCodes(caller);
  await accounts.removeFactor(caller, factorId);
  const told = await listNotices(user.id);
  assert.deepEqual(
    told.map(({ kind, factor }) => [kind, factor]),
    [
      ['factor_added', 'totp'],
      ['recovery_code_used', null],
      ['recovery_codes_created', null],
      ['factor_removed', 'totp'],
    ],
  );
});

test('a reset of the factors is told of, by an admin and from the command line', async () => {
  const { caller: admin } = await signInAs(database, accounts, 'admin');
  const [first, second] = [await signUpWithTotp(accounts), await signUpWithTotp(accounts)];
  await accounts.resetFactors(admin, first.user.id);
  await resetFactorsOf(database, notices, operatorAuthor('user reset-factors'), second.email);
  for (const { user } of [first, second]) {
    assert.deepEqual(await listKinds(user.id), ['factor_added', 'factors_reset']);
  }
  // Nobody is told of a reset that changed nothing.
  await accounts.resetFactors(admin, first.user.id);
  assert.equal((await listKinds(first.user.id)).length, 2);
});

test('a sign-in from a new device is told of, but not the first and not twice a day', async () => {
  const { user } = await signUpUser(accounts);
  const logIn = (from: Device) => accounts.logIn({ email: user.email, password: PASSWORD }, from);
  const known = device('198.51.100.0/24');
  await logIn(known);
  await logIn({ ...known, isReturning: true });
  assert.deepEqual(await listKinds(user.id), []);
  await Promise.all([logIn(device('203.0.113.0/24')), logIn(device('192.0.2.0/24'))]);
  assert.deepEqual(await listKinds(user.id), ['new_device']);
  await database.run(
    'test.age_notices',
    `update account_notices set created_at = created_at - interval '25 hours' where user_id = $1::uuid`,
    [user.id],
  );
  await logIn(device('198.18.0.0/24'));
  assert.deepEqual(await listKinds(user.id), ['new_device', 'new_device']);
});

test('a refresh token that is used again is told of, and a thief cannot flood the mailbox', async () => {
  const { user } = await signUpUser(accounts);
  for (let round = 0; round < 5; round += 1) {
    const { refreshToken } = await accounts.logIn({ email: user.email, password: PASSWORD });
    const second = await accounts.refreshSession(refreshToken);
    await accounts.refreshSession(second.refreshToken);
    const again = () => accounts.refreshSession(refreshToken);
    assert.equal(await catchCode(again), 'accounts.refresh_reused');
  }
  assert.deepEqual(await listKinds(user.id), Array(3).fill('refresh_reused'));
});

test('no kind of notice is sent more than ten times a day, however many happen at once', async () => {
  for (const kind of noticeKinds) {
    const { user } = await signUpUser(accounts);
    await Promise.all(Array.from({ length: 12 }, () => send(user.id, kind)));
    assert.ok((await listNotices(user.id)).length <= 10, kind);
  }
});

test('a notice of a change that is rolled back is not sent', async () => {
  const { user } = await signUpUser(accounts);
  const failing = database.transaction(async (tx) => {
    await notify(notices, tx, { kind: 'password_changed', userId: user.id, source: {} });
    throw new Error('the change failed');
  });
  await assert.rejects(failing, /the change failed/);
  assert.deepEqual(await listKinds(user.id), []);
});

test('a notice states only words of ours, whatever the client says of itself', async () => {
  const { user } = await signUpUser(accounts);
  const agents = [
    'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0',
    'Visit evil.example now Chrome/1 <b>',
    'evil.example/1.0',
  ];
  for (const userAgent of agents) {
    const source = { origin: { address: '192.0.2.7', userAgent } };
    await database.transaction((tx) =>
      notify(notices, tx, { kind: 'password_changed', userId: user.id, source }),
    );
  }
  const told = await listNotices(user.id);
  assert.deepEqual(
    told.map(({ browser }) => browser),
    ['Firefox on Windows', 'Chrome', null],
  );
  const mail = await accounts.openAccountMail({
    kind: 'account.password_changed',
    id: told[0]!.id,
  });
  assert.equal(mail?.recipient, user.email);
  assert.equal(mail?.notice?.address, '192.0.2.7');
});
