import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { sealFindings } from '../../../src/main/cli/doctor/seals.ts';
import { settingsFindings } from '../../../src/main/cli/doctor/settings.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { createSealKeys, sealLogs } from '../../../src/seals/index.ts';
import { testDatabase } from '../../support/database.ts';
import { append, namedFact } from '../../support/log.ts';

const { database } = await testDatabase({ invariants: false });
const newKey = () => randomBytes(32).toString('base64');
const [former, present] = [newKey(), newKey()];

async function listFindings(environment: Record<string, string>): Promise<string[]> {
  const findings = await sealFindings(readConfig(environment, tmpdir()), database);
  return findings.map(({ state, say }) => `${state}: ${say}`);
}

test('a seal whose key is gone is wrong, and what to do is said without the key', async () => {
  assert.deepEqual(await listFindings({ SEAL_KEY: former }), [], 'nothing is sealed yet');
  await append(database, namedFact('a'));
  const keys = createSealKeys([former]);
  await sealLogs({ database, keys }, new AbortController().signal);
  const [found = '', ...others] = await listFindings({ SEAL_KEY: present });
  assert.match(
    found,
    /^wrong: SEAL_KEY does not contain the key of seal 1 of 20.+after the present/,
  );
  assert.ok(!found.includes(present));
  assert.deepEqual(others, []);
  // Without any key, as on another machine than the one that has generated it.
  assert.match((await listFindings({}))[0] ?? '', /^wrong: /);
  const [sound = ''] = await listFindings({ SEAL_KEY: `${present},${former}` });
  assert.match(sound, /^ok: the log and the audit are sealed, last by seal 1 of 20/);
  // It seals nothing, and must not have the key.
  assert.deepEqual(await listFindings({ SEAL_KEY: present, ROLE: 'api' }), []);
});

test('an API server that has the key is told to do without it', () => {
  const production = {
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://shop.example',
    MAIL_DRIVER: 'capture',
    PAYMENT_PROVIDER: 'sandbox',
    JWT_SECRET: randomBytes(48).toString('base64'),
    FACTOR_KEY: randomBytes(48).toString('base64'),
    SEAL_KEY: present,
  };
  const list = (ROLE: string) =>
    settingsFindings(readConfig({ ...production, ROLE }, tmpdir()))
      .map(({ say }) => say)
      .join('\n');
  assert.match(list('api'), /^SEAL_KEY is set, but ROLE=api seals nothing; remove it/m);
  for (const role of ['all', 'worker']) assert.doesNotMatch(list(role), /seals nothing/);
});
