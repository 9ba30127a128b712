import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError } from '../../../src/main/config/configuration-error.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { findSealKeys, loadSealKeys } from '../../../src/main/start/own-secrets.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const newKey = () => randomBytes(32).toString('base64');
const production = {
  NODE_ENV: 'production',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'capture',
  PUBLIC_URL: 'https://shop.example',
  JWT_SECRET: randomBytes(48).toString('base64'),
  FACTOR_KEY: randomBytes(48).toString('base64'),
};

test('production needs a key of seals, strong and used for nothing else; an API server seals nothing and needs none', () => {
  for (const ROLE of ['all', 'worker']) {
    const [missing = '', ...others] = listFaults({ ...production, ROLE });
    assert.match(missing, /^SEAL_KEY is missing: production requires your own/);
    assert.deepEqual(others, []);
  }
  assert.deepEqual(readConfig({ ...production, ROLE: 'api' }).sealKey, { kind: 'generated' });
  const [present, former] = [newKey(), newKey()];
  assert.deepEqual(readConfig({ ...production, SEAL_KEY: `${present},${former}` }).sealKey, {
    kind: 'given',
    secrets: [present, former],
  });
  const patterned = Buffer.from('a text of thirty-two letters, so').toString('base64');
  for (const weak of [Buffer.alloc(32).toString('base64'), patterned]) {
    const [fault = '', ...others] = listFaults({ ...production, SEAL_KEY: `${present},${weak}` });
    assert.match(fault, /^SEAL_KEY is weak: .+; use the output of "openssl rand -base64 32"\.$/);
    assert.ok(!fault.includes(weak));
    assert.deepEqual(others, []);
  }
  const METRICS_TOKEN = present;
  const [same = ''] = listFaults({ ...production, SEAL_KEY: present, METRICS_TOKEN });
  assert.match(same, /^METRICS_TOKEN is the same as SEAL_KEY/);
});

test('a key of seals is 32 bytes in base64, and a refusal does not repeat it', () => {
  const key = newKey();
  for (const SEAL_KEY of [
    randomBytes(48).toString('base64'),
    randomBytes(31).toString('base64'),
    randomBytes(32).toString('hex'),
    `${key},${key.slice(1)}`,
    'thirty-two characters of a phrase',
    `${key.slice(0, -2)}!=`,
  ]) {
    const [fault = ''] = listFaults({ SEAL_KEY });
    assert.match(fault, /^SEAL_KEY is a text of \d+ characters, but it takes .*32 bytes in base64/);
    assert.ok(!fault.includes(SEAL_KEY));
  }
});

test('the log is sealed every minute unless another time is set, which may be a fraction but not 0', () => {
  assert.equal(readConfig({}).logSealSeconds, 60);
  assert.equal(readConfig({ LOG_SEAL_SECONDS: '0.5' }).logSealSeconds, 0.5);
  for (const LOG_SEAL_SECONDS of ['0', '-1', 'minute', '86401']) {
    assert.match(listFaults({ LOG_SEAL_SECONDS })[0] ?? '', /^LOG_SEAL_SECONDS is /);
  }
});

test('a key of seals is generated once, in a file that only its owner can read, and not for reading', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-seal-key-'));
  after(() => rmSync(dataDir, { recursive: true }));
  const config = readConfig({ DATA_DIR: dataDir });
  assert.equal(await findSealKeys(config), null);
  assert.deepEqual(await loadSealKeys(readConfig({ DATA_DIR: dataDir, ROLE: 'api' })), []);
  assert.equal(await findSealKeys(config), null);
  const [made = ''] = await loadSealKeys(config);
  assert.equal(Buffer.from(made, 'base64').length, 32);
  assert.deepEqual(await loadSealKeys(config), [made]);
  assert.deepEqual(await findSealKeys(config), [made]);
  const path = join(dataDir, 'seal-key');
  assert.equal(readFileSync(path, 'utf8').trim(), made);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(path, `${made}\n`);
  assert.deepEqual(await loadSealKeys(config), [made]);
  for (const broken of [made.slice(1), 'no seal']) {
    writeFileSync(path, broken);
    for (const read of [loadSealKeys, findSealKeys]) {
      await assert.rejects(read(config), (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /seal-key does not contain a key of seals/);
        return !error.message.includes(broken);
      });
    }
  }
});
