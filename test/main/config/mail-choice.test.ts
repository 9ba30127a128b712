import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ConfigurationError } from '../../../src/main/config/configuration-error.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';

const smtp = {
  MAIL_DRIVER: 'smtp',
  SMTP_URL: 'smtp://user:p%40ss@mail.example:587',
  MAIL_FROM: 'orders@shop.example',
};
const ses = { MAIL_DRIVER: 'ses', AWS_REGION: 'eu-west-2', MAIL_FROM: 'orders@shop.example' };

function listFaults(environment: Record<string, string | undefined>): string {
  try {
    readConfig(environment);
    return '';
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
}

test('an API server does without the address of the mail server, which only workers call', () => {
  const { SMTP_URL: _, ...withoutUrl } = smtp;
  assert.deepEqual(readConfig({ ...withoutUrl, ROLE: 'api' }).mail, { kind: 'elsewhere' });
  for (const ROLE of ['all', 'worker']) {
    assert.match(listFaults({ ...withoutUrl, ROLE }), /SMTP_URL is missing/);
  }
});

test('without a choice mail is captured and not sent', () => {
  assert.deepEqual(readConfig({}).mail, { kind: 'capture' });
  assert.equal(readConfig({}).shopName, 'Holdfast');
});

test('a driver gets its settings and the address of the sender', () => {
  const from = 'orders@shop.example';
  assert.deepEqual(readConfig(smtp).mail, {
    kind: 'smtp',
    url: smtp.SMTP_URL,
    requiresTls: true,
    from,
  });
  assert.deepEqual(readConfig(ses).mail, {
    kind: 'ses',
    region: 'eu-west-2',
    endpointUrl: null,
    from,
  });
});

test('a missing setting, or one that contradicts the driver, prevents the start with a message', () => {
  assert.match(listFaults({ ...smtp, SMTP_URL: undefined }), /^SMTP_URL is missing/);
  assert.match(listFaults({ ...smtp, MAIL_FROM: undefined }), /^MAIL_FROM is missing/);
  assert.match(listFaults({ ...ses, AWS_REGION: undefined }), /^AWS_REGION is missing/);
  assert.match(listFaults({ ...ses, MAIL_FROM: undefined }), /^MAIL_FROM is missing/);
  assert.match(
    listFaults({ ...smtp, MAIL_DRIVER: undefined }),
    /without MAIL_DRIVER no mail is sent/,
  );
});

test('production does not start until its mail driver is named', () => {
  const production = {
    NODE_ENV: 'production',
    PAYMENT_PROVIDER: 'sandbox',
    JWT_SECRET: randomBytes(48).toString('base64url'),
    FACTOR_KEY: randomBytes(48).toString('base64'),
    SEAL_KEY: randomBytes(32).toString('base64'),
  };
  for (const unnamed of [{}, { MAIL_DRIVER: '' }, { ...smtp, MAIL_DRIVER: undefined }]) {
    const faults = listFaults({ ...production, ...unnamed });
    assert.match(
      faults,
      /^MAIL_DRIVER is missing: production requires smtp or ses, .* capture[^\n]*$/,
    );
  }
  for (const named of [{ MAIL_DRIVER: 'capture' }, smtp, ses]) {
    assert.equal(listFaults({ ...production, ...named }), '');
  }
});

test('the URL of a mail server must be SMTP, and its password is not repeated', () => {
  for (const url of [
    'http://mail.example',
    'smtp://',
    'mail.example:25',
    'smtp://a:b%zz@mail.example',
    'smtp://mail.example/path',
  ]) {
    assert.match(listFaults({ ...smtp, SMTP_URL: url }), /^SMTP_URL is a text of/);
  }
  assert.doesNotMatch(listFaults({ ...smtp, SMTP_URL: 'http://u:secret@mail.example' }), /secret/);
  assert.match(listFaults({ ...smtp, MAIL_FROM: 'Shop <orders@shop.example>' }), /^MAIL_FROM is/);
  assert.match(listFaults({ ...smtp, SHOP_NAME: 'x'.repeat(101) }), /^SHOP_NAME is/);
});
