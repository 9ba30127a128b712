import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { disable, enable, setRole } from '../../../src/modules/accounts/index.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  PASSWORD,
  refusal,
  signInAs,
  signUpUser,
  soon,
  unavailableDatabase,
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

/** Returns the role of a token on another server, or null if that server refuses it. */
async function roleElsewhere(token: string): Promise<string | null> {
  try {
    return (await callerBehind(elsewhere, token)).role;
  } catch (error) {
    if (refusal('auth.unauthenticated')(error)) return null;
    throw error;
  }
}

test('a logout takes effect at once on this server and soon on others', async () => {
  const { accessToken } = await signUpUser(here);
  assert.equal(await roleElsewhere(accessToken), 'customer');
  await here.logOut(await callerBehind(here, accessToken));
  await assert.rejects(callerBehind(here, accessToken), refusal('auth.unauthenticated'));
  await soon(async () => assert.equal(await roleElsewhere(accessToken), null));
});

test('a disabled user loses every session, at once on this server and soon on others', async () => {
  const first = await signUpUser(here);
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

test('a changed VIP status applies to the old token, at once on this server and soon on others', async () => {
  const { accessToken, user } = await signUpUser(here);
  await here.updateUser(null, user.id, { vip: true });
  assert.equal((await callerBehind(here, accessToken)).vip, true);
  await soon(async () => assert.equal((await callerBehind(elsewhere, accessToken)).vip, true));
});

test('another role ends every session, at once on this server and soon on others', async () => {
  const first = await signUpUser(here);
  const second = await elsewhere.logIn({ email: first.user.email, password: PASSWORD });
  await here.updateUser(null, first.user.id, { role: 'kitchen' });
  await assert.rejects(callerBehind(here, first.accessToken), refusal('auth.unauthenticated'));
  await soon(async () => assert.equal(await roleElsewhere(second.accessToken), null));
  for (const { refreshToken } of [first, second]) {
    await assert.rejects(
      elsewhere.refreshSession(refreshToken),
      refusal('accounts.refresh_invalid'),
    );
  }
});

test('changes from the command line reach running servers', async () => {
  const admin = await signInAs(database, here, 'admin');
  const { accessToken, user } = await signUpUser(here);
  await setRole(database, testAuthor, user.email.toUpperCase(), 'kitchen');
  await soon(async () => assert.equal(await roleElsewhere(accessToken), null));
  const signIn = () => elsewhere.logIn({ email: user.email, password: PASSWORD });
  const { accessToken: next } = await signIn();
  assert.equal(await roleElsewhere(next), 'kitchen');
  await disable(database, testAuthor, user.email);
  await soon(async () => assert.equal(await roleElsewhere(next), null));
  await assert.rejects(signIn(), refusal('accounts.invalid_credentials'));
  await enable(database, testAuthor, user.email);
  await soon(async () => assert.equal((await signIn()).user.role, 'kitchen'));
  await assert.rejects(
    disable(database, testAuthor, admin.session.user.email),
    refusal('accounts.last_admin'),
  );
  await assert.rejects(
    disable(database, testAuthor, 'nobody@example.com'),
    refusal('accounts.not_found'),
  );
});

test('a server that has just started knows of earlier logouts', async () => {
  const { accessToken } = await signUpUser(here);
  await here.logOut(await callerBehind(here, accessToken));
  await assert.rejects(
    callerBehind(accountsOn(database), accessToken),
    refusal('auth.unauthenticated'),
  );
});

test('a server whose poll is late queries once before it responds', async () => {
  const { accessToken, user } = await signUpUser(here);
  const withoutPoll = accountsOn(database);
  assert.equal((await callerBehind(withoutPoll, accessToken)).id, user.id);
});

test('a server that cannot check revocations reports that it is unavailable', async () => {
  const { accessToken } = await signUpUser(here);
  const unavailable = unavailableDatabase();
  const cutOff = accountsOn(unavailable);
  await assert.rejects(callerBehind(cutOff, accessToken), refusal('service.unavailable'));
  // An invalid token is refused without the database.
  await assert.rejects(callerBehind(cutOff, 'nonsense'), refusal('auth.unauthenticated'));
  await unavailable.close();
});

test('an access token expires by the time of the database, not of the server', async () => {
  const { accessToken } = await signUpUser(here);
  const tenMinutesMs = 600_000;
  for (const offsetMs of [-tenMinutesMs, tenMinutesMs, 10 * tenMinutesMs]) {
    const clock = { now: () => new Date(Date.now() + offsetMs) };
    assert.equal(
      await catchCode(() => callerBehind(accountsOn(database, { clock }), accessToken)),
      null,
    );
  }
});

test('an access token expires after its minutes', async () => {
  const brief = accountsOn(database, { accessTokenMinutes: 1 / 60 });
  const { accessToken } = await signUpUser(brief);
  await soon(() =>
    assert.rejects(callerBehind(brief, accessToken), refusal('auth.unauthenticated')),
  );
});

test("servers on one database accept each other's tokens", async () => {
  const { accessToken, user } = await signUpUser(here);
  assert.equal((await callerBehind(accountsOn(database), accessToken)).id, user.id);
});
