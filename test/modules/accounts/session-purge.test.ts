import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgeInSlices } from '../../../src/database/purge-in-slices.ts';
import {
  forgetOrigins,
  purgeFamilies,
  purgeSpentTokens,
} from '../../../src/modules/accounts/sessions/session-queries.ts';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  PASSWORD,
  refusal,
  signUpUser,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

test('sessions and tokens that ended a month ago are purged, and no others', async () => {
  const current = await signUpUser(accounts);
  const next = await accounts.refreshSession(current.refreshToken);
  const ended = await accounts.logIn({ email: current.user.email, password: PASSWORD });
  const justEnded = await accounts.logIn({ email: current.user.email, password: PASSWORD });
  const { familyId } = await callerBehind(accounts, ended.accessToken);
  for (const session of [ended, justEnded]) {
    await accounts.logOut(await callerBehind(accounts, session.accessToken));
  }
  await database.run(
    'test.age_family',
    `update refresh_families set ended_at = ended_at - interval '31 days' where id = $1::uuid`,
    [familyId],
  );
  await database.run(
    'test.age_tokens',
    `update refresh_tokens set spent_at = spent_at - interval '31 days'`,
    [],
  );

  const { signal } = new AbortController();
  await purgeInSlices(database, purgeFamilies, signal);
  await purgeInSlices(database, purgeSpentTokens, signal);

  const left = await database.run<{ families: number; tokens: number }>(
    'test.left',
    `select (select count(*)::int from refresh_families) as families,
            (select count(*)::int from refresh_tokens) as tokens`,
    [],
  );
  assert.deepEqual(left, [{ families: 2, tokens: 2 }]);
  assert.equal(await catchCode(() => accounts.refreshSession(next.refreshToken)), null);
  await assert.rejects(
    accounts.refreshSession(current.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
});

test('where a session was used is forgotten as soon as it is over, however it ended, and not before', async () => {
  const started = await signUpUser(accounts);
  const { email, id: userId } = started.user;
  const logIn = async () => {
    const session = await accounts.logIn({ email, password: PASSWORD });
    return { session, caller: await callerBehind(accounts, session.accessToken) };
  };
  const [signedOut, ended, expired, kept] = [
    await logIn(),
    await logIn(),
    await logIn(),
    await logIn(),
  ];
  await database.run(
    'test.set_origins',
    `update refresh_families set address = '203.0.113.7', user_agent = 'a browser' where user_id = $1::uuid`,
    [userId],
  );
  await accounts.logOut(signedOut.caller);
  await accounts.endUserSession(userId, ended.caller.familyId);
  await database.run(
    'test.expire',
    'update refresh_families set expires_at = now() where id = $1::uuid',
    [expired.caller.familyId],
  );
  const listKnown = async () =>
    new Set(
      (
        await database.run<{ id: string }>(
          'test.known_origins',
          `select id
             from refresh_families
            where user_id = $1::uuid
              and coalesce(address, user_agent) is not null`,
          [userId],
        )
      ).map(({ id }) => id),
    );
  const { familyId: first } = await callerBehind(accounts, started.accessToken);
  const going = [first, kept.caller.familyId];
  assert.deepEqual(await listKnown(), new Set([...going, expired.caller.familyId]));
  await purgeInSlices(database, forgetOrigins, new AbortController().signal);
  assert.deepEqual(await listKnown(), new Set(going));

  await accounts.endAllSessions();
  await purgeInSlices(database, forgetOrigins, new AbortController().signal);
  assert.deepEqual(await listKnown(), new Set());
});
