import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodedError } from '../../../src/shared/errors.ts';
import { createTestAuthenticator } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, catchCode, PUBLIC_URL, refusal } from './accounts-fixture.ts';
import { addTestPasskey, beginLogIn, signUpWithTotp } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
/** Another server on the same database. */
const elsewhere = accountsOn(database);

type Attempt = Omit<Parameters<typeof accounts.verifyLogIn>[0], 'challengeId'>;

async function attempt(email: string, proof: Attempt, server = accounts) {
  const { id: challengeId } = await beginLogIn(server, email);
  return server.verifyLogIn({ challengeId, ...proof });
}

/** Tries wrong codes, each with a challenge of its own, and returns the codes of the refusals. */
async function fail(email: string, totp: string, times: number): Promise<(string | null)[]> {
  const codes: (string | null)[] = [];
  for (let time = 0; time < times; time += 1) {
    const server = time % 2 === 0 ? accounts : elsewhere;
    codes.push(await catchCode(() => attempt(email, { totp }, server)));
  }
  return codes;
}

/** Lets time pass for what failed. */
async function age(userId: string, interval: string): Promise<void> {
  await database.run(
    'test.age_failures',
    'update factor_failures set failed_at = failed_at - $2::interval where user_id = $1::uuid',
    [userId, interval],
  );
}

/** Returns the seconds of a refusal after which to try again. */
async function readWait(work: Promise<unknown>, code: string): Promise<number> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  assert.ok(error instanceof CodedError && error.code === code, String(error));
  return Number(error.details.headers?.['Retry-After']);
}

test('after five wrong codes the right one signs in', async () => {
  const { email, app } = await signUpWithTotp(accounts);
  const codes = await fail(email, app.wrongCode(), 5);
  assert.deepEqual(new Set(codes), new Set(['accounts.factor_invalid']));
  await attempt(email, { totp: app.code() });
});

test('after ten failures in an hour, over all challenges and servers, one code a minute is tried', async () => {
  const { email, user, app } = await signUpWithTotp(accounts);
  const codes = await fail(email, app.wrongCode(), 11);
  assert.equal(codes.filter((code) => code === 'accounts.factor_invalid').length, 10);
  assert.equal(codes.at(-1), 'request.rate_limited');
  const wait = await readWait(attempt(email, { totp: app.code() }), 'request.rate_limited');
  assert.ok(wait > 30 && wait <= 60, String(wait));
  await age(user.id, '1 minute');
  assert.deepEqual(await fail(email, app.wrongCode(), 2), [
    'accounts.factor_invalid',
    'request.rate_limited',
  ]);
  await age(user.id, '1 minute');
  await attempt(email, { totp: app.code() });
});

test('attempts at once are not more than the limit', async () => {
  const { email, app } = await signUpWithTotp(accounts);
  const challenges = await Promise.all(
    Array.from({ length: 20 }, () => beginLogIn(accounts, email)),
  );
  const totp = app.wrongCode();
  const codes = await Promise.all(
    challenges.map(({ id: challengeId }) =>
      catchCode(() => accounts.verifyLogIn({ challengeId, totp })),
    ),
  );
  assert.equal(codes.filter((code) => code === 'accounts.factor_invalid').length, 10);
});

test('after fifty failures in a day no code of an app is tried, and passkeys and recovery codes are', async () => {
  const { email, user, caller, app, recoveryCodes } = await signUpWithTotp(accounts);
  const device = createTestAuthenticator({ origin: PUBLIC_URL });
  await addTestPasskey(accounts, caller, device);
  const totp = app.wrongCode();
  for (let time = 0; time < 50; time += 1) {
    await assert.rejects(attempt(email, { totp }), refusal('accounts.factor_invalid'));
    await age(user.id, '10 minutes');
  }
  const wait = await readWait(attempt(email, { totp: app.code() }), 'accounts.codes_exhausted');
  const expected = 86_400 - 50 * 600;
  assert.ok(wait > expected - 120 && wait <= expected, String(wait));
  await attempt(email, { recoveryCode: recoveryCodes[0]! });
  const { id: challengeId, publicKey } = await beginLogIn(accounts, email);
  await accounts.verifyLogIn({ challengeId, passkey: device.get(publicKey!) });
  // A success does not let others guess from the beginning.
  await assert.rejects(attempt(email, { totp: app.code() }), refusal('accounts.codes_exhausted'));
  await age(user.id, '1 day');
  await attempt(email, { totp: app.code() });
});

test('strangers with a passkey that is not theirs use up no tries', async () => {
  const { email, caller, app } = await signUpWithTotp(accounts);
  const device = createTestAuthenticator({ origin: PUBLIC_URL });
  await addTestPasskey(accounts, caller, device);
  const { id: challengeId, publicKey } = await accounts.beginPasskeyLogIn();
  for (let time = 0; time < 12; time += 1) {
    const passkey = device.get(publicKey, { origin: 'https://evil.example' });
    await assert.rejects(
      accounts.verifyLogIn({ challengeId, passkey }),
      refusal('accounts.factor_invalid'),
    );
  }
  await attempt(email, { totp: app.code() });
});

test('a clock of the server that is wrong by minutes changes nothing', async () => {
  const { email, app } = await signUpWithTotp(accounts);
  const ahead = accountsOn(database, { clock: { now: () => new Date(Date.now() + 600_000) } });
  const behind = accountsOn(database, { clock: { now: () => new Date(Date.now() - 600_000) } });
  await attempt(email, { totp: app.code() }, ahead);
  await attempt(email, { totp: app.code(1) }, behind);
});
