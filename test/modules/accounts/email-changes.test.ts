import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createStoredJobs } from '../../../src/jobs/index.ts';
import { ensureCustomers, resetFactorsOf } from '../../../src/modules/accounts/index.ts';
import {
  createLinkTokens,
  type LinkPurpose,
} from '../../../src/modules/accounts/tokens/link-tokens.ts';
import { accountMailJob } from '../../../src/modules/notifications/index.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import {
  accountsOn,
  catchCode,
  newDevice,
  newEmail,
  PASSWORD,
  SECRET,
  signInAs,
} from './accounts-fixture.ts';
import { beginLogIn, signUpCaller, signUpWithTotp } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const tokens = createLinkTokens([SECRET]);

/** Returns the token of the latest link or reset of a user. */
async function findToken(userId: string, purpose: LinkPurpose): Promise<string> {
  const table = purpose === 'reset' ? 'password_resets' : 'email_links';
  const [link] = await database.run<{ id: string }>(
    `test.latest_of_${table}`,
    `select id
       from ${table} as link
      where user_id = $1::uuid
        and coalesce(to_jsonb(link) ->> 'purpose', 'reset') = $2::text
      order by created_at desc
      limit 1`,
    [userId, purpose],
  );
  return tokens.derive(purpose, link!.id);
}

/** Asks for another address. Returns it. */
async function askForChange(caller: UserCaller): Promise<string> {
  const email = newEmail();
  await accounts.updateProfile(caller, { email });
  return email;
}

async function confirm(userId: string): Promise<string | null> {
  const token = await findToken(userId, 'change');
  return catchCode(() => accounts.verifyEmail(testAuthor, { token }));
}

async function undo(userId: string): Promise<string | null> {
  const token = await findToken(userId, 'undo');
  return catchCode(() => accounts.undoEmailChange(testAuthor, { token }));
}

describe('a change of address that is not confirmed is void after', () => {
  const signUp = () => signUpCaller(accounts);
  const asAdmin = async () => (await signInAs(database, accounts, 'admin')).caller;
  const cases: Record<string, (user: Awaited<ReturnType<typeof signUp>>) => Promise<unknown>> = {
    'a reset of the password': async ({ email, session }) => {
      await accounts.forgotPassword(email);
      const token = await findToken(session.user.id, 'reset');
      await accounts.resetPassword({ token, newPassword: 'a better password' });
    },
    'a change of the password': ({ caller }) =>
      accounts.changePassword(caller, {
        currentPassword: PASSWORD,
        newPassword: 'a better password',
      }),
    'an end of all sessions by an admin': ({ session }) =>
      accounts.endUserSessions(session.user.id),
    'an end of one session by an admin': ({ session, caller }) =>
      accounts.endUserSession(session.user.id, caller.familyId),
    'an end of the sessions of everyone': () => accounts.endAllSessions(),
    'the user was disabled, and enabled again': async ({ session }) => {
      await accounts.updateUser(null, session.user.id, { disabled: true });
      await accounts.updateUser(null, session.user.id, { disabled: false });
    },
    'a change of role': ({ session }) =>
      accounts.updateUser(null, session.user.id, { role: 'kitchen' }),
  };
  for (const [name, shutOut] of Object.entries(cases)) {
    test(name, async () => {
      await asAdmin();
      const user = await signUp();
      await askForChange(user.caller);
      await shutOut(user);
      assert.equal(await confirm(user.session.user.id), 'accounts.link_invalid');
    });
  }

  test('a reset of the factors, by an admin and from the command line', async () => {
    const admin = await asAdmin();
    const notices = { jobs: createStoredJobs('mail'), accountMailJob };
    const resets = [
      (userId: string) => accounts.resetFactors(admin, userId),
      (_: string, email: string) => resetFactorsOf(database, notices, testAuthor, email),
    ];
    for (const reset of resets) {
      const { user, email, caller } = await signUpWithTotp(accounts);
      await askForChange(caller);
      await reset(user.id, email);
      assert.equal(await confirm(user.id), 'accounts.link_invalid');
    }
  });

  test('but a change that was confirmed can still be undone', async () => {
    const { email, session, caller } = await signUpCaller(accounts);
    const { id } = session.user;
    await askForChange(caller);
    assert.equal(await confirm(id), null);
    await accounts.endUserSessions(id);
    await accounts.endAllSessions();
    assert.equal(await undo(id), null);
    assert.equal((await accounts.logIn({ email, password: PASSWORD })).user.email, email);
  });
});

