import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const strongSecret = randomBytes(30).toString('base64');

test('production needs a key for the secrets of factors, other than JWT_SECRET; a worker needs none', () => {
  const given = {
    NODE_ENV: 'production',
    PAYMENT_PROVIDER: 'sandbox',
    MAIL_DRIVER: 'capture',
    PUBLIC_URL: 'https://shop.example',
    JWT_SECRET: strongSecret,
    SEAL_KEY: randomBytes(32).toString('base64'),
  };
  const [missing = ''] = listFaults({ ...given });
  assert.match(missing, /^FACTOR_KEY is missing/);
  const worker = readConfig({ ...given, ROLE: 'worker' });
  assert.deepEqual(worker.factorKey, { kind: 'generated' });
  const [same = ''] = listFaults({ ...given, FACTOR_KEY: strongSecret });
  assert.match(same, /^FACTOR_KEY is the same as JWT_SECRET/);
});

test('passkeys belong to the host of PUBLIC_URL or a domain above it, and there are none at an IP address', () => {
  const rpIdOf = (environment: Record<string, string>) => readConfig(environment).passkeys?.rpId;
  assert.deepEqual(readConfig({ PUBLIC_URL: 'https://eat.shop.example:8443/orders' }).passkeys, {
    rpId: 'eat.shop.example',
    origins: ['https://eat.shop.example:8443'],
    staffOrigins: ['https://eat.shop.example:8443'],
  });
  const PUBLIC_URL = 'https://eat.shop.example';
  assert.equal(rpIdOf({ PUBLIC_URL, WEBAUTHN_RP_ID: 'shop.example' }), 'shop.example');
  assert.equal(rpIdOf({}), 'localhost');
  for (const address of ['https://192.0.2.7', 'https://[2001:db8::7]:3000']) {
    assert.equal(rpIdOf({ PUBLIC_URL: address }), undefined);
  }
  for (const WEBAUTHN_RP_ID of ['other.example', 'at.shop.example', 'op.example']) {
    const [fault = ''] = listFaults({ PUBLIC_URL, WEBAUTHN_RP_ID });
    assert.match(fault, /^WEBAUTHN_RP_ID is .+, but PUBLIC_URL is not at this domain/);
  }
  for (const WEBAUTHN_RP_ID of [
    '192.0.2.7',
    'Shop.example',
    'https://shop.example',
    'münchen.de',
  ]) {
    const [fault = ''] = listFaults({ WEBAUTHN_RP_ID });
    assert.match(fault, /^WEBAUTHN_RP_ID is .+ takes a domain/);
  }
});
