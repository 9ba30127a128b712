import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../../src/main/config/read-config.ts';
import { sourceFiles } from '../../../tidy/source-files.ts';

const NAMES =
  'JWT_SECRET|FACTOR_KEY|ENCRYPTION_KEY|SEAL_KEY|METRICS_TOKEN|SANDBOX_WEBHOOK_SECRET|STRIPE_SECRET_KEY|STRIPE_WEBHOOK_SECRET';
const ASSIGNMENT = new RegExp(`^[\\s-]*(?:export )?(${NAMES})(?:=|: )([^#\\n]*)`, 'gm');

const files = [
  ...sourceFiles('.env.example'),
  ...sourceFiles('README.md'),
  ...sourceFiles('docs/**/*.md'),
  ...sourceFiles('deploy/**/*.*'),
];

test('no secret from an example or a document is accepted in production', () => {
  const given = files.flatMap(({ text }) => [...text.matchAll(ASSIGNMENT)]);
  assert.ok(given.length >= 8, `${given.length} are found`);
  for (const [, name = '', written = ''] of given) {
    const value = written.trim().replace(/^(["'])(.*)\1$/, '$2');
    if (value === '' || value.startsWith('${')) continue;
    const environment = { NODE_ENV: 'production', [name]: value };
    assert.throws(() => readConfig(environment), new RegExp(`${name} is (weak|a text of)`), value);
  }
});
