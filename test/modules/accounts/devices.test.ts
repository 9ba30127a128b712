import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '../../../src/modules/accounts/devices/device.ts';
import { purgeDevices } from '../../../src/modules/accounts/devices/device-queries.ts';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, newDevice, newEmail, PASSWORD, signUpUser } from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);

/** Returns how many devices of each sort a user has. */
async function countDevices(userId: string) {
  const rows = await database.run<{ sort: string; count: number }>(
    'test.count_devices',
    `select kind || case when returned then ', returned' else '' end as sort, count(*)::int as count
       from known_devices
      where user_id = $1::uuid
      group by 1
      order by 1`,
    [userId],
  );
  return Object.fromEntries(rows.map(({ sort, count }) => [sort, count]));
}

test('a program without cookies keeps 20 devices at most, and does not displace a browser', async () => {
  const { user } = await signUpUser(accounts);
  const logIn = (device: Device) =>
    accounts.logIn({ email: user.email, password: PASSWORD }, device);
  const browser = newDevice();
  await logIn(browser);
  await logIn({ ...browser, isReturning: true });
  for (let times = 0; times < 25; times += 1) await logIn(newDevice());
  assert.deepEqual(await countDevices(user.id), {
    cookie: 20,
    'cookie, returned': 1,
    'network, returned': 1,
  });
});

test('a browser with a token leaves no address behind', async () => {
  const { user } = await signUpUser(accounts);
  await accounts.logIn({ email: user.email, password: PASSWORD }, newDevice(true));
  assert.deepEqual(await countDevices(user.id), { cookie: 1 });
});

test('a changed password forgets the other devices', async () => {
  const { user } = await signUpUser(accounts);
  const [own, other] = [newDevice(), { ...newDevice(), userAgent: 'another' }];
  const session = await accounts.logIn({ email: user.email, password: PASSWORD }, own);
  await accounts.logIn({ email: user.email, password: PASSWORD }, other);
  assert.deepEqual(await countDevices(user.id), { cookie: 2, network: 2 });
  const caller = await accounts.authenticator.authenticate(session.accessToken);
  assert.equal(caller.kind, 'user');
  await accounts.changePassword(
    caller as Extract<typeof caller, { kind: 'user' }>,
    { currentPassword: PASSWORD, newPassword: 'a better password' },
    own,
  );
  assert.deepEqual(await countDevices(user.id), { cookie: 1, network: 1 });
});

test('cookies are purged after a year without use, addresses after 90 days', async () => {
  const { user } = await signUpUser(accounts);
  await accounts.logIn({ email: user.email, password: PASSWORD }, newDevice());
  const ageBy = (interval: string) =>
    database.run(
      'test.age_devices',
      'update known_devices set last_used_at = last_used_at - $2::interval where user_id = $1::uuid',
      [user.id, interval],
    );
  const remain = async () => {
    await purgeDevices(database, 1_000);
    return countDevices(user.id);
  };
  await ageBy('89 days');
  assert.deepEqual(await remain(), { cookie: 1, network: 1 });
  await ageBy('2 days');
  assert.deepEqual(await remain(), { cookie: 1 });
  await ageBy('273 days');
  assert.deepEqual(await remain(), { cookie: 1 });
  await ageBy('2 days');
  assert.deepEqual(await remain(), {});
});

test('a sign-in is from a new device only if nothing about it is known, and the user was known elsewhere', async () => {
  const first = newDevice();
  const { email } = (await accounts.signUp({ email: newEmail(), password: PASSWORD }, first)).user;
  const isNew = async (device: Device) =>
    (await accounts.logIn({ email, password: PASSWORD }, device)).isNewDevice;
  assert.equal(await isNew({ ...first, isReturning: true }), false);
  assert.equal(await isNew(newDevice()), false, 'the same program without cookies');
  const moved = { ...newDevice(), range: '198.51.100.0/24' };
  assert.equal(await isNew(moved), true);
  assert.equal(await isNew({ ...moved, isReturning: true }), false);
  assert.equal(await isNew(newDevice(true)), true, 'a browser that another user has used');

  const another = await signUpUser(accounts);
  const credentials = { email: another.user.email, password: PASSWORD };
  assert.equal((await accounts.logIn(credentials, newDevice())).isNewDevice, false, 'the first');
});
