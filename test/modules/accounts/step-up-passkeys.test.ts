import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserCaller } from '../../../src/shared/caller.ts';
import type { Behaviour } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, callerBehind, catchCode, refusal } from './accounts-fixture.ts';
import { beginLogIn, expireChallenge, signUpWithPasskey } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
/** A security key without a PIN. */
const withoutPin = { verifiesUser: false };

async function begin(caller: UserCaller) {
  const begun = await accounts.stepUp(caller, {});
  assert.equal(begun.kind, 'challenge');
  const { id, methods, publicKey } = begun.challenge;
  return { id, methods, publicKey: publicKey! };
}

/** Answers a challenge of a step-up with the user's passkey, unless that behaves in another way. */
async function answer(
  { caller, device }: Awaited<ReturnType<typeof signUpWithPasskey>>,
  behaviour?: Partial<Behaviour>,
) {
  return { passkey: device.get((await begin(caller)).publicKey, behaviour) };
}

test('a passkey of the account steps up, also one that does not verify its user', async () => {
  const signedUp = await signUpWithPasskey(accounts, withoutPin);
  const { caller, device, user } = signedUp;
  const { methods, publicKey } = await begin(caller);
  assert.deepEqual(methods, ['passkey', 'recoveryCode']);
  assert.equal(publicKey.allowCredentials?.length, 1);
  assert.equal(publicKey.userVerification, 'preferred');
  const done = await accounts.stepUp(caller, { passkey: device.get(publicKey) });
  assert.equal(done.kind, 'session');
  assert.deepEqual(done.facts, [
    { event: 'factor.used', details: { method: 'passkey', userId: user.id } },
    { event: 'step_up.ok', details: { method: 'passkey', userId: user.id } },
  ]);
  const fresh = await callerBehind(accounts, done.session.accessToken);
  assert.deepEqual([fresh.hasRecentProof, fresh.factors], [true, ['passkey']]);
  assert.notEqual(fresh.familyId, caller.familyId);
});

test('the challenge of a sign-in by passkey alone is accepted from one that verifies its user', async () => {
  const { caller, device } = await signUpWithPasskey(accounts);
  const { publicKey } = await accounts.beginPasskeyLogIn();
  const unverified = { passkey: device.get(publicKey, withoutPin) };
  await assert.rejects(accounts.stepUp(caller, unverified), refusal('accounts.factor_invalid'));
  const done = await accounts.stepUp(caller, { passkey: device.get(publicKey) });
  assert.equal(done.kind, 'session');
});

test('a response counts once, also of five at once, and not after five minutes', async () => {
  const signedUp = await signUpWithPasskey(accounts);
  const proof = await answer(signedUp);
  const codes = await Promise.all(
    [1, 2, 3, 4, 5].map(() => catchCode(() => accounts.stepUp(signedUp.caller, proof))),
  );
  assert.deepEqual(new Set(codes), new Set([null, 'accounts.challenge_invalid']));
  assert.equal(codes.filter((code) => code === null).length, 1);

  const late = await signUpWithPasskey(accounts);
  const { id, publicKey } = await begin(late.caller);
  await expireChallenge(database, id);
  const passkey = late.device.get(publicKey);
  await assert.rejects(
    accounts.stepUp(late.caller, { passkey }),
    refusal('accounts.challenge_invalid'),
  );
});

test('neither another user nor another page can use the challenge', async () => {
  const [one, other] = [await signUpWithPasskey(accounts), await signUpWithPasskey(accounts)];
  const { publicKey } = await begin(one.caller);
  const foreign = { passkey: other.device.get(publicKey) };
  await assert.rejects(
    accounts.stepUp(other.caller, foreign),
    refusal('accounts.challenge_invalid'),
  );
  await assert.rejects(accounts.stepUp(one.caller, foreign), refusal('accounts.factor_invalid'));
  const elsewhere = await answer(one, { origin: 'https://evil.example' });
  await assert.rejects(accounts.stepUp(one.caller, elsewhere), refusal('accounts.factor_invalid'));
});

test('a copy of a passkey does not step up', async () => {
  const { caller, device } = await signUpWithPasskey(accounts);
  const copy = device.clone();
  const first = { passkey: device.get((await begin(caller)).publicKey) };
  const done = await accounts.stepUp(caller, first);
  assert.equal(done.kind, 'session');
  const fresh = await callerBehind(accounts, done.session.accessToken);
  const second = { passkey: copy.get((await begin(fresh)).publicKey) };
  await assert.rejects(accounts.stepUp(fresh, second), refusal('accounts.factor_invalid'));
});

test('a sign-in and a step-up do not meet the challenges of each other', async () => {
  const { caller, device, email } = await signUpWithPasskey(accounts);
  const step = await begin(caller);
  await assert.rejects(
    accounts.verifyLogIn({ challengeId: step.id, passkey: device.get(step.publicKey) }),
    refusal('accounts.challenge_invalid'),
  );
  const { publicKey } = await beginLogIn(accounts, email);
  await assert.rejects(
    accounts.stepUp(caller, { passkey: device.get(publicKey!) }),
    refusal('accounts.challenge_invalid'),
  );
});
