import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, catchCode, newEmail, signUpUser } from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const another = accountsOn(database);

/** Returns the ids of the resets of which a mail is sent to a user, oldest first. */
async function listMailed(userId: string): Promise<string[]> {
  const rows = await database.run<{ id: string }>(
    'test.mailed_resets',
    `select password_resets.id
       from jobs
       join password_resets on password_resets.id::text = jobs.data ->> 'id'
      where user_id = $1::uuid
      order by password_resets.created_at`,
    [userId],
  );
  return rows.map(({ id }) => id);
}

async function findToken(resetId: string): Promise<string> {
  const reset = await accounts.openAccountMail({ kind: 'password.reset', id: resetId });
  assert.ok(reset?.token);
  return reset.token;
}

test('five links are sent within an hour, all of them open, and no sixth', async () => {
  const { user } = await signUpUser(accounts);
  for (let requests = 0; requests < 7; requests += 1) {
    await accounts.forgotPassword(user.email.toUpperCase());
  }
  const mailed = await listMailed(user.id);
  assert.equal(mailed.length, 5);
  const tokens = await Promise.all(mailed.map(findToken));
  assert.equal(new Set(tokens).size, 5);
  // The oldest is as good as the newest: a stranger who asks for more voids nothing.
  await accounts.resetPassword({ token: tokens[0]!, newPassword: 'a better password' });
});

test('of twenty requests at once on two servers, five are sent', async () => {
  const { user } = await signUpUser(accounts);
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? accounts : another).forgotPassword(user.email),
    ),
  );
  assert.equal((await listMailed(user.id)).length, 5);
});

test('used and voided links still count, and an hour later a new one is sent', async () => {
  const { user } = await signUpUser(accounts);
  for (let requests = 0; requests < 3; requests += 1) await accounts.forgotPassword(user.email);
  const [first] = await listMailed(user.id);
  const token = await findToken(first!);
  await accounts.resetPassword({ token, newPassword: 'a better password' });
  for (let requests = 0; requests < 5; requests += 1) await accounts.forgotPassword(user.email);
  assert.equal((await listMailed(user.id)).length, 5);

  await database.run(
    'test.age_resets',
    `update password_resets set created_at = created_at - interval '1 hour' where user_id = $1::uuid`,
    [user.id],
  );
  await accounts.forgotPassword(user.email);
  assert.equal((await listMailed(user.id)).length, 6);
});

test('accounts are counted apart', async () => {
  const { user } = await signUpUser(accounts);
  const neighbour = await signUpUser(accounts);
  for (let requests = 0; requests < 6; requests += 1) await accounts.forgotPassword(user.email);
  await accounts.forgotPassword(neighbour.user.email);
  assert.equal((await listMailed(neighbour.user.id)).length, 1);
  assert.equal(await catchCode(() => accounts.forgotPassword(newEmail())), null);
});

test('two links used at once set one password', async () => {
  const { user } = await signUpUser(accounts);
  await accounts.forgotPassword(user.email);
  await accounts.forgotPassword(user.email);
  const tokens = await Promise.all((await listMailed(user.id)).map(findToken));
  const codes = await Promise.all(
    tokens.map((token, index) =>
      catchCode(() => accounts.resetPassword({ token, newPassword: `the choice of ${index}` })),
    ),
  );
  assert.deepEqual(codes.toSorted(), ['accounts.reset_invalid', null]);
});
