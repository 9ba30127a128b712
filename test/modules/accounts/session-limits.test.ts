import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createUser, type SessionLimits } from '../../../src/modules/accounts/index.ts';
import { testDatabase } from '../../support/database.ts';
import { testAuthor } from '../../support/shop.ts';
import {
  accountsOn,
  callerBehind,
  catchCode,
  newEmail,
  PASSWORD,
  refusal,
  signInAs,
  signUpUser,
  type TestAccounts,
} from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const limits: SessionLimits = {
  customerDays: 180,
  customerIdleDays: 30,
  staffDays: 14,
  staffIdleHours: 12,
};
const isOver = refusal('accounts.refresh_invalid');

/** Moves the beginning and the last use of a session into the past. */
async function age(accessToken: string, hours: { created?: number; used?: number }): Promise<void> {
  const { familyId } = await callerBehind(accounts, accessToken);
  await database.run(
    'test.age_session',
    `update refresh_families
        set created_at = created_at - make_interval(hours => $2::int),
            last_used_at = last_used_at - make_interval(hours => $3::int),
            expires_at = expires_at - make_interval(hours => $3::int)
      where id = $1::uuid`,
    [familyId, hours.created ?? 0, hours.used ?? 0],
  );
}

/** Returns when a session ends without another refresh, in hours from now. */
async function readHoursLeft(accessToken: string): Promise<number> {
  const { familyId } = await callerBehind(accounts, accessToken);
  const [row] = await database.run<{ hours: number }>(
    'test.hours_left',
    `select extract(epoch from expires_at - now())::float8 / 3600 as hours
       from refresh_families
      where id = $1::uuid`,
    [familyId],
  );
  return Math.round(row!.hours);
}

const DAY = 24;
const cases = [
  { role: 'customer', idleHours: 30 * DAY, hours: 180 * DAY },
  { role: 'kitchen', idleHours: 12, hours: 14 * DAY },
  { role: 'admin', idleHours: 12, hours: 14 * DAY },
] as const;

for (const { role, idleHours, hours } of cases) {
  test(`the session of a ${role} ends ${idleHours} hours after its last refresh, and not before`, async () => {
    const { session } = await signInAs(database, accounts, role);
    assert.equal(await readHoursLeft(session.accessToken), idleHours);
    assert.equal(session.refreshExpiresIn, idleHours * 3600);
    await age(session.accessToken, { created: idleHours, used: idleHours - 1 });
    const next = await accounts.refreshSession(session.refreshToken);
    assert.equal(await readHoursLeft(session.accessToken), idleHours);
    await age(session.accessToken, { used: idleHours });
    await assert.rejects(accounts.refreshSession(next.refreshToken), isOver);
  });

  test(`the session of a ${role} ends ${hours} hours after the sign-in, however often it is used`, async () => {
    const { session } = await signInAs(database, accounts, role);
    await age(session.accessToken, { created: hours - 2 });
    const next = await accounts.refreshSession(session.refreshToken);
    assert.equal(await readHoursLeft(session.accessToken), 2);
    assert.ok(next.refreshExpiresIn <= 2 * 3600, 'the cookie ends with the session');
    assert.ok(next.refreshExpiresIn > 2 * 3600 - 120);
    await age(session.accessToken, { created: 2 });
    await assert.rejects(accounts.refreshSession(next.refreshToken), isOver);
  });
}

