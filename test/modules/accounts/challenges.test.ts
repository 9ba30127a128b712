import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hash } from '@node-rs/argon2';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { createTestTotp } from '../../support/totp.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  newDevice,
  PASSWORD,
  refusal,
  signUpUser,
} from './accounts-fixture.ts';
import { beginLogIn, expireChallenge, signUpWithTotp } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const NEW_PASSWORD = 'another correct horse';

const invalid = refusal('accounts.challenge_invalid');

test('a challenge lives for five minutes', async () => {
  const { email, app } = await signUpWithTotp(accounts);
  const { id: challengeId } = await beginLogIn(accounts, email);
  const [row] = await database.run<{ seconds: number }>(
    'test.challenge_life',
    `select extract(epoch from expires_at - created_at)::int as seconds
       from factor_challenges
      where id = $1::uuid`,
    [challengeId],
  );
  assert.equal(row?.seconds, 300);
  await expireChallenge(database, challengeId);
  await assert.rejects(accounts.verifyLogIn({ challengeId, totp: app.code() }), invalid);
});

test('a challenge succeeds once, also if two right proofs arrive at once', async () => {
  const { email, caller, app, recoveryCodes } = await signUpWithTotp(accounts);
  const { id: challengeId } = await beginLogIn(accounts, email);
  const proofs = [
    { totp: app.code() },
    { totp: app.code(1) },
    ...recoveryCodes.map((recoveryCode) => ({ recoveryCode })),
  ];
  const codes = await Promise.all(
    proofs.map((proof) => catchCode(() => accounts.verifyLogIn({ challengeId, ...proof }))),
  );
  assert.equal(codes.filter((code) => code === null).length, 1);
  const late = codes.filter((code) => code === 'accounts.challenge_invalid');
  assert.equal(late.length, proofs.length - 1);
  // The proofs that met nothing are not used up.
  assert.ok((await accounts.listFactors(caller)).recoveryCodesLeft >= 9);
});

test('a proof that meets no challenge is not used up', async () => {
  const { email, app } = await signUpWithTotp(accounts);
  const { id: challengeId } = await beginLogIn(accounts, email);
  await expireChallenge(database, challengeId);
  await assert.rejects(accounts.verifyLogIn({ challengeId, totp: app.code() }), invalid);
  const next = await beginLogIn(accounts, email);
  await accounts.verifyLogIn({ challengeId: next.id, totp: app.code() });
});

test('a challenge takes the factors of its own account only', async () => {
  const { email } = await signUpWithTotp(accounts);
  const other = await signUpWithTotp(accounts);
  const { id: challengeId } = await beginLogIn(accounts, email);
  for (const proof of [{ totp: other.app.code() }, { recoveryCode: other.recoveryCodes[0]! }]) {
    await assert.rejects(
      accounts.verifyLogIn({ challengeId, ...proof }),
      refusal('accounts.factor_invalid'),
    );
  }
});

test('an unknown challenge, or not exactly one proof, is refused', async () => {
  const { email, app, recoveryCodes } = await signUpWithTotp(accounts);
  await assert.rejects(accounts.verifyLogIn({ challengeId: newId(), totp: '123456' }), invalid);
  const { id: challengeId } = await beginLogIn(accounts, email);
  const both = { totp: app.code(), recoveryCode: recoveryCodes[0]! };
  for (const proofs of [{}, both]) {
    await assert.rejects(
      accounts.verifyLogIn({ challengeId, ...proofs }),
      refusal('request.invalid'),
    );
  }
  const alone = await accounts.beginPasskeyLogIn();
  await assert.rejects(
    accounts.verifyLogIn({ challengeId: alone.id, totp: app.code() }),
    refusal('accounts.factor_invalid'),
  );
});

test('a new password ends the sign-ins that the former one began', async () => {
  const { email, caller, app } = await signUpWithTotp(accounts);
  const { id: challengeId } = await beginLogIn(accounts, email);
  await accounts.changePassword(caller, { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
  await assert.rejects(accounts.verifyLogIn({ challengeId, totp: app.code() }), invalid);
});

test('a disabled user cannot complete a sign-in', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const { id: challengeId } = await beginLogIn(accounts, email);
  await accounts.updateUser(null, user.id, { disabled: true });
  await assert.rejects(accounts.verifyLogIn({ challengeId, totp: app.code() }), invalid);
});

test('an outdated hash is renewed with the password, and its challenge can still be met', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const weak = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  await database.run(
    'test.weaken_hash',
    'update users set password_hash = $2::text where id = $1::uuid',
    [user.id, weak],
  );
  const { id: challengeId } = await beginLogIn(accounts, email);
  const [row] = await database.run<{ hash: string }>(
    'test.read_hash',
    'select password_hash as hash from users where id = $1::uuid',
    [user.id],
  );
  assert.notEqual(row!.hash, weak);
  await accounts.verifyLogIn({ challengeId, totp: app.code() });
});

test('the device is known only once the challenge is met', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const countDevices = async () => {
    const [row] = await database.run<{ count: number }>(
      'test.count_devices',
      'select count(*)::int as count from known_devices where user_id = $1::uuid',
      [user.id],
    );
    return row!.count;
  };
  const device = newDevice();
  const result = await accounts.tryLogIn({ email, password: PASSWORD }, device);
  assert.ok(result.kind === 'challenge');
  assert.equal(await countDevices(), 0);
  await accounts.verifyLogIn({ challengeId: result.challenge.id, totp: app.code() }, device);
  assert.equal(await countDevices(), 2);
});

test('a factor that is confirmed while somebody signs in leaves no session without it', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { email, id } = (await signUpUser(accounts)).user;
    await accounts.proveAddress(id);
    const session = await accounts.logIn({ email, password: PASSWORD });
    const caller = await callerBehind(accounts, session.accessToken);
    const pending = await accounts.addTotp(caller, {});
    const { code } = createTestTotp(pending.secret);
    const [result] = await Promise.all([
      accounts.tryLogIn({ email, password: PASSWORD }),
      accounts.confirmTotp(caller, pending.id, code()),
    ]);
    if (result.kind === 'challenge') continue;
    await assert.rejects(
      accounts.refreshSession(result.session.refreshToken),
      refusal('accounts.refresh_invalid'),
    );
  }
});

test('a reset of the password opens no session and leaves every factor, which the next sign-in asks for', async () => {
  const { email, user, app, recoveryCodes } = await signUpWithTotp(accounts);
  await accounts.forgotPassword(email);
  const [reset] = await database.run<{ id: string }>(
    'test.reset_with_factor',
    'select id from password_resets where user_id = $1::uuid',
    [user.id],
  );
  const mail = await accounts.openAccountMail({ kind: 'password.reset', id: reset!.id });
  const done = await accounts.resetPassword({ token: mail!.token!, newPassword: NEW_PASSWORD });
  assert.deepEqual(Object.keys(done), ['userId']);
  const begun = await accounts.tryLogIn({ email, password: NEW_PASSWORD });
  assert.ok(begun.kind === 'challenge');
  const { id: challengeId, methods } = begun.challenge;
  assert.deepEqual(methods, ['totp', 'recoveryCode']);
  await assert.rejects(
    accounts.verifyLogIn({ challengeId, totp: app.wrongCode() }),
    refusal('accounts.factor_invalid'),
  );
  const { session } = await accounts.verifyLogIn({ challengeId, totp: app.code() });
  const caller = await callerBehind(accounts, session.accessToken);
  assert.deepEqual(caller.factors, ['totp']);
  assert.equal((await accounts.listFactors(caller)).recoveryCodesLeft, recoveryCodes.length);
});
