import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import {
  factorKeyFindings,
  passkeyFindings,
  unusablePasskeyFindings,
} from '../../../src/main/cli/doctor/factors.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { accountsOn, FACTOR_KEY, PUBLIC_URL } from '../../modules/accounts/accounts-fixture.ts';
import {
  addTestPasskey,
  signUpWithPasskey,
  signUpWithTotp,
} from '../../modules/accounts/factors-fixture.ts';
import { createTestAuthenticator } from '../../support/authenticator.ts';
import { testDatabase } from '../../support/database.ts';

const { database } = await testDatabase();
await signUpWithTotp(accountsOn(database));
const newer = randomBytes(48).toString('base64');

async function listFindings(environment: Record<string, string>): Promise<string[]> {
  const findings = await factorKeyFindings(readConfig(environment, tmpdir()), database);
  return findings.map(({ state, say }) => `${state}: ${say}`);
}

test('an app whose key is gone is wrong, and what to do is said without the key', async () => {
  const [found = '', ...others] = await listFindings({ FACTOR_KEY: newer });
  assert.match(found, /^wrong: 1 authenticator app cannot be used.+put it after.+reset-factors/);
  assert.ok(!found.includes(newer));
  assert.deepEqual(others, []);
  // A worker decrypts nothing.
  assert.deepEqual(await listFindings({ FACTOR_KEY: newer, ROLE: 'worker' }), []);
});

test('a former key stays as long as an app needs it', async () => {
  assert.deepEqual(await listFindings({ FACTOR_KEY }), []);
  const [needed = ''] = await listFindings({ FACTOR_KEY: `${newer},${FACTOR_KEY}` });
  assert.match(needed, /^look: a former key .+ needed for 1 authenticator app, .+keep it/);
  const [unneeded = ''] = await listFindings({ FACTOR_KEY: `${FACTOR_KEY},${newer}` });
  assert.match(unneeded, /^look: no secret needs a former key .+; remove all but the first/);
});

test('without a domain there are no passkeys', () => {
  const [none] = passkeyFindings(readConfig({ PUBLIC_URL: 'https://192.0.2.7' }, tmpdir()));
  assert.equal(none?.state, 'look');
  const [some] = passkeyFindings(readConfig({ PUBLIC_URL: 'https://shop.example' }, tmpdir()));
  assert.deepEqual([some?.state, some?.say], ['ok', 'passkeys belong to shop.example']);
});

test('passkeys of a former domain are counted, with the domain to set', async () => {
  await signUpWithPasskey(accountsOn(database));
  const list = async (environment: Record<string, string>) => {
    const findings = await unusablePasskeyFindings(readConfig(environment, tmpdir()), database);
    return findings.map(({ state, say }) => `${state}: ${say}`);
  };
  const addresses = { PUBLIC_URL: 'https://shop.example' };
  assert.deepEqual(await list(addresses), []);
  const split = { ...addresses, CONSOLE_URL: 'https://console.shop.example' };
  const [stranded = ''] = await list(split);
  assert.match(stranded, /^look: 1 passkey of shop.example .+ belong to console.shop.example now/);
  assert.match(stranded, /set WEBAUTHN_RP_ID to shop.example/);
  assert.deepEqual(await list({ ...split, WEBAUTHN_RP_ID: 'shop.example' }), []);
  const [homeless = ''] = await list({ PUBLIC_URL: 'https://192.0.2.7' });
  assert.match(homeless, /^look: 1 passkey of shop.example cannot be used: /);
});

test('staff whose only factors are passkeys of an algorithm that no longer counts are counted', async () => {
  const accounts = accountsOn(database);
  const list = async () => {
    const config = readConfig({ PUBLIC_URL: 'https://shop.example' }, tmpdir());
    return (await unusablePasskeyFindings(config, database)).map(({ say }) => say);
  };
  const [only, both, customer] = [
    await signUpWithPasskey(accounts),
    await signUpWithPasskey(accounts),
    await signUpWithPasskey(accounts),
  ];
  await addTestPasskey(accounts, both.caller, createTestAuthenticator({ origin: PUBLIC_URL }));
  for (const { added, user } of [only, both, customer]) {
    const weak = createTestAuthenticator({ origin: PUBLIC_URL }, 16, 'RS256');
    await database.run(
      'test.weaken_passkey',
      'update factors set public_key = $2::bytea where id = $1::uuid',
      [added.id, weak.stored.publicKey],
    );
    if (user.id === customer.user.id) continue;
    await database.run('test.to_staff', `update users set role = 'kitchen' where id = $1::uuid`, [
      user.id,
    ]);
  }
  const [weak = '', ...others] = await list();
  assert.match(weak, /^1 member of staff has no other factor .+ RS256.+ reset-factors/);
  assert.deepEqual(others, []);
  await database.run('test.disable', 'update users set disabled_at = now() where id = $1::uuid', [
    only.user.id,
  ]);
  assert.deepEqual(await list(), []);
});