test('shorter limits apply to existing sessions with the next refresh, longer ones revive none', async () => {
  const { session: idle } = await signInAs(database, accounts, 'admin');
  const { session: old } = await signInAs(database, accounts, 'admin');
  await age(idle.accessToken, { created: 3, used: 3 });
  await age(old.accessToken, { created: 30 });
  const refreshOn =
    (changed: Partial<SessionLimits>, { refreshToken }: typeof old) =>
    () =>
      accountsOn(database, { sessionLimits: { ...limits, ...changed } }).refreshSession(
        refreshToken,
      );
  assert.equal(
    await catchCode(refreshOn({ staffIdleHours: 2.5 }, idle)),
    'accounts.refresh_invalid',
  );
  assert.equal(await catchCode(refreshOn({ staffDays: 1.25 }, old)), 'accounts.refresh_invalid');
  assert.equal(await catchCode(refreshOn({ staffIdleHours: 3.5 }, idle)), null);
  assert.equal(await catchCode(refreshOn({ staffDays: 1.5 }, old)), null);

  const { session: over } = await signInAs(database, accounts, 'admin');
  await age(over.accessToken, { created: 12, used: 12 });
  assert.equal(
    await catchCode(refreshOn({ staffIdleHours: 48 }, over)),
    'accounts.refresh_invalid',
  );
});

test('a clock of the server that is off by minutes changes nothing about a session', async () => {
  for (const offsetMs of [-600_000, 600_000]) {
    const clock = { now: () => new Date(Date.now() + offsetMs) };
    const odd = accountsOn(database, {
      clock,
      sessionLimits: { ...limits, staffIdleHours: 0.05, customerIdleDays: 0.002 },
    });
    // Three minutes: less than the clock is off.
    const { session } = await signInAs(database, odd, 'kitchen');
    assert.equal(session.refreshExpiresIn, 180);
    const caller = await callerBehind(odd, session.accessToken);
    assert.deepEqual(
      (await odd.listSessions(caller)).data.map(({ current }) => current),
      [true],
    );
    const next = await odd.refreshSession(session.refreshToken);
    const repeat = await odd.refreshSession(session.refreshToken);
    assert.equal(repeat.refreshToken, next.refreshToken);
    await age(session.accessToken, { used: 1 });
    await assert.rejects(odd.refreshSession(next.refreshToken), isOver);
  }
});

test('the 21st sign-in ends the session that was not used for longest, and no other', async () => {
  const { email } = (await signUpUser(accounts)).user;
  const credentials = { email, password: PASSWORD };
  const sessions = [await accounts.logIn(credentials)];
  // With the one of the sign-up these are 20; the first of them is then used again.
  for (let count = 0; count < 18; count += 1) sessions.push(await accounts.logIn(credentials));
  const [first, second] = sessions;
  const used = await accounts.refreshSession(first!.refreshToken);
  const caller = await callerBehind(accounts, used.accessToken);
  const before = (await accounts.listSessions(caller)).data;
  assert.equal(before.length, 20);
  await accounts.logIn(credentials);
  await accounts.logIn(credentials);
  const after = (await accounts.listSessions(caller)).data;
  assert.equal(after.length, 20);
  // The session of the sign-up, and then the second sign-in.
  const left = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !left.has(id)).map(({ id }) => id);
  assert.deepEqual(
    gone,
    before.slice(-2).map(({ id }) => id),
  );
  await assert.rejects(accounts.refreshSession(second!.refreshToken), isOver);
  await assert.rejects(
    callerBehind(accounts, second!.accessToken),
    refusal('auth.unauthenticated'),
  );
  assert.equal(await catchCode(() => accounts.refreshSession(used.refreshToken)), null);
});

test('many sign-ins at once leave 20 sessions', async () => {
  const email = newEmail();
  await createUser(database, testAuthor, { email, password: PASSWORD });
  const others: TestAccounts[] = [accounts, accountsOn(database)];
  const sessions = await Promise.all(
    Array.from({ length: 26 }, (_, index) =>
      others[index % 2]!.logIn({ email, password: PASSWORD }),
    ),
  );
  const outcomes = await Promise.all(
    sessions.map(({ refreshToken }) => catchCode(() => accounts.refreshSession(refreshToken))),
  );
  assert.equal(outcomes.filter((code) => code === null).length, 20);
  assert.equal(outcomes.filter((code) => code === 'accounts.refresh_invalid').length, 6);
});
