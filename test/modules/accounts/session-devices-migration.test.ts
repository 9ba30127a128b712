import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { hashDevice } from '../../../src/modules/accounts/tokens/device-tokens.ts';
import { hashToken } from '../../../src/modules/accounts/tokens/refresh-tokens.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { accountsOn, catchCode, newDevice, newEmail, PASSWORD } from './accounts-fixture.ts';

const NUMBER = 46;
const { database } = await openOldDatabase(NUMBER);
const accounts = accountsOn(database);

/** As a server of the version before opens it, before the upgrade or beside new servers. */
interface OldSession {
  readonly userId: string;
  readonly token: string;
  /** With which it was opened; the cookie of a browser, or what a program without cookies has. */
  readonly device: ReturnType<typeof newDevice>;
}

const makeToken = () => `hfr_${newId().replaceAll('-', '')}${'A'.repeat(11)}`;

async function openOld(byCookie: boolean): Promise<OldSession> {
  const old = { userId: newId(), token: makeToken(), device: newDevice(true) };
  await database.run(
    'test.open_old',
    `with person as (
       insert into users (id, email, email_key, name, role, password_hash)
       values ($1::uuid, $2::text, $2::text, 'Ada', 'customer', '$argon2id$')
     ), known as (
       insert into known_devices (user_id, kind, identity_hash)
       select $1::uuid, 'cookie', $4::bytea
        where $5::boolean
     ), family as (
       insert into refresh_families (id, user_id, expires_at, address)
       values ($1::uuid, $1::uuid, now() + interval '30 days', '203.0.113.9')
     )
     insert into refresh_tokens (token_hash, family_id)
     values ($3::bytea, $1::uuid)`,
    [old.userId, newEmail(), hashToken(old.token), hashDevice(old.device.token!), byCookie],
  );
  return old;
}

async function readDevice(userId: string): Promise<Buffer | null> {
  const [row] = await database.run<{ hash: Buffer | null }>(
    'test.session_device',
    'select device_hash as hash from refresh_families where user_id = $1::uuid',
    [userId],
  );
  return row!.hash;
}

const refresh = (token: string, device: ReturnType<typeof newDevice> | null) =>
  accounts.refreshSession(token, null, device);

let early: OldSession;
let program: OldSession;

before(async () => {
  early = await openOld(true);
  program = await openOld(false);
  await migrate(database);
});

test('a session of before goes on in its browser, is bound to it, and counts in no other', async () => {
  for (const old of [early, await openOld(true)]) {
    const elsewhere = () => catchCode(() => refresh(old.token, newDevice(true)));
    assert.equal(await elsewhere(), 'accounts.refresh_invalid');
    assert.equal(await readDevice(old.userId), null);
    // Two tabs at once.
    const [one, other] = await Promise.all([
      refresh(old.token, old.device),
      refresh(old.token, old.device),
    ]);
    assert.deepEqual(one, other);
    assert.deepEqual(await readDevice(old.userId), hashDevice(old.device.token!));
    assert.equal(await elsewhere(), 'accounts.refresh_invalid');
    const next = await refresh(one.refreshToken, old.device);
    // It is bound from then on, even if the account forgets the device.
    await database.run('test.forget', 'delete from known_devices where user_id = $1::uuid', [
      old.userId,
    ]);
    await refresh(next.refreshToken, old.device);
  }
});

test('a session of a program of before counts in no browser, and goes on by its token', async () => {
  for (const old of [program, await openOld(false)]) {
    assert.equal(await catchCode(() => refresh(old.token, old.device)), 'accounts.refresh_invalid');
    assert.equal(await readDevice(old.userId), null);
    assert.equal(await catchCode(() => refresh(old.token, null)), null);
  }
});

test('a browser that another user has signed in with makes no session of theirs its own', async () => {
  const [victim, planter] = [await openOld(true), await openOld(true)];
  assert.equal(
    await catchCode(() => refresh(planter.token, victim.device)),
    'accounts.refresh_invalid',
  );
});

test('the browser of a session is forgotten as it ends', async () => {
  const device = newDevice();
  const session = await accounts.signUp({ email: newEmail(), password: PASSWORD }, device);
  assert.deepEqual(await readDevice(session.user.id), hashDevice(device.token!));
  await accounts.logOutByRefreshToken(session.refreshToken);
  assert.equal(await readDevice(session.user.id), null);
});
