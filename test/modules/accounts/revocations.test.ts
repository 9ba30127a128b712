import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { disable, setRole } from '../../../src/modules/accounts/index.ts';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  awayDatabase,
  callerBehind,
  catchCode,
  PASSWORD,
  refusal,
  signInAs,
  signUpSomebody,
  soon,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const here = accountsOn(database, { revocationPollMs: 20 });
const elsewhere = accountsOn(database, { revocationPollMs: 20 });
here.start();
elsewhere.start();
after(async () => {
  await here.stop();
  await elsewhere.stop();
});

/** The role that another server sees behind the token; null when it lets it in no more. */
async function roleElsewhere(token: string): Promise<string | null> {
  try {
    return (await callerBehind(elsewhere, token)).role;
  } catch (error) {
    if (refusal('auth.unauthenticated')(error)) return null;
    throw error;
  }
}

test('a logout counts here at once and elsewhere soon', async () => {
  const { accessToken } = await signUpSomebody(here);
  assert.equal(await roleElsewhere(accessToken), 'customer');
  await here.logOut(await callerBehind(here, accessToken));
  await assert.rejects(callerBehind(here, accessToken), refusal('auth.unauthenticated'));
  await soon(async () => assert.equal(await roleElsewhere(accessToken), null));
});

test('a disabled user is out here at once and elsewhere soon, with every session', async () => {
  const first = await signUpSomebody(here);
  const second = await elsewhere.logIn({ email: first.user.email, password: PASSWORD });
  await here.updateUser(null, first.user.id, { disabled: true });
  await assert.rejects(callerBehind(here, first.accessToken), refusal('auth.unauthenticated'));
  await soon(async () => assert.equal(await roleElsewhere(second.accessToken), null));
  for (const { refreshToken } of [first, second]) {
    await assert.rejects(
      elsewhere.refreshSession(refreshToken),
      refusal('accounts.refresh_invalid'),
    );
  }
});

test('a changed role counts with the old token, here at once and elsewhere soon', async () => {
  const { accessToken, user } = await signUpSomebody(here);
  await here.updateUser(null, user.id, { role: 'kitchen', vip: true });
  const caller = await callerBehind(here, accessToken);
  assert.deepEqual([caller.role, caller.vip], ['kitchen', true]);
  await soon(async () => assert.equal(await roleElsewhere(accessToken), 'kitchen'));
  await elsewhere.updateUser(null, user.id, { role: 'customer' });
  assert.equal(await roleElsewhere(accessToken), 'customer');
  await soon(async () => assert.equal((await callerBehind(here, accessToken)).role, 'customer'));
});

test('what the command line changes reaches running servers', async () => {
  const admin = await signInAs(here, 'admin');
  const { accessToken, user } = await signUpSomebody(here);
  await setRole(database, user.email.toUpperCase(), 'kitchen');
  await soon(async () => assert.equal(await roleElsewhere(accessToken), 'kitchen'));
  await disable(database, user.email);
  await soon(async () => assert.equal(await roleElsewhere(accessToken), null));
  await assert.rejects(disable(database, admin.session.user.email), refusal('accounts.last_admin'));
  await assert.rejects(disable(database, 'nobody@example.com'), refusal('accounts.not_found'));
});

test('a server that has just started knows of a logout before its time', async () => {
  const { accessToken } = await signUpSomebody(here);
  await here.logOut(await callerBehind(here, accessToken));
  await assert.rejects(
    callerBehind(accountsOn(database), accessToken),
    refusal('auth.unauthenticated'),
  );
});

test('a server whose poll is late asks once before it answers', async () => {
  const { accessToken, user } = await signUpSomebody(here);
  const withoutPoll = accountsOn(database);
  assert.equal((await callerBehind(withoutPoll, accessToken)).id, user.id);
});

test('a server that cannot know of revocations refuses to guess', async () => {
  const { accessToken } = await signUpSomebody(here);
  const away = awayDatabase();
  const cutOff = accountsOn(away);
  await assert.rejects(callerBehind(cutOff, accessToken), refusal('service.unavailable'));
  // What is no token of ours needs no database to be refused.
  await assert.rejects(callerBehind(cutOff, 'nonsense'), refusal('auth.unauthenticated'));
  await away.close();
});

test('an access token expires by the time of the database, not of the server', async () => {
  const { accessToken } = await signUpSomebody(here);
  const tenMinutesMs = 600_000;
  for (const offsetMs of [-tenMinutesMs, tenMinutesMs, 10 * tenMinutesMs]) {
    const clock = { now: () => new Date(Date.now() + offsetMs) };
    assert.equal(
      await catchCode(() => callerBehind(accountsOn(database, { clock }), accessToken)),
      null,
    );
  }
});

test('an access token is over when its minutes are', async () => {
  const brief = accountsOn(database, { accessTokenMinutes: 1 / 60 });
  const { accessToken } = await signUpSomebody(brief);
  await soon(() =>
    assert.rejects(callerBehind(brief, accessToken), refusal('auth.unauthenticated')),
  );
});

test("servers on one database take each other's tokens", async () => {
  const { accessToken, user } = await signUpSomebody(here);
  assert.equal((await callerBehind(accountsOn(database), accessToken)).id, user.id);
});
