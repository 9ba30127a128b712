import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '../../../src/shared/errors.ts';
import { createTestAuthenticator, type TestAuthenticator } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  PASSWORD,
  PUBLIC_URL,
  refusal,
  signInAs,
} from './accounts-fixture.ts';
import {
  addTestPasskey,
  beginLogIn,
  expireChallenge,
  signUpCaller,
  signUpWithPasskey,
} from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

/** Signs in with the password and the passkey. */
async function signInSecond(email: string, device: TestAuthenticator) {
  const { id: challengeId, publicKey } = await beginLogIn(accounts, email);
  return accounts.verifyLogIn({ challengeId, passkey: device.get(publicKey!) });
}

/** Signs in with the passkey alone. */
async function signInAlone(
  device: TestAuthenticator,
  behaviour?: Parameters<TestAuthenticator['get']>[1],
) {
  const { id: challengeId, publicKey } = await accounts.beginPasskeyLogIn();
  return accounts.verifyLogIn({ challengeId, passkey: device.get(publicKey, behaviour) });
}

test('a passkey is discoverable, of this shop, and made without attestation', async () => {
  const { caller } = await signUpCaller(accounts);
  const { publicKey } = await accounts.createPasskeyOptions(caller);
  assert.equal(publicKey.rp.id, 'shop.example');
  assert.equal(publicKey.attestation, 'none');
  assert.equal(publicKey.authenticatorSelection?.residentKey, 'required');
  assert.equal(publicKey.authenticatorSelection?.userVerification, 'preferred');
  assert.equal(publicKey.timeout, 300_000);
  const handle = Buffer.from(publicKey.user.id, 'base64url').toString('hex');
  assert.equal(handle, caller.id.replaceAll('-', ''));
});

test('a passkey signs by EdDSA or ES256; others are neither made nor, where an earlier version took them, used', async () => {
  const { email, caller, user } = await signUpWithPasskey(accounts);
  const { id, publicKey } = await accounts.createPasskeyOptions(caller);
  assert.deepEqual(
    publicKey.pubKeyCredParams.map(({ alg }) => alg),
    [-8, -7],
  );
  const weak = createTestAuthenticator({ origin: PUBLIC_URL }, 16, 'RS256');
  const made = weak.create(publicKey);
  await assert.rejects(
    accounts.addPasskey(caller, { id, response: made }),
    refusal('request.invalid'),
  );
  await database.run(
    'test.weaken',
    `update factors
        set credential_id = $2::bytea, public_key = $3::bytea
      where user_id = $1::uuid`,
    [user.id, weak.stored.id, weak.stored.publicKey],
  );
  await assert.rejects(signInSecond(email, weak), refusal('accounts.factor_invalid'));
});

test('a passkey signs in after the password, and alone', async () => {
  const { email, user, device, added } = await signUpWithPasskey(accounts);
  assert.equal(added.recoveryCodes?.length, 10);
  const challenge = await beginLogIn(accounts, email);
  assert.deepEqual(challenge.methods, ['passkey', 'recoveryCode']);
  assert.equal(challenge.publicKey?.allowCredentials?.length, 1);
  assert.equal(challenge.publicKey?.userVerification, 'preferred');
  const second = await signInSecond(email, device);
  assert.equal(second.session.user.id, user.id);

  const { publicKey } = await accounts.beginPasskeyLogIn();
  assert.equal(publicKey.userVerification, 'required');
  assert.equal(publicKey.allowCredentials, undefined);
  const alone = await signInAlone(device);
  assert.equal(alone.session.user.id, user.id);
  assert.deepEqual((await callerBehind(accounts, alone.session.accessToken)).factors, ['passkey']);
});