test('no change of address is without the link that undoes it, however many there were', async () => {
  const { session, caller } = await signUpCaller(accounts);
  const { id } = session.user;
  for (let index = 0; index < 5; index += 1) await askForChange(caller);
  // Just before its undo link, a change falls out of the hour in which links are counted.
  await database.run(
    'test.age_changes',
    `update email_links
        set created_at = created_at - interval '1 hour'
      where user_id = $1::uuid
        and purpose = 'change'`,
    [id],
  );
  const email = await askForChange(caller);
  const links = await database.run<{ email: string; hasUndo: boolean }>(
    'test.changes_with_undo',
    `select email, exists (select from email_links as undo where undo.id = change.undo_id) as "hasUndo"
       from email_links as change
      where user_id = $1::uuid
        and purpose = 'change'
        and email = $2::text`,
    [id, email],
  );
  assert.deepEqual(links, [{ email, hasUndo: true }]);
});

test('an undone change ends the sign-ins that wait for a second factor', async () => {
  const { user, caller, app } = await signUpWithTotp(accounts);
  const to = await askForChange(caller);
  assert.equal(await confirm(user.id), null);
  const challenge = await beginLogIn(accounts, to);
  assert.equal(await undo(user.id), null);
  const proof = { challengeId: challenge.id, totp: app.code(0) };
  assert.equal(await catchCode(() => accounts.verifyLogIn(proof)), 'accounts.challenge_invalid');
});

describe('the next sign-in from elsewhere is told of after devices were forgotten', () => {
  const signInFromElsewhere = async (email: string, password = PASSWORD) =>
    (await accounts.logIn({ email, password }, newDevice())).isNewDevice;

  test('by an undone change of address', async () => {
    const { email, session, caller } = await signUpCaller(accounts);
    assert.equal(await signInFromElsewhere(email), false, 'the first of an account');
    await askForChange(caller);
    assert.equal(await undo(session.user.id), null);
    assert.equal(await signInFromElsewhere(email), true);
  });

  test('by two new passwords, from a device that the account does not know', async () => {
    const { email, caller } = await signUpCaller(accounts);
    await signInFromElsewhere(email);
    const [first, second] = ['a better password', 'the best of passwords'] as const;
    await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: first });
    await accounts.changePassword(caller, { currentPassword: first, newPassword: second });
    assert.equal(await signInFromElsewhere(email, second), true);
  });

  test('but not if there were none', async () => {
    const { email, caller } = await signUpCaller(accounts);
    const newPassword = 'a better password';
    await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword });
    assert.equal(await signInFromElsewhere(email, newPassword), false);
  });
});

test('an import gives the orders of an address that can be given back to whom it was taken from', async () => {
  const { email, session, caller } = await signUpCaller(accounts);
  const { id } = session.user;
  const to = await askForChange(caller);
  assert.equal(await confirm(id), null);
  const other = newEmail();
  const customers = await ensureCustomers(database, testAuthor, [email, to, other]);
  assert.deepEqual([customers.get(email), customers.get(to)], [id, id]);
  assert.notEqual(customers.get(other), id);
  assert.equal(await undo(id), null);
});

test('an undo for which the address is gone still ends the sessions and voids the links', async () => {
  const { email, session, caller } = await signUpCaller(accounts);
  const { id } = session.user;
  const to = await askForChange(caller);
  assert.equal(await confirm(id), null);
  await askForChange(caller);
  await accounts.forgotPassword(to);
  const toUndo = await database.run<{ id: string }>(
    'test.extended_undo',
    `select id from email_links where user_id = $1::uuid and purpose = 'undo' and email = $2::text`,
    [id, email],
  );
  const taker = await signUpCaller(accounts);
  await database.run(
    'test.take_address',
    `update users set email = $2::text, email_key = $2::text where id = $1::uuid`,
    [taker.session.user.id, email],
  );
  const token = tokens.derive('undo', toUndo[0]!.id);
  const useUndo = () => accounts.undoEmailChange(testAuthor, { token });
  assert.equal(await catchCode(useUndo), 'accounts.email_taken');
  const refresh = () => accounts.refreshSession(session.refreshToken);
  assert.equal(await catchCode(refresh), 'accounts.refresh_invalid');
  assert.equal(await confirm(id), 'accounts.link_invalid');
  const reset = { token: await findToken(id, 'reset'), newPassword: 'a better password' };
  assert.equal(await catchCode(() => accounts.resetPassword(reset)), 'accounts.reset_invalid');
  const audit = await database.run<{ type: string; after: object }>(
    'test.latest_audit',
    `select type, after from audit where subject_id = $1::uuid order by position desc limit 1`,
    [id],
  );
  assert.deepEqual(audit, [{ type: 'user.sessions_ended', after: { sessionsEnded: 1 } }]);
  const { user } = await accounts.logIn({ email: to, password: PASSWORD });
  assert.equal(user.email, to, 'the account keeps the other address');
});
