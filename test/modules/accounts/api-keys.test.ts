import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Claim } from '../../../src/database/idempotency.ts';
import { createApiKeyAuthenticator } from '../../../src/modules/accounts/access/api-key-authenticator.ts';
import type { NewApiKey } from '../../../src/modules/accounts/keys/create-api-key.ts';
import { sha256 } from '../../../src/shared/canonical-json.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { accountsOn, refusal, signInAs, soon } from './accounts-fixture.ts';

const { database } = await testDatabase();
const accounts = accountsOn(database);
const { caller: admin } = await signInAs(database, accounts, 'admin');

function buildClaim(key: string): Claim {
  const callerId = admin.id;
  const scopeHash = sha256(callerId, key);
  return { scopeHash, requestHash: sha256('body'), key, callerId, operation: 'createApiKey' };
}

async function createKey(input: { expiresAt?: string } = {}) {
  const { result } = await accounts.createApiKey(admin, null, {
    name: 'till',
    scopes: ['orders:read', 'orders:write'],
    ...input,
  });
  return { ...result, secret: result.secret! };
}

async function authenticate(secret: string, server = accounts) {
  return server.authenticator.authenticate(secret);
}

test('a key authenticates its caller with its scopes', async () => {
  const key = await createKey();
  assert.ok(key.secret.startsWith('hf_') && key.secret.startsWith(key.prefix));
  assert.ok(key.secret.length > key.prefix.length + 40);
  assert.deepEqual(await authenticate(key.secret), {
    kind: 'api_key',
    id: key.id,
    scopes: ['orders:read', 'orders:write'],
  });
});

test('an unknown key is refused', async () => {
  const { secret } = await createKey();
  const last = secret.endsWith('A') ? 'B' : 'A';
  for (const wrong of ['hf_', `${secret}A`, secret.slice(0, -1), secret.slice(0, -1) + last]) {
    await assert.rejects(authenticate(wrong), refusal('auth.unauthenticated'), wrong);
  }
});

test('a revoked key is refused, at once on this server and within five seconds on others', async () => {
  const elsewhere = accountsOn(database);
  const key = await createKey();
  await authenticate(key.secret);
  await authenticate(key.secret, elsewhere);
  await accounts.revokeApiKey(key.id);
  await assert.rejects(authenticate(key.secret), refusal('auth.unauthenticated'));
  await soon(() =>
    assert.rejects(authenticate(key.secret, elsewhere), refusal('auth.unauthenticated')),
  );
  for (const id of [key.id, newId()]) {
    await assert.rejects(accounts.revokeApiKey(id), refusal('accounts.key_not_found'));
  }
});

