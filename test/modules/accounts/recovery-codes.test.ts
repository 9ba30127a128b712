import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestAuthenticator } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';
import { createTestTotp } from '../../support/totp.ts';
import { accountsOn, catchCode, refusal } from './accounts-fixture.ts';
import { addTestPasskey, beginLogIn, signUpCaller, signUpWithTotp } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

async function signInWith(email: string, recoveryCode: string) {
  const { id: challengeId } = await beginLogIn(accounts, email);
  return accounts.verifyLogIn({ challengeId, recoveryCode });
}

test('the first factor comes with ten codes of 120 bits, no two alike', async () => {
  const { recoveryCodes } = await signUpWithTotp(accounts);
  assert.equal(new Set(recoveryCodes).size, 10);
  for (const code of recoveryCodes) {
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{6}(-[0-9A-HJKMNP-TV-Z]{6}){3}$/);
  }
});

test('a second factor comes without codes', async () => {
  const { caller } = await signUpWithTotp(accounts);
  const device = createTestAuthenticator({ origin: 'https://shop.example' });
  const added = await addTestPasskey(accounts, caller, device);
  assert.equal(added.recoveryCodes, undefined);
  const pending = await accounts.addTotp(caller, {});
  const code = createTestTotp(pending.secret).code();
  assert.deepEqual(await accounts.confirmTotp(caller, pending.id, code), {});
  assert.equal((await accounts.listFactors(caller)).recoveryCodesLeft, 10);
});

test('a code signs in once', async () => {
  const { email, user, caller, recoveryCodes } = await signUpWithTotp(accounts);
  const [code = ''] = recoveryCodes;
  const { facts } = await signInWith(email, code);
  assert.deepEqual(facts, [
    { event: 'recovery_code.used', details: { method: 'recoveryCode', userId: user.id } },
    { event: 'sign_in.ok', details: { method: 'recoveryCode', userId: user.id } },
  ]);
  await assert.rejects(signInWith(email, code), refusal('accounts.factor_invalid'));
  assert.equal((await accounts.listFactors(caller)).recoveryCodesLeft, 9);
});

test('a code counts in either case, with or without blanks and hyphens, and as people misread it', async () => {
  const { email, recoveryCodes } = await signUpWithTotp(accounts);
  const spellings: ((code: string) => string)[] = [
    (code) => code.toLowerCase(),
    (code) => code.replaceAll('-', ''),
    (code) => `  ${code.replaceAll('-', ' ')}\t`,
    (code) => code.replaceAll('-', '–'),
    (code) => code.replaceAll('1', 'l').replaceAll('0', 'o'),
    (code) => code.replaceAll('1', 'I').replaceAll('0', 'O'),
    (code) => [...code].join(' '),
  ];
  for (const [index, spell] of spellings.entries()) {
    await signInWith(email, spell(recoveryCodes[index]!));
  }
});

test('what is no code of this account is refused', async () => {
  const { email, recoveryCodes } = await signUpWithTotp(accounts);
  const [code = ''] = recoveryCodes;
  const last = code.endsWith('A') ? 'B' : 'A';
  for (const wrong of [
    '-',
    code.slice(0, -1),
    `${code}A`,
    code.slice(0, -1) + last,
    'U'.repeat(24),
  ]) {
    await assert.rejects(signInWith(email, wrong), refusal('accounts.factor_invalid'), wrong);
  }
});

test('of ten sign-ins at once with one code, one succeeds', async () => {
  const { email, recoveryCodes } = await signUpWithTotp(accounts);
  const challenges = await Promise.all(
    Array.from({ length: 10 }, () => beginLogIn(accounts, email)),
  );
  const recoveryCode = recoveryCodes[0]!;
  const codes = await Promise.all(
    challenges.map(({ id: challengeId }) =>
      catchCode(() => accounts.verifyLogIn({ challengeId, recoveryCode })),
    ),
  );
  assert.equal(codes.filter((it) => it === null).length, 1);
});

test('new codes void the old ones', async () => {
  const { email, caller, recoveryCodes } = await signUpWithTotp(accounts);
  await signInWith(email, recoveryCodes[0]!);
  const { recoveryCodes: later } = await accounts.createRecoveryCodes(caller);
  assert.equal(later.length, 10);
  assert.equal((await accounts.listFactors(caller)).recoveryCodesLeft, 10);
  await assert.rejects(signInWith(email, recoveryCodes[1]!), refusal('accounts.factor_invalid'));
  await signInWith(email, later[0]!);
});

test('without a factor there are no codes', async () => {
  const { caller } = await signUpCaller(accounts);
  await assert.rejects(accounts.createRecoveryCodes(caller), refusal('accounts.factor_missing'));
});

test('no code and no secret of an app is stored in the database', async () => {
  const { caller, recoveryCodes } = await signUpWithTotp(accounts);
  const pending = await accounts.addTotp(caller, {});
  const bare = recoveryCodes.map((code) => code.replaceAll('-', ''));
  const secret = createTestTotp(pending.secret).secretHex;
  const rows = await database.run<{ text: string }>(
    'test.factor_rows',
    `select factors::text as text from factors
      union all
     select recovery_codes::text from recovery_codes`,
    [],
  );
  const stored = rows.map(({ text }) => text).join('\n');
  for (const text of [...recoveryCodes, ...bare, pending.secret, secret]) {
    assert.ok(!stored.includes(text));
    assert.ok(!stored.includes(Buffer.from(text).toString('hex')));
  }
});
