import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { prepareDatabase } from '../../../src/main/start/prepare-database.ts';
import { accountsOn } from '../../modules/accounts/accounts-fixture.ts';
import { signUpWithPasskey } from '../../modules/accounts/factors-fixture.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const server = await startTestServer(db);

test('a start warns of passkeys that belong to a former domain, and says what to do', async () => {
  await signUpWithPasskey(accountsOn(db.database));
  const start = async (environment: Record<string, string>) => {
    const warnings: string[] = [];
    const config = readConfig({ DATABASE_URL: db.url, DEMO_DATA: 'false', ...environment });
    const log = { info() {}, warn: (text: string) => warnings.push(text) };
    await prepareDatabase(config, server.application, db.ownerUrl, log);
    return warnings;
  };
  assert.deepEqual(await start({ PUBLIC_URL: 'https://shop.example' }), []);
  const moved = { PUBLIC_URL: 'https://other.example' };
  const [warning = '', ...others] = await start(moved);
  assert.match(warning, /^1 passkey of shop\.example cannot be used, .+ WEBAUTHN_RP_ID .+\.$/);
  assert.deepEqual(others, []);
  // A worker signs nobody in.
  assert.deepEqual(await start({ ...moved, ROLE: 'worker' }), []);
});
