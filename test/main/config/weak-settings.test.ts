import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { findWeakSettings, weakSettings } from '../../../src/main/config/weak-settings.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://shop.example',
  MAIL_DRIVER: 'capture',
  PAYMENT_PROVIDER: 'sandbox',
  JWT_SECRET: randomBytes(48).toString('base64'),
  FACTOR_KEY: randomBytes(48).toString('base64'),
  ENCRYPTION_KEY: randomBytes(48).toString('base64'),
  SEAL_KEY: randomBytes(32).toString('base64'),
};
const everything = 'public-url,proxies,database,redis,smtp';

test('a sound configuration has no weak settings, in production and by default', () => {
  assert.deepEqual(weakSettings(readConfig(production)), []);
  assert.deepEqual(weakSettings(readConfig({})), []);
  const admin = {
    ADMIN_EMAIL: 'a@shop.example',
    ADMIN_PASSWORD: randomBytes(18).toString('base64'),
  };
  assert.deepEqual(weakSettings(readConfig({ ...production, ...admin })), []);
  // A permission alone weakens nothing.
  assert.deepEqual(weakSettings(readConfig({ ...production, ALLOW_INSECURE: everything })), []);
});

const weak: readonly (readonly [Record<string, string>, readonly string[]])[] = [
  [{ PUBLIC_URL: 'http://shop.example' }, ['PUBLIC_URL']],
  [{ TRUSTED_PROXIES: '0.0.0.0/0' }, ['TRUSTED_PROXIES']],
  [{ DATABASE_URL: 'postgresql://shop@db.example/shop' }, ['DATABASE_URL']],
  [
    { DATABASE_REPLICA_URLS: 'postgresql://a.example/shop,postgresql://b.example/shop' },
    ['DATABASE_REPLICA_URLS'],
  ],
  [{ REDIS_URL: 'redis://redis' }, ['REDIS_URL']],
  [{ MAIL_DRIVER: 'smtp', SMTP_URL: 'smtp://mail', MAIL_FROM: 'a@shop.example' }, ['SMTP_URL']],
  [{ RATE_LIMIT_AUTH: '0', PENDING_ORDERS_MAX: '0' }, ['RATE_LIMIT_AUTH', 'PENDING_ORDERS_MAX']],
  [
    { STEP_UP_REFUND_MINOR: '0', STAFF_SECOND_FACTOR: 'optional' },
    ['STEP_UP_REFUND_MINOR', 'STAFF_SECOND_FACTOR'],
  ],
  [{ WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' }, ['WEBHOOK_ALLOW_PRIVATE_TARGETS']],
  [{ CORS_ORIGINS: 'http://a.example,http://b.example' }, ['CORS_ORIGINS']],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, ['OTEL_EXPORTER_OTLP_ENDPOINT']],
  [{ REDIS_URL: 'rediss://:password123@redis' }, ['REDIS_URL']],
  [{ HOST: '0.0.0.0' }, ['TLS_CERTIFICATE']],
  [{ HOST: '10.0.0.7' }, ['TLS_CERTIFICATE']],
  [{ ADMIN_EMAIL: 'a@shop.example', ADMIN_PASSWORD: 'Summer holiday 2026' }, ['ADMIN_PASSWORD']],
  [{ ADMIN_EMAIL: 'a@shop.example', ADMIN_PASSWORD: production.JWT_SECRET }, ['ADMIN_PASSWORD']],
];

for (const [environment, variables] of weak) {
  test(`${Object.entries(environment).join(' ')} is weak, and only named`, () => {
    const config = readConfig({ ...production, ALLOW_INSECURE: everything, ...environment });
    assert.deepEqual(weakSettings(config), variables);
  });
}

test('weak secrets outside production are named, and never repeated', () => {
  const secret = 'please-change-me-please-change-me-123';
  const config = readConfig({ JWT_SECRET: secret, METRICS_TOKEN: secret });
  assert.deepEqual(weakSettings(config), ['JWT_SECRET', 'METRICS_TOKEN']);
  const said = findWeakSettings(config)
    .map(({ say }) => say)
    .join('\n');
  assert.ok(!said.includes(secret));
});
