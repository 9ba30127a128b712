import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError } from '../../../src/main/config/configuration-error.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { findWeakSettings } from '../../../src/main/config/weak-settings.ts';
import { findEncryptionKeys, loadEncryptionKeys } from '../../../src/main/start/own-secrets.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const newKey = () => randomBytes(48).toString('base64');
const production = {
  NODE_ENV: 'production',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'capture',
  PUBLIC_URL: 'https://shop.example',
  JWT_SECRET: newKey(),
  FACTOR_KEY: newKey(),
  SEAL_KEY: randomBytes(32).toString('base64'),
};
const external = { DATABASE_URL: 'postgresql://shop@127.0.0.1/shop' };

function sayOf(environment: Record<string, string>): string[] {
  return findWeakSettings(readConfig(environment))
    .filter(({ variable }) => variable === 'ENCRYPTION_KEY')
    .map(({ say }) => say);
}

test('production starts without a key that encrypts, for each role, and says what then is unencrypted', async () => {
  for (const ROLE of ['all', 'api', 'worker']) {
    const environment = { ...production, ...external, ROLE };
    const config = readConfig(environment);
    assert.equal(config.encryptionKey, null);
    assert.deepEqual(await loadEncryptionKeys(config), []);
    assert.deepEqual(await findEncryptionKeys(config), []);
    const [say = '', ...others] = sayOf(environment);
    assert.match(say, /^ENCRYPTION_KEY is not set, so .+ unencrypted; set it to the output of /);
    assert.deepEqual(others, []);
    assert.deepEqual(sayOf({ ...environment, ENCRYPTION_KEY: newKey() }), []);
  }
});

test('in production a key that encrypts is strong and used for nothing else, and a refusal does not repeat it', () => {
  const [present, former] = [newKey(), newKey()];
  const ENCRYPTION_KEY = `${present},${former}`;
  assert.deepEqual(readConfig({ ...production, ENCRYPTION_KEY }).encryptionKey, {
    kind: 'given',
    secrets: [present, former],
  });
  const weak = 'please-change-me-please-change-me-123';
  const faults = listFaults({ ...production, ENCRYPTION_KEY: `${present},${weak}` });
  assert.match(faults.join('\n'), /^ENCRYPTION_KEY is weak: .+-base64 48"\.$/);
  assert.ok(!faults[0]!.includes(weak));
  for (const name of ['JWT_SECRET', 'FACTOR_KEY'] as const) {
    const [same = ''] = listFaults({ ...production, ENCRYPTION_KEY: production[name] });
    assert.match(same, new RegExp(`^ENCRYPTION_KEY is the same as ${name}`));
  }
  const short = randomBytes(20).toString('base64');
  const [fault = ''] = listFaults({ ENCRYPTION_KEY: `${present},${short}` });
  assert.match(
    fault,
    /^ENCRYPTION_KEY is a text of \d+ characters, but it takes .*32 bytes or more/,
  );
});

test('a key is generated beside an embedded database only, not in production, which uses it if it exists', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-encryption-key-'));
  after(() => rmSync(dataDir, { recursive: true }));
  const path = join(dataDir, 'encryption-key');
  const config = readConfig({ DATA_DIR: dataDir });
  const inProduction = readConfig({ ...production, DATA_DIR: dataDir });
  const elsewhere = readConfig({ ...external, DATA_DIR: dataDir });
  for (const load of [
    () => findEncryptionKeys(config),
    () => loadEncryptionKeys(inProduction),
    () => loadEncryptionKeys(elsewhere),
  ]) {
    assert.deepEqual(await load(), []);
    assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
  }
  const [made = ''] = await loadEncryptionKeys(readConfig({ DATA_DIR: dataDir, ROLE: 'worker' }));
  assert.ok(Buffer.byteLength(made) >= 32);
  assert.equal(readFileSync(path, 'utf8'), made);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await findEncryptionKeys(config), [made]);
  assert.deepEqual(await loadEncryptionKeys(inProduction), [made]);
  assert.deepEqual(await loadEncryptionKeys(elsewhere), []);
  const [say = ''] = sayOf({ ...production, DATA_DIR: dataDir });
  assert.match(say, /unencrypted, unless an earlier start has generated a key in /);
  assert.deepEqual(sayOf({ DATA_DIR: dataDir }), []);
});

test('a damaged file of a key that encrypts prevents the start, since another key would not decrypt', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-encryption-key-'));
  after(() => rmSync(dataDir, { recursive: true }));
  const path = join(dataDir, 'encryption-key');
  const config = readConfig({ DATA_DIR: dataDir });
  const [made = ''] = await loadEncryptionKeys(config);
  writeFileSync(path, `${made}\n`);
  assert.deepEqual(await loadEncryptionKeys(config), [made]);
  for (const broken of ['no key', made.slice(0, 31)]) {
    writeFileSync(path, broken);
    for (const read of [loadEncryptionKeys, findEncryptionKeys]) {
      await assert.rejects(read(config), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /encryption-key does not contain a key that encrypts/);
        return !error.message.includes(broken);
      });
    }
  }
});
