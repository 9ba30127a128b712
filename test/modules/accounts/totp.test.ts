import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { createTestTotp } from '../../support/totp.ts';
import { accountsOn, callerBehind, catchCode, PASSWORD, refusal } from './accounts-fixture.ts';
import { beginLogIn, forgetSteps, signUpCaller, signUpWithTotp } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

test('a factor counts only once it is confirmed', async () => {
  const { email, caller } = await signUpCaller(accounts);
  const pending = await accounts.addTotp(caller, {});
  const wrong = createTestTotp(pending.secret).wrongCode();
  await assert.rejects(accounts.confirmTotp(caller, pending.id, wrong), refusal('request.invalid'));
  assert.deepEqual(await accounts.listFactors(caller), { data: [], recoveryCodesLeft: 0 });
  await accounts.logIn({ email, password: PASSWORD });
});

test('a password then gives a challenge, and a code meets it', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const challenge = await beginLogIn(accounts, email);
  assert.deepEqual(challenge.methods, ['totp', 'recoveryCode']);
  assert.equal(challenge.publicKey, undefined);
  const { session, facts } = await accounts.verifyLogIn({
    challengeId: challenge.id,
    totp: app.code(1),
  });
  assert.equal(session.user.id, user.id);
  assert.deepEqual(facts, [
    { event: 'factor.used', details: { method: 'totp', userId: user.id } },
    { event: 'sign_in.ok', details: { method: 'totp', userId: user.id } },
  ]);
  const caller = await callerBehind(accounts, session.accessToken);
  assert.deepEqual(caller.factors, ['totp']);
  const refreshed = await accounts.refreshSession(session.refreshToken);
  assert.deepEqual((await callerBehind(accounts, refreshed.accessToken)).factors, ['totp']);
});

test('the code of the step before is accepted once, and then none that is not newer', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  await forgetSteps(database, user.id);
  const before = app.code(-1);
  await accounts.verifyLogIn({ ...(await answer(email)), totp: before });
  for (const totp of [before, app.code(-2)]) {
    const attempt = { ...(await answer(email)), totp };
    await assert.rejects(accounts.verifyLogIn(attempt), refusal('accounts.factor_invalid'));
  }
  await accounts.verifyLogIn({ ...(await answer(email)), totp: app.code() });
});

test('codes of two steps away are refused', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  await forgetSteps(database, user.id);
  for (const stepsLater of [-2, 2]) {
    const attempt = { ...(await answer(email)), totp: app.code(stepsLater) };
    await assert.rejects(accounts.verifyLogIn(attempt), refusal('accounts.factor_invalid'));
  }
});

test('of ten sign-ins at once with one code, one succeeds', async () => {
  const { email, app } = await signUpWithTotp(accounts);
  const totp = app.code(1);
  const challenges = await Promise.all(Array.from({ length: 5 }, () => answer(email)));
  const codes = await Promise.all(
    challenges.flatMap((challenge) =>
      [1, 2].map(() => catchCode(() => accounts.verifyLogIn({ ...challenge, totp }))),
    ),
  );
  assert.equal(codes.filter((code) => code === null).length, 1);
});

async function answer(email: string): Promise<{ challengeId: string }> {
  return { challengeId: (await beginLogIn(accounts, email)).id };
}