test('alone, a passkey has to verify its user and state whose it is', async () => {
  const { email, device } = await signUpWithPasskey(accounts);
  await assert.rejects(
    signInAlone(device, { verifiesUser: false }),
    refusal('accounts.factor_invalid'),
  );
  const { id: challengeId, publicKey } = await accounts.beginPasskeyLogIn();
  const { response, ...rest } = device.get(publicKey);
  const { userHandle: _, ...anonymous } = response;
  const passkey = { ...rest, response: anonymous };
  await assert.rejects(
    accounts.verifyLogIn({ challengeId, passkey }),
    refusal('accounts.factor_invalid'),
  );
  // After the password, the password has done that.
  const second = await beginLogIn(accounts, email);
  const used = device.get(second.publicKey!, { verifiesUser: false });
  await accounts.verifyLogIn({ challengeId: second.id, passkey: used });
});

test('a passkey of another origin, RP ID or account is refused, and one that is not known', async () => {
  const { email, device } = await signUpWithPasskey(accounts);
  const other = await signUpWithPasskey(accounts);
  const stranger = createTestAuthenticator({ origin: PUBLIC_URL });
  const challenge = await beginLogIn(accounts, email);
  const options = challenge.publicKey!;
  const attempts = [
    device.get(options, { origin: 'https://shop.example.evil.example' }),
    device.get(options, { origin: 'http://shop.example' }),
    device.get(options, { rpId: 'evil.example' }),
    device.get({ ...options, challenge: 'KioqKioqKioqKioqKioqKioqKioqKioqKioqKioqKio' }),
    other.device.get(options),
    stranger.get(options),
  ];
  for (const passkey of attempts) {
    await assert.rejects(
      accounts.verifyLogIn({ challengeId: challenge.id, passkey }),
      refusal('accounts.factor_invalid'),
    );
  }
  // A wrong proof leaves the challenge open.
  await accounts.verifyLogIn({ challengeId: challenge.id, passkey: device.get(options) });
});

test('a signature is accepted once, and for its own challenge only', async () => {
  const { email, device } = await signUpWithPasskey(accounts);
  const { id: challengeId, publicKey } = await beginLogIn(accounts, email);
  const passkey = device.get(publicKey!);
  await accounts.verifyLogIn({ challengeId, passkey });
  await assert.rejects(
    accounts.verifyLogIn({ challengeId, passkey }),
    refusal('accounts.challenge_invalid'),
  );
  const next = await beginLogIn(accounts, email);
  await assert.rejects(
    accounts.verifyLogIn({ challengeId: next.id, passkey }),
    refusal('accounts.factor_invalid'),
  );
});

test('of two sign-ins at once with one signature, one succeeds', async () => {
  const { device } = await signUpWithPasskey(accounts);
  const { id: challengeId, publicKey } = await accounts.beginPasskeyLogIn();
  const passkey = device.get(publicKey);
  const codes = await Promise.all(
    [1, 2, 3].map(() => catchCode(() => accounts.verifyLogIn({ challengeId, passkey }))),
  );
  assert.equal(codes.filter((code) => code === null).length, 1);
});

test('a copy whose counter lags behind is refused, and named in the security log', async () => {
  const { user, device } = await signUpWithPasskey(accounts);
  await signInAlone(device);
  const copy = device.clone();
  await signInAlone(device);
  await signInAlone(device);
  await assert.rejects(signInAlone(copy), (error) => {
    assert.ok(error instanceof CodedError && refusal('accounts.factor_invalid')(error));
    const details = { method: 'passkey', userId: user.id, reason: 'counter' };
    assert.deepEqual(error.details.security, { event: 'factor.failed', details });
    return true;
  });
  await signInAlone(device);
});

test('a passkey that never counts can be used again and again', async () => {
  const { device } = await signUpWithPasskey(accounts, { countsUses: false });
  await signInAlone(device);
  await signInAlone(device);
});