test('a key expires, even while it is cached', async () => {
  const [later] = await database.run<{ at: string }>(
    'test.later',
    `select to_char((clock_timestamp() + interval '700 milliseconds') at time zone 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
    [],
  );
  const { secret } = await createKey({ expiresAt: later!.at });
  await authenticate(secret);
  await soon(() => assert.rejects(authenticate(secret), refusal('auth.unauthenticated')));
});

test('a key with an expiry in the past is refused', async () => {
  for (const expiresAt of ['2020-01-01T00:00:00.000Z', '2016-12-31T23:59:60Z']) {
    await assert.rejects(createKey({ expiresAt }), refusal('request.invalid'));
  }
});

test('a repeat with the same idempotency key creates no second key and shows no secret', async () => {
  const claim = buildClaim('one-key');
  const input = { name: 'once', scopes: ['orders:read'] } as const;
  const first = await accounts.createApiKey(admin, claim, input);
  const repeat = await accounts.createApiKey(admin, claim, input);
  assert.equal(typeof first.result.secret, 'string');
  const { secret, ...shown } = first.result;
  assert.deepEqual(repeat, { result: shown, replayed: true });
});

test('no secret is in the database, not even with the stored response', async () => {
  const claim = buildClaim('stored-answer');
  const { result } = await accounts.createApiKey(admin, claim, {
    name: 'hidden',
    scopes: ['orders:read'],
  });
  const rows = await database.run<{ row: string }>(
    'test.secrets',
    'select api_keys::text as row from api_keys union all select result from idempotency_keys',
    [],
  );
  assert.ok(rows.length >= 2);
  assert.ok(rows.every(({ row }) => !row.includes(result.secret!)));
});

test('the use of a key is recorded at most once a minute', async () => {
  const key = await createKey();
  /** Uses the key on a server that has not seen it, this many seconds after a use. Returns whether it was recorded. */
  async function isRecordedAfter(seconds: number | null): Promise<boolean> {
    const [before] = await database.run<{ at: Date | null }>(
      'test.set_last_use',
      `update api_keys
          set last_used_at = now() - make_interval(secs => $2::double precision)
        where id = $1::uuid
       returning last_used_at as at`,
      [key.id, seconds],
    );
    const server = accountsOn(database);
    await authenticate(key.secret, server);
    await authenticate(key.secret, server);
    await server.stop();
    const { data } = await accounts.listApiKeys({ limit: 100 });
    const after = data.find(({ id }) => id === key.id)?.lastUsedAt ?? null;
    return after !== (before!.at?.toISOString() ?? null);
  }
  assert.equal(await isRecordedAfter(null), true);
  assert.equal(await isRecordedAfter(30), false);
  assert.equal(await isRecordedAfter(61), true);
});

test('the first use of a key is reported once, whichever server sees it', async () => {
  const key = await createKey();
  const firstUses: string[] = [];
  for (let server = 0; server < 2; server += 1) {
    const authenticator = createApiKeyAuthenticator({
      database,
      nowMs: Date.now,
      onError: (error) => assert.fail(String(error)),
      securityLog: {
        record: (event, _source, details) => firstUses.push(`${event} ${details?.keyId}`),
      },
    });
    await authenticator.authenticate(key.secret);
    await authenticator.stop();
  }
  assert.deepEqual(firstUses, [`key.first_used ${key.id}`]);
});

test('the list returns the valid keys in pages, newest first', async () => {
  const keys = [await createKey(), await createKey(), await createKey()];
  await accounts.revokeApiKey(keys[1]!.id);
  const first = await accounts.listApiKeys({ limit: 1 });
  const second = await accounts.listApiKeys({ limit: 1, cursor: first.nextCursor! });
  assert.deepEqual(
    [...first.data, ...second.data].map(({ id }) => id),
    [keys[2]!.id, keys[0]!.id],
  );
  assert.deepEqual(Object.keys(first.data[0]!).sort(), [
    'createdAt',
    'createdBy',
    'expiresAt',
    'heldBy',
    'id',
    'lastUsedAt',
    'name',
    'prefix',
    'refundMax',
    'scopes',
  ]);
  await assert.rejects(
    accounts.listApiKeys({ cursor: `x${first.nextCursor}` }),
    refusal('request.invalid_cursor'),
  );
});

describe('what a key may refund within an hour', () => {
  const limited = accountsOn(database, { stepUpRefundMinor: 10_000 });
  const scopes = ['payments:read', 'payments:refund'] as const;

  async function create(input: Omit<NewApiKey, 'name'>, server = limited) {
    const { result } = await server.createApiKey(admin, null, { name: 'till', ...input });
    const caller = await authenticate(result.secret!, server);
    return { shown: result.refundMax, caller };
  }

  test('is as stated, is shown, and is known to what makes refunds', async () => {
    const { shown, caller } = await create({ scopes, refundMax: 250_000 });
    assert.equal(shown, 250_000);
    assert.equal(caller.kind === 'api_key' && caller.refundMaxMinor, 250_000);
    const { data } = await limited.listApiKeys({ limit: 1 });
    assert.equal(data[0]!.refundMax, 250_000);
  });

  test('is what a user may refund without a step-up, unless stated', async () => {
    assert.equal((await create({ scopes })).shown, 10_000);
    const unlimited = accountsOn(database, { stepUpRefundMinor: 0 });
    const { shown, caller } = await create({ scopes }, unlimited);
    assert.equal(shown, null);
    assert.equal('refundMaxMinor' in caller, false);
  });

  test('is not stated of a key that cannot refund', async () => {
    assert.equal((await create({ scopes: ['payments:read'] })).shown, null);
    await assert.rejects(
      create({ scopes: ['payments:read'], refundMax: 100 }),
      refusal('request.invalid'),
    );
  });
});
