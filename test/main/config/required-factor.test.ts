import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';

const strongSecret = () => randomBytes(48).toString('base64');
const production = {
  NODE_ENV: 'production',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'capture',
  PUBLIC_URL: 'https://shop.example',
  JWT_SECRET: strongSecret(),
  FACTOR_KEY: strongSecret(),
  SEAL_KEY: randomBytes(32).toString('base64'),
};

test('in production admins need a second factor, elsewhere nobody, unless the setting says otherwise', () => {
  const required = (environment: Record<string, string>) =>
    readConfig(environment).factorRequiredOf;
  assert.deepEqual(required(production), ['admin']);
  assert.deepEqual(required({}), []);
  for (const environment of [production, {}]) {
    const having = (setting: string) => required({ ...environment, STAFF_SECOND_FACTOR: setting });
    assert.deepEqual(having('required'), ['kitchen', 'admin']);
    assert.deepEqual(having('optional'), []);
  }
});