test('options work once, for five minutes, for their own user, and only to add a passkey', async () => {
  const { caller } = await signUpCaller(accounts);
  const { caller: other } = await signUpCaller(accounts);
  const device = createTestAuthenticator({ origin: PUBLIC_URL });
  const options = await accounts.createPasskeyOptions(caller);
  const response = device.create(options.publicKey);
  await assert.rejects(
    accounts.addPasskey(other, { id: options.id, response }),
    refusal('accounts.options_invalid'),
  );
  const elsewhere = device.create(options.publicKey, { origin: 'https://evil.example' });
  await assert.rejects(
    accounts.addPasskey(caller, { id: options.id, response: elsewhere }),
    refusal('request.invalid'),
  );
  await accounts.addPasskey(caller, { id: options.id, response });
  await assert.rejects(
    accounts.addPasskey(caller, { id: options.id, response }),
    refusal('accounts.options_invalid'),
  );
  const { id: challengeId } = await accounts.createPasskeyOptions(caller);
  const totp = '000000';
  await assert.rejects(
    accounts.verifyLogIn({ challengeId, totp }),
    refusal('accounts.challenge_invalid'),
  );
  const late = await accounts.createPasskeyOptions(caller);
  await expireChallenge(database, late.id);
  const second = createTestAuthenticator({ origin: PUBLIC_URL }).create(late.publicKey);
  await assert.rejects(
    accounts.addPasskey(caller, { id: late.id, response: second }),
    refusal('accounts.options_invalid'),
  );
});

test('the id of a passkey has at most 1,023 bytes', async () => {
  const { caller } = await signUpCaller(accounts);
  for (const idBytes of [1_024, 6_000]) {
    const device = createTestAuthenticator({ origin: PUBLIC_URL }, idBytes);
    await assert.rejects(addTestPasskey(accounts, caller, device), refusal('request.invalid'));
  }
  const longest = createTestAuthenticator({ origin: PUBLIC_URL }, 1_023);
  await addTestPasskey(accounts, caller, longest);
  await signInAlone(longest);
});

test('a passkey belongs to one account', async () => {
  const { device } = await signUpWithPasskey(accounts);
  const { caller } = await signUpCaller(accounts);
  await assert.rejects(addTestPasskey(accounts, caller, device), refusal('accounts.passkey_taken'));
});

test('a shop without a domain has no passkeys, and other factors still work', async () => {
  const { email, added } = await signUpWithPasskey(accounts);
  const elsewhere = accountsOn(database, { passkeys: null });
  const { caller } = await signUpCaller(elsewhere);
  for (const refused of [elsewhere.beginPasskeyLogIn(), elsewhere.createPasskeyOptions(caller)]) {
    await assert.rejects(refused, refusal('accounts.passkeys_unavailable'));
  }
  const result = await elsewhere.tryLogIn({ email, password: PASSWORD });
  assert.ok(result.kind === 'challenge');
  assert.deepEqual(result.challenge.methods, ['recoveryCode']);
  const [recoveryCode] = added.recoveryCodes!;
  await elsewhere.verifyLogIn({ challengeId: result.challenge.id, recoveryCode: recoveryCode! });
});

test('with a console of its own, staff use and add passkeys only there, and customers also in the shop', async () => {
  const console = 'https://console.shop.example';
  const both = accountsOn(database, {
    passkeys: { rpId: 'shop.example', origins: [PUBLIC_URL, console], staffOrigins: [console] },
  });
  const atShop = { origin: PUBLIC_URL };
  const { caller } = await signInAs(database, both, 'kitchen');
  const device = createTestAuthenticator({ origin: console });
  const options = await both.createPasskeyOptions(caller);
  const addAt = (behaviour?: typeof atShop) =>
    both.addPasskey(caller, {
      id: options.id,
      response: device.create(options.publicKey, behaviour),
    });
  await assert.rejects(addAt(atShop), refusal('request.invalid'));
  await addAt();

  const alone = await both.beginPasskeyLogIn();
  const signInAt = (behaviour?: typeof atShop) =>
    both.verifyLogIn({
      challengeId: alone.id,
      passkey: device.get(alone.publicKey, behaviour),
    });
  await assert.rejects(signInAt(atShop), refusal('accounts.factor_invalid'));
  await signInAt();

  const customer = await signUpWithPasskey(both, atShop);
  const { id: challengeId, publicKey } = await both.beginPasskeyLogIn();
  await both.verifyLogIn({ challengeId, passkey: customer.device.get(publicKey) });
});
