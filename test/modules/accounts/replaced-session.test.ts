import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  callerBehind,
  PASSWORD,
  refusal,
  signUpUser,
  soon,
} from './accounts-fixture.ts';

/** What becomes of a session that a step-up replaces. */
const { database } = await testDatabase();
const accounts = accountsOn(database);
const elsewhere = accountsOn(database);
const isRefused = refusal('auth.unauthenticated');

async function replace(caller: UserCaller) {
  const result = await accounts.stepUp(caller, { password: PASSWORD });
  assert(result.kind === 'session');
  return result.session;
}

test('a session that replaces another one ends it, at once here and soon elsewhere', async () => {
  const former = await signUpUser(accounts);
  const caller = await callerBehind(accounts, former.accessToken);
  await callerBehind(elsewhere, former.accessToken);
  const session = await replace(caller);
  await assert.rejects(callerBehind(accounts, former.accessToken), isRefused);
  await soon(() => assert.rejects(callerBehind(elsewhere, former.accessToken), isRefused));
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
  const session = await replace(caller);
  const next = await callerBehind(accounts, session.accessToken);
  const [after] = (await accounts.listSessions(next)).data;
  assert.equal(after!.createdAt, before!.createdAt);
  assert.ok(session.refreshExpiresIn <= 86_400 && session.refreshExpiresIn > 86_000);
});

test('a session that has ended, or of somebody else, is not replaced, and none begins', async () => {
  const caller = await callerBehind(accounts, (await signUpUser(accounts)).accessToken);
  const other = await callerBehind(accounts, (await signUpUser(accounts)).accessToken);
  for (const familyId of [other.familyId, newId()]) {
    await assert.rejects(replace({ ...caller, familyId }), isRefused);
  }
  assert.equal((await accounts.listSessions(other)).data.length, 1);
  assert.equal((await accounts.listSessions(caller)).data.length, 1);
  await accounts.logOut(caller);
  await assert.rejects(replace(caller), isRefused);
  assert.equal((await accounts.listSessions(caller)).data.length, 0);
});

test('of two replacements at once one succeeds', async () => {
  const caller = await callerBehind(accounts, (await signUpUser(accounts)).accessToken);
  const outcomes = await Promise.allSettled([replace(caller), replace(caller)]);
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await accounts.listSessions(caller)).data.length, 1);
});
