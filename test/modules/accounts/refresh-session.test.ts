import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, callerBehind, catchCode, refusal, signUpUser } from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

/** Moves a spent token past the ten seconds of grace. */
async function ageSpentTokens(familyId: string): Promise<void> {
  await database.run(
    'test.age_spent_tokens',
    `update refresh_tokens
        set spent_at = spent_at - interval '11 seconds'
      where family_id = $1::uuid`,
    [familyId],
  );
}

async function readTokens(familyId: string): Promise<{ live: number; all: number }> {
  const [counts] = await database.run<{ live: number; all: number }>(
    'test.count_tokens',
    `select count(*) filter (where spent_at is null)::int as live, count(*)::int as "all"
       from refresh_tokens
      where family_id = $1::uuid`,
    [familyId],
  );
  return counts!;
}

test('a refresh token is exchanged for a new pair that works', async () => {
  const first = await signUpUser(accounts);
  const second = await accounts.refreshSession(first.refreshToken);
  assert.notEqual(second.refreshToken, first.refreshToken);
  assert.equal((await callerBehind(accounts, second.accessToken)).id, first.user.id);
  const third = await accounts.refreshSession(second.refreshToken);
  assert.deepEqual(third.user, first.user);
});

test('fifty refreshes at once with one token create one successor and get one response', async () => {
  const first = await signUpUser(accounts);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => accounts.refreshSession(first.refreshToken)),
  );
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  const { familyId } = await callerBehind(accounts, first.accessToken);
  assert.deepEqual(await readTokens(familyId), { live: 1, all: 2 });
  assert.equal(await catchCode(() => accounts.refreshSession(answers[0]!.refreshToken)), null);
});

test('a spent token whose successor was used ends the family, even within ten seconds', async () => {
  const first = await signUpUser(accounts);
  const second = await accounts.refreshSession(first.refreshToken);
  const third = await accounts.refreshSession(second.refreshToken);
  await assert.rejects(
    accounts.refreshSession(first.refreshToken),
    refusal('accounts.refresh_reused'),
  );
  await assert.rejects(
    accounts.refreshSession(third.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  await assert.rejects(callerBehind(accounts, third.accessToken), refusal('auth.unauthenticated'));
});

test('a spent token that is used again after ten seconds ends the family', async () => {
  const first = await signUpUser(accounts);
  const second = await accounts.refreshSession(first.refreshToken);
  await ageSpentTokens((await callerBehind(accounts, first.accessToken)).familyId);
  await assert.rejects(
    accounts.refreshSession(first.refreshToken),
    refusal('accounts.refresh_reused'),
  );
  await assert.rejects(
    accounts.refreshSession(second.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
});

test('the end of one family does not affect the others of the user', async () => {
  const first = await signUpUser(accounts);
  const other = await accounts.logIn({
    email: first.user.email,
    password: 'correct horse battery staple',
  });
  await accounts.logOut(await callerBehind(accounts, first.accessToken));
  await assert.rejects(
    accounts.refreshSession(first.refreshToken),
    refusal('accounts.refresh_invalid'),
  );
  assert.equal(await catchCode(() => accounts.refreshSession(other.refreshToken)), null);
});

test('unknown, malformed and expired refresh tokens are refused', async () => {
  const { refreshToken, accessToken } = await signUpUser(accounts);
  const unknown = `hfr_${'A'.repeat(43)}`;
  for (const token of [unknown, '', 'hfr_', accessToken, `${refreshToken}x`, `${refreshToken} `]) {
    await assert.rejects(
      accounts.refreshSession(token),
      refusal('accounts.refresh_invalid'),
      token,
    );
  }
  const { familyId } = await callerBehind(accounts, accessToken);
  await database.run(
    'test.expire_family',
    "update refresh_families set expires_at = now() - interval '1 minute' where id = $1::uuid",
    [familyId],
  );
  await assert.rejects(accounts.refreshSession(refreshToken), refusal('accounts.refresh_invalid'));
});

test('a refresh token is not accepted as an access token', async () => {
  const { refreshToken } = await signUpUser(accounts);
  await assert.rejects(
    async () => accounts.authenticator.authenticate(refreshToken),
    refusal('auth.unauthenticated'),
  );
});

test('a repeat gets the same successor even after the secret is rotated', async () => {
  const first = await signUpUser(accounts);
  const second = await accounts.refreshSession(first.refreshToken);
  const rotated = accountsOn(database, {
    jwtSecrets: [
      'a new secret of the tests, 32 bytes long',
      'a secret of the tests, 32 bytes or more',
    ],
  });
  const repeat = await rotated.refreshSession(first.refreshToken);
  assert.equal(repeat.refreshToken, second.refreshToken);
});

test('no refresh token is stored in the database', async () => {
  const first = await signUpUser(accounts);
  const second = await accounts.refreshSession(first.refreshToken);
  const rows = await database.run<{ row: string }>(
    'test.all_tokens',
    `select refresh_tokens::text || encode(token_hash, 'escape') as row from refresh_tokens`,
    [],
  );
  for (const { row } of rows) {
    assert.ok(!row.includes(first.refreshToken) && !row.includes(second.refreshToken));
  }
  assert.ok(rows.length >= 2);
});
