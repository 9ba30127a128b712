import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRevocations } from '../../../src/modules/accounts/access/revocations.ts';
import type { AccountsParts } from '../../../src/modules/accounts/accounts-parts.ts';
import { toLimitSeconds } from '../../../src/modules/accounts/session-limits.ts';
import { openSession } from '../../../src/modules/accounts/sessions/session.ts';
import { createAccessTokens } from '../../../src/modules/accounts/tokens/access-tokens.ts';
import { createRefreshTokens } from '../../../src/modules/accounts/tokens/refresh-tokens.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import { accountsOn, callerBehind, refusal, SECRET, signUpUser, soon } from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const revocations = createRevocations({
  database,
  clock: systemClock,
  accessLifetimeSeconds: 900,
  pollMs: 1_000,
  staleMs: 5_000,
  onError: () => {},
});
const parts = {
  sessionLimits: toLimitSeconds({
    customerDays: 180,
    customerIdleDays: 30,
    staffDays: 14,
    staffIdleHours: 12,
  }),
  refreshTokens: createRefreshTokens([SECRET]),
  accessTokens: createAccessTokens({
    secrets: [SECRET],
    issuer: 'holdfast',
    audience: 'holdfast',
    lifetimeSeconds: 900,
  }),
  revocations,
} as unknown as AccountsParts;

function replace({ id: userId, familyId }: Pick<UserCaller, 'id' | 'familyId'>) {
  return database.transaction((tx) =>
    openSession(parts, tx, {
      userId,
      passwordHash: null,
      source: testAuthor,
      device: null,
      replacesFamilyId: familyId,
    }),
  );
}

test('a session that replaces another one ends it, at once here and soon elsewhere', async () => {
  const former = await signUpUser(accounts);
  const caller = await callerBehind(accounts, former.accessToken);
  const session = (await replace(caller))!;
  assert.equal(revocations.hasEnded(caller.familyId, 0), true);
  await soon(async () => {
    await assert.rejects(
      callerBehind(accounts, former.accessToken),
      refusal('auth.unauthenticated'),
    );
  });
  await assert.rejects(
    accounts.refreshSession(former.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  const next = await accounts.refreshSession(session.refreshToken);
  const { data } = await accounts.listSessions(await callerBehind(accounts, next.accessToken));
  assert.equal(data.length, 1);
});

test('it began when the replaced one did, and ends with it', async () => {
  const former = await signUpUser(accounts);
  const caller = await callerBehind(accounts, former.accessToken);
  await database.run(
    'test.age',
    `update refresh_families set created_at = created_at - interval '179 days' where id = $1::uuid`,
    [caller.familyId],
  );
  const [before] = (await accounts.listSessions(caller)).data;
  const session = (await replace(caller))!;
  const [after] = (await accounts.listSessions(await callerBehind(accounts, session.accessToken)))
    .data;
  assert.equal(after!.createdAt, before!.createdAt);
  assert.ok(session.refreshExpiresIn <= 86_400 && session.refreshExpiresIn > 86_000);
});

test('a session that has ended, or of somebody else, is not replaced, and none begins', async () => {
  const { accessToken } = await signUpUser(accounts);
  const caller = await callerBehind(accounts, accessToken);
  const other = await callerBehind(accounts, (await signUpUser(accounts)).accessToken);
  for (const familyId of [other.familyId, newId()]) {
    await assert.rejects(replace({ id: caller.id, familyId }), refusal('auth.unauthenticated'));
  }
  assert.equal((await accounts.listSessions(other)).data.length, 1);
  assert.equal((await accounts.listSessions(caller)).data.length, 1);
  await accounts.logOut(caller);
  await assert.rejects(replace(caller), refusal('auth.unauthenticated'));
  assert.equal((await accounts.listSessions(caller)).data.length, 0);
});

test('of two replacements at once one succeeds', async () => {
  const { accessToken } = await signUpUser(accounts);
  const caller = await callerBehind(accounts, accessToken);
  const outcomes = await Promise.allSettled([replace(caller), replace(caller)]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await accounts.listSessions(caller)).data.length, 1);
});

test('a rolled back replacement ends nothing', async () => {
  const { accessToken } = await signUpUser(accounts);
  const caller = await callerBehind(accounts, accessToken);
  const failure = new Error('later in the transaction');
  await assert.rejects(
    database.transaction(async (tx) => {
      await openSession(parts, tx, {
        userId: caller.id,
        passwordHash: null,
        source: testAuthor,
        device: null,
        replacesFamilyId: caller.familyId,
      });
      throw failure;
    }),
    failure,
  );
  assert.equal(revocations.hasEnded(caller.familyId, 0), false);
  assert.equal((await callerBehind(accounts, accessToken)).id, caller.id);
});
