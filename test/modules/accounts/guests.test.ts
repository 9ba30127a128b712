import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import {
  createUser,
  disable,
  ensureCustomers,
  findActiveUsers,
  findActorNamesById,
  findCustomers,
  insertGuests,
  lockGuests,
  type NewGuest,
  parseEmail,
  setRole,
} from '../../../src/modules/accounts/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import { until } from '../../support/until.ts';
import {
  accountsOn,
  catchCode,
  newEmail,
  PASSWORD,
  refusal,
  signUpUser,
  unavailableDatabase,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

async function addGuest(given: Partial<Omit<NewGuest, 'email'>> & { email?: string | null } = {}) {
  const { email = newEmail(), ...rest } = given;
  const guest = {
    id: newId(),
    name: 'Gus',
    phone: null,
    email: email === null ? null : parseEmail(email),
    ...rest,
  };
  await database.transaction((tx) => insertGuests(tx, [guest]));
  return { id: guest.id, email: email ?? '' };
}

test('guests are inserted as a set, several with one address and some without any', async () => {
  const email = parseEmail('Gus@Example.com');
  const guests: NewGuest[] = [
    { id: newId(), email, name: 'Gus', phone: '+442079460000' },
    { id: newId(), email, name: 'Gus "G." {null}, \\', phone: null },
    { id: newId(), email: null, name: '', phone: '+442079460001' },
  ];
  await database.transaction((tx) => insertGuests(tx, guests));
  const found = await findCustomers(
    database,
    guests.map(({ id }) => id),
  );
  const access = { guest: true, role: 'customer', vip: false, disabled: false };
  assert.deepEqual(
    found,
    guests
      .map(({ id, email: given, name, phone }) => ({
        id,
        email: given?.address ?? null,
        name,
        phone,
        ...access,
      }))
      .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  );
});

test('a guest cannot sign in or get a reset, and a guest leaves the address free for an account', async () => {
  const { email } = await addGuest();
  await addGuest({ email });
  const wrong = { email, password: PASSWORD };
  await assert.rejects(accounts.logIn(wrong), refusal('accounts.invalid_credentials'));
  await accounts.forgotPassword(email);
  assert.deepEqual(await database.run('test.resets', 'select id from password_resets', []), []);
  const session = await signUpUser(accounts, email);
  assert.equal((await accounts.logIn(wrong)).user.id, session.user.id);
  await addGuest({ email });
  assert.equal((await accounts.logIn(wrong)).user.id, session.user.id);
  const again = await catchCode(() => signUpUser(accounts, email));
  assert.equal(again, 'accounts.email_taken');
  await accounts.forgotPassword(email);
  const resets = await database.run<{ userId: string }>(
    'test.resets_of',
    'select user_id as "userId" from password_resets',
    [],
  );
  assert.deepEqual(resets, [{ userId: session.user.id }]);
});

test('lists and searches of users show no guests, and admins change none', async () => {
  const { id, email } = await addGuest({ name: 'Nobody Else' });
  assert.deepEqual((await accounts.listUsers({ search: email })).data, []);
  assert.deepEqual((await accounts.listUsers({ search: 'Nobody Else' })).data, []);
  const all = await accounts.listUsers({ limit: 100 });
  assert.ok(!all.data.some((user) => user.id === id));
  for (const change of [{ role: 'admin' }, { vip: true }, { disabled: true }] as const) {
    const code = await catchCode(() => accounts.updateUser(null, id, change));
    assert.equal(code, 'accounts.not_found');
  }
});

test('the command line finds the account of an address, never a guest', async () => {
  const { email } = await addGuest();
  await assert.rejects(
    setRole(database, testAuthor, email, 'admin'),
    refusal('accounts.not_found'),
  );
  await assert.rejects(disable(database, testAuthor, email), refusal('accounts.not_found'));
  const user = await createUser(database, testAuthor, { email, password: PASSWORD });
  await addGuest({ email });
  assert.equal((await setRole(database, testAuthor, email, 'kitchen')).id, user.id);
});

test('a guest with the address of a demo user does not make it a user who can sign in', async () => {
  const { email } = await addGuest();
  assert.deepEqual(await findActiveUsers(database, [email]), []);
});

test('an import creates the account of an address that only guests have', async () => {
  const { id, email } = await addGuest();
  const customers = await ensureCustomers(database, testAuthor, [email]);
  const created = customers.get(email)!;
  assert.notEqual(created, id);
  assert.equal((await ensureCustomers(database, testAuthor, [email])).get(email), created);
});

test('staff see a guest in the log by name, or else by address or phone, as of any customer', async () => {
  const named = await addGuest();
  const addressed = await addGuest({ name: '' });
  const called = await addGuest({ name: '', email: null, phone: '+442079460000' });
  const ids = [named.id, addressed.id, called.id];
  const byUser = await findActorNamesById(database, { kind: 'user' }, ids);
  assert.deepEqual(
    ids.map((id) => byUser.get(id)),
    ['Gus', addressed.email, '+442079460000'],
  );
  const byKey = await findActorNamesById(database, { kind: 'api_key' }, ids);
  assert.deepEqual([...byKey], [[named.id, 'Gus']]);
});

test('new guests are not read by the servers that look for changed access', async () => {
  const { id } = await addGuest();
  const changed = await database.run(
    'test.changed_access',
    `select id from users where access_changed_at > now() - interval '1 hour' and id = $1::uuid`,
    [id],
  );
  assert.deepEqual(changed, []);
});

test('transactions of one address or network wait for each other, and others do not', async () => {
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holding = database.transaction(async (tx) => {
    await lockGuests(tx, { emailKeys: ['a@example.com'], networks: ['192.0.2.1'] });
    held.resolve();
    await free.promise;
  });
  await held.promise;
  await lock({ emailKeys: ['b@example.com', '192.0.2.1'], networks: ['a@example.com'] });
  const waiting = [
    lock({ emailKeys: ['a@example.com'], networks: ['192.0.2.9'] }),
    lock({ emailKeys: ['c@example.com'], networks: ['192.0.2.1'] }),
  ];
  await until(async () => {
    assert.equal(await countWaiting(database), 2);
  });
  free.resolve();
  await Promise.all([holding, ...waiting]);
});

test('transactions that lock the same addresses in any order do not deadlock', async () => {
  const emailKeys = Array.from({ length: 40 }, (_, index) => `${index}@example.com`);
  const networks = Array.from({ length: 40 }, (_, index) => `192.0.2.${index}`);
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      lock({
        emailKeys: index % 2 === 0 ? emailKeys : emailKeys.toReversed(),
        networks: index % 3 === 0 ? networks : networks.toReversed(),
      }),
    ),
  );
});

test('the token of an order is accepted without the database, and is nobody’s session', async () => {
  const orderId = newId();
  const token = accounts.signOrderToken(orderId, new Date());
  const away = accountsOn(unavailableDatabase());
  for (const { authenticator } of [accounts, away]) {
    assert.deepEqual(await authenticator.authenticate(token), { kind: 'order', id: orderId });
  }
});

function lock(keys: Parameters<typeof lockGuests>[1]): Promise<void> {
  return database.transaction((tx) => lockGuests(tx, keys));
}

async function countWaiting(db: Database): Promise<number> {
  const [row] = await db.run<{ count: number }>(
    'test.waiting_locks',
    `select count(*)::int as count
       from pg_locks
      where locktype = 'advisory'
        and not granted
        and database = (select oid from pg_database where datname = current_database())`,
    [],
  );
  return row!.count;
}
