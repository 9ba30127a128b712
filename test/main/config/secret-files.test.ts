import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { settingsFindings } from '../../../src/main/cli/doctor/settings.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { isSecretVariable } from '../../../src/main/config/secret-variables.ts';
import { variableNames } from '../../../src/main/config/variables.ts';
import { createAuthority, readKeyPair } from '../../support/certificates.ts';
import { runCommand } from '../../support/command.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const home = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
after(() => rmSync(home, { recursive: true, force: true }));

let written = 0;

function write(content: string | Buffer): string {
  written += 1;
  const path = join(home, `secret-${written}`);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const secret = randomBytes(48).toString('base64');
const whsec = `whsec_${randomBytes(32).toString('base64')}`;
const stripe = {
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_x',
  STRIPE_WEBHOOK_SECRET: 'whsec_x',
};
const smtp = { MAIL_DRIVER: 'smtp', MAIL_FROM: 'orders@shop.example' };

const { certificate, key } = readKeyPair(createAuthority().issue('DNS:api'));

/** A valid value of each variable, and what else it needs. */
const secrets: Record<string, readonly [value: string, others?: Record<string, string>]> = {
  JWT_SECRET: [secret],
  FACTOR_KEY: [secret],
  ENCRYPTION_KEY: [secret],
  SEAL_KEY: [randomBytes(32).toString('base64')],
  TLS_KEY: [key.trim(), { TLS_CERTIFICATE: certificate }],
  METRICS_TOKEN: [secret],
  ADMIN_PASSWORD: ['a long pass phrase', { ADMIN_EMAIL: 'owner@shop.example' }],
  DATABASE_URL: ['postgresql://shop:secret@127.0.0.1/shop'],
  DATABASE_REPLICA_URLS: ['postgresql://a@127.0.0.1/shop,postgresql://b@127.0.0.1/shop'],
  DATABASE_MIGRATION_URL: [
    'postgresql://owner:secret@127.0.0.1/shop',
    { DATABASE_URL: 'postgresql://shop@127.0.0.1/shop' },
  ],
  REDIS_URL: ['redis://:secret@127.0.0.1:6379'],
  SMTP_URL: ['smtp://shop:secret@mail.example', smtp],
  SANDBOX_WEBHOOK_SECRET: [whsec],
  STRIPE_SECRET_KEY: [`sk_live_${randomBytes(24).toString('hex')}`, stripe],
  STRIPE_WEBHOOK_SECRET: [`whsec_${randomBytes(24).toString('hex')}`, stripe],
};

test('every variable that may contain a secret can come from a file', () => {
  for (const name of Object.keys(secrets)) {
    assert.ok(isSecretVariable(name), name);
  }
  assert.deepEqual(
    variableNames.filter((name) => isSecretVariable(name) && !(name in secrets)),
    [],
    'add a valid value to this test',
  );
  for (const name of ['PUBLIC_URL', 'ACCESS_TOKEN_MINUTES', 'AWS_ENDPOINT_URL', 'SQS_QUEUE_URL']) {
    assert.ok(!isSecretVariable(name), name);
  }
});

for (const [name, [value, others = {}]] of Object.entries(secrets)) {
  if (!(variableNames as string[]).includes(name)) continue;
  test(`${name} from a file is the same as from the environment`, () => {
    const { [name]: _, ...rest } = others;
    const { secretFiles: none, ...direct } = readConfig({ ...rest, [name]: value }, home);
    for (const ending of ['', '\n', '\r\n']) {
      const path = write(value + ending);
      const { secretFiles, ...config } = readConfig({ ...rest, [`${name}_FILE`]: path }, home);
      assert.deepEqual(config, direct);
      assert.deepEqual(secretFiles, [{ variable: `${name}_FILE`, path }]);
    }
    assert.deepEqual(none, []);
  });
}

test('a relative path starts at the home, and a link is followed, as Kubernetes mounts secrets', () => {
  mkdirSync(join(home, '..data'), { recursive: true });
  writeFileSync(join(home, '..data', 'jwt'), `${secret}\n`);
  symlinkSync(join('..data', 'jwt'), join(home, 'jwt'));
  const { jwtSecret } = readConfig({ JWT_SECRET_FILE: 'jwt' }, home);
  assert.deepEqual(jwtSecret, { kind: 'given', secrets: [secret] });
});

test('an empty name counts as unset', () => {
  assert.equal(readConfig({ JWT_SECRET_FILE: ' ' }, home).jwtSecret.kind, 'generated');
  const given = { JWT_SECRET: '', JWT_SECRET_FILE: write(secret) };
  assert.equal(readConfig(given, home).jwtSecret.kind, 'given');
});

test('a secret that is given twice prevents the start, even if both are the same', () => {
  const sentences = listFaults({ JWT_SECRET: secret, JWT_SECRET_FILE: write(secret) }, home);
  assert.deepEqual(sentences, ['JWT_SECRET and JWT_SECRET_FILE are both set: remove one of them.']);
});

const pipe = join(home, 'pipe');
execFileSync('mkfifo', [pipe]);

const unusable: Record<string, readonly [path: string, words: RegExp]> = {
  'does not exist': [join(home, 'none'), /does not exist/],
  'is a folder': [home, /is not a file/],
  'is a pipe, which nobody may ever write to': [pipe, /is not a file/],
  'is a device without an end': ['/dev/zero', /is not a file/],
  'is empty': [write(''), /is empty/],
  'contains only a newline': [write('\n'), /is empty/],
  'contains only blanks': [write('   \n'), /is empty/],
  'is too long': [write('hunter2'.repeat(10_000)), /is longer than 16384 bytes/],
  'has several lines': [write(`hunter2${secret}\n${secret}\n`), /has several lines/],
  'ends in two newlines': [write(`hunter2${secret}\n\n`), /has several lines/],
  'contains a null character': [write(`hunter2${secret}\0`), /control characters/],
  'is not UTF-8': [write(Buffer.from(`hunter2${secret}\n`, 'utf16le')), /control characters|UTF-8/],
  'is not text': [write(Buffer.from([0x68, 0xff, 0xfe])), /is not UTF-8 text/],
};

for (const [how, [path, words]] of Object.entries(unusable)) {
  test(`a file that ${how} prevents the start with a message without its content`, () => {
    // In production without anything else: the file is the only error, not what follows from it.
    const sentences = listFaults({ NODE_ENV: 'production', JWT_SECRET_FILE: path }, home);
    assert.equal(sentences.length, 1, sentences.join('\n'));
    assert.ok(sentences[0]!.startsWith(`JWT_SECRET_FILE is ${JSON.stringify(path)}, but `));
    assert.match(sentences[0]!, words);
    assert.doesNotMatch(sentences[0]!, /hunter2/);
  });
}

test('a wrong value in a file is reported with the file and without its content', () => {
  const [sentence = ''] = listFaults({ JWT_SECRET_FILE: write('hunter2') }, home);
  assert.match(sentence, /^JWT_SECRET \(from JWT_SECRET_FILE\) is a text of 7 characters, but/);
  const [url = ''] = listFaults({ DATABASE_URL_FILE: write('mysql://shop:hunter2@db/shop') }, home);
  assert.match(url, /^DATABASE_URL \(from DATABASE_URL_FILE\) is a text of 28 characters, but/);
});

test('a weak secret in a file is refused in production too', () => {
  const sentences = listFaults(
    { NODE_ENV: 'production', JWT_SECRET_FILE: write('a'.repeat(40)) },
    home,
  );
  assert.match(sentences.join('\n'), /^JWT_SECRET is weak/m);
});

test('a file that the user of the process cannot read prevents the start with a message', {
  skip: process.getuid?.() === 0 ? false : 'needs root, to run as another user',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-unreadable-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const path = join(folder, 'secret');
  writeFileSync(path, secret, { mode: 0o600 });
  const environment = { JWT_SECRET_FILE: path };
  const { code, stderr } = await runCommand(['migrate'], { environment, asUser: 65_534 });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /JWT_SECRET_FILE is .+ is not readable for the user that Holdfast runs as/);
});

test('doctor warns of a file that every user can read', () => {
  const path = write(secret);
  const listWarnings = () =>
    settingsFindings(readConfig({ JWT_SECRET_FILE: path }, home))
      .filter(({ state }) => state === 'look')
      .map(({ say }) => say);
  for (const [mode, count] of [
    [0o600, 0],
    [0o440, 0],
    [0o444, 1],
    [0o604, 1],
  ] as const) {
    chmodSync(path, mode);
    assert.equal(listWarnings().length, count, mode.toString(8));
  }
  assert.match(
    listWarnings()[0]!,
    /every user of this machine can read .+JWT_SECRET_FILE.+chmod o-r/,
  );
});
