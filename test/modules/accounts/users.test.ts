import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createUser } from '../../../src/modules/accounts/index.ts';
import { CodedError } from '../../../src/shared/errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import { createTestTotp } from '../../support/totp.ts';
import { accountsOn, catchCode, newEmail, PASSWORD, refusal } from './accounts-fixture.ts';
import { signUpCaller } from './factors-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

async function addAdmin(): Promise<string> {
  const user = await createUser(database, testAuthor, {
    email: newEmail(),
    password: PASSWORD,
    role: 'admin',
  });
  return user.id;
}

async function activeAdmins(): Promise<string[]> {
  const { data } = await accounts.listUsers({ role: 'admin', limit: 100 });
  return data.filter(({ disabled }) => !disabled).map(({ id }) => id);
}

/** Demotes all admins except these. */
async function keepAdmins(kept: readonly string[]): Promise<void> {
  for (const id of await activeAdmins()) {
    if (!kept.includes(id)) await accounts.updateUser(null, id, { role: 'customer' });
  }
}

before(addAdmin);

test('an admin can change role, vip and disabled', async () => {
  const user = await createUser(database, testAuthor, { email: newEmail(), password: PASSWORD });
  const change = { role: 'kitchen', vip: true, disabled: true } as const;
  const { result } = await accounts.updateUser(null, user.id, change);
  assert.deepEqual(result, {
    id: user.id,
    email: user.email,
    emailVerified: true,
    name: '',
    ...change,
    createdAt: user.createdAt.toISOString(),
  });
  const back = await accounts.updateUser(null, user.id, { disabled: false });
  assert.deepEqual([back.result.disabled, back.result.role], [false, 'kitchen']);
});

test('an unknown user cannot be changed', async () => {
  await assert.rejects(
    accounts.updateUser(null, newId(), { vip: true }),
    refusal('accounts.not_found'),
  );
});

test('the last active admin can be neither demoted nor disabled', async () => {
  const last = await addAdmin();
  await keepAdmins([last]);
  const former = await addAdmin();
  await accounts.updateUser(null, former, { disabled: true });
  for (const change of [{ role: 'customer' }, { disabled: true }, { role: 'kitchen' }] as const) {
    await assert.rejects(accounts.updateUser(null, last, change), refusal('accounts.last_admin'));
  }
  assert.equal(await catchCode(() => accounts.updateUser(null, last, { vip: true })), null);
  assert.deepEqual(await activeAdmins(), [last]);
});

test('two admins who demote each other at once leave one', async () => {
  for (let round = 0; round < 10; round += 1) {
    const pair = [await addAdmin(), await addAdmin()];
    await keepAdmins(pair);
    const codes = await Promise.all(
      pair.map((id, index) =>
        catchCode(() =>
          accounts.updateUser(null, id, index === 0 ? { role: 'customer' } : { disabled: true }),
        ),
      ),
    );
    assert.deepEqual(codes.sort(), ['accounts.last_admin', null]);
    assert.equal((await activeAdmins()).length, 1);
  }
});

test('users are found by a part of the address or the name, regardless of case', async () => {
  const user = await createUser(database, testAuthor, {
    email: 'Needle.Smith@example.com',
    password: PASSWORD,
    name: "Haystack O'Brien 100%",
  });
  for (const search of ['needle.smith', 'SMITH@', 'haystack', "o'brien", '100%']) {
    const { data } = await accounts.listUsers({ search });
    assert.deepEqual(
      data.map(({ id }) => id),
      [user.id],
      search,
    );
  }
  for (const search of ['needle_smith', '%', "' or '1'='1"]) {
    const { data } = await accounts.listUsers({ search });
    assert.ok(search === '%' || data.length === 0, search);
    assert.ok(data.every(({ name, email }) => `${name}${email}`.includes(search)));
  }
});

test('the list says who has a second factor, which counts from its confirmation', async () => {
  const { email, caller } = await signUpCaller(accounts);
  const find = async () => {
    const { data } = await accounts.listUsers({ search: email });
    return data.map(({ secondFactor }) => secondFactor);
  };
  assert.deepEqual(await find(), [false]);
  const { id, secret } = await accounts.addTotp(caller, {});
  assert.deepEqual(await find(), [false]);
  await accounts.confirmTotp(caller, id, createTestTotp(secret).code());
  assert.deepEqual(await find(), [true]);
});

test('the list returns each user once, newest first, even if users are added meanwhile', async () => {
  const created: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    const user = await createUser(database, testAuthor, {
      email: newEmail(),
      password: PASSWORD,
      name: 'Paged',
      role: 'kitchen',
    });
    created.unshift(user.id);
  }
  const filters = { search: 'paged', role: 'kitchen', limit: 2 } as const;
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await accounts.listUsers(cursor === null ? filters : { ...filters, cursor });
    seen.push(...page.data.map(({ id }) => id));
    cursor = page.nextCursor;
    await createUser(database, testAuthor, {
      email: newEmail(),
      password: PASSWORD,
      name: 'Paged',
      role: 'kitchen',
    });
  } while (cursor !== null);
  assert.deepEqual(seen, created);
});

test('a cursor of other filters is refused', async () => {
  const { nextCursor } = await accounts.listUsers({ limit: 1 });
  assert.notEqual(nextCursor, null);
  await assert.rejects(
    accounts.listUsers({ limit: 1, role: 'kitchen', cursor: nextCursor! }),
    refusal('request.invalid_cursor'),
  );
});

test('a name from the command line follows the same rules as one in a request', async () => {
  for (const name of ['a\u202eb', '\u3164', 'a\nb', 'x'.repeat(201)]) {
    const created = createUser(database, testAuthor, {
      email: newEmail(),
      password: PASSWORD,
      name,
    });
    await assert.rejects(
      created,
      (error) => error instanceof CodedError && error.details.errors?.[0]?.pointer === '/name',
    );
  }
  const named = { email: newEmail(), password: PASSWORD, name: 'Ame\u0301lie' };
  assert.equal((await createUser(database, testAuthor, named)).name, 'Amélie');
});
