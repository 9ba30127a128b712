import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createAuthority, readPair } from '../../support/certificates.ts';
import { runCommand } from '../../support/command.ts';
import { ownPort } from '../../support/own-port.ts';
import { startPostgresWithTls } from '../../support/postgres-with-tls.ts';
import { redisMissing, startRedis } from '../../support/redis-server.ts';
import { startServerProcess } from '../../support/server-process.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';
import { until } from '../../support/until.ts';

/** Real servers with certificates of a private CA, as production requires them, from the point of view of doctor. */
const authority = createAuthority();
const right = authority.issue('IP:127.0.0.1');
const other = authority.issue('DNS:other.example,DNS:localhost');

const postgres = await startPostgresWithTls(right);
const withStartTls = { disabledCommands: ['AUTH'], ...readPair(right) };
const mail = { right: await startSmtpServer(withStartTls) };
const wrongMail = await startSmtpServer({ ...withStartTls, ...readPair(other) });
const secureMail = await startSmtpServer({ ...withStartTls, secure: true });
const redis = redisMissing ? null : await startRedis(after, right);
const wrongRedis = redisMissing ? null : await startRedis(after, other);

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://shop.example',
  JWT_SECRET: randomBytes(48).toString('base64'),
  FACTOR_KEY: randomBytes(48).toString('base64'),
  SEAL_KEY: randomBytes(32).toString('base64'),
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'smtp',
  MAIL_FROM: 'orders@shop.example',
};

interface Servers {
  readonly mailUrl: string;
  readonly redisUrl: string;
  /** Parameters of the database's URL besides `sslmode`. */
  readonly database: string;
}

async function findings(
  { mailUrl, redisUrl, database }: Servers,
  options: { environment?: Record<string, string>; home?: string } = {},
): Promise<string> {
  const { stdout } = await runCommand(['doctor'], {
    ...(options.home === undefined ? {} : { home: options.home }),
    environment: {
      ...production,
      PORT: String(await ownPort()),
      SMTP_URL: mailUrl,
      REDIS_URL: redisUrl,
      DATABASE_URL: `${postgres.url}?sslmode=verify-full${database}`,
      ...options.environment,
    },
  });
  return stdout;
}

const trusted = { environment: { NODE_EXTRA_CA_CERTS: authority.ca } };
const good = {
  mailUrl: mail.right.url,
  redisUrl: redis?.url ?? '',
  database: `&sslrootcert=${authority.ca}`,
};

test('certificates of a private CA are accepted once it is named', {
  skip: redisMissing,
}, async () => {
  const found = await findings(good, trusted);
  assert.match(found, /^ok +database +PostgreSQL .+ responds$/m);
  assert.match(found, /^ok +Redis +responds$/m);
  assert.match(found, /^ok +the mail server +responds$/m);
  assert.match(found, /^ok +clock +agrees/m);
  assert.doesNotMatch(found, /without verified TLS/);
});

test('production starts on them', { skip: redisMissing }, async () => {
  const server = await startServerProcess({
    environment: {
      ...production,
      ...trusted.environment,
      SMTP_URL: good.mailUrl,
      REDIS_URL: good.redisUrl,
      QUEUE_DRIVER: 'bullmq',
      DATABASE_URL: `${postgres.url}?sslmode=verify-full${good.database}`,
    },
  });
  try {
    // Under load, a probe may take too long once.
    await until(async () => {
      const health = await (await fetch(`${server.url}/health`)).json();
      assert.equal((health as { status: string }).status, 'ok', JSON.stringify(health));
    });
  } finally {
    await server.end('SIGTERM');
  }
});

test('NODE_EXTRA_CA_CERTS works from .env, for the database too', {
  skip: redisMissing,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-home-'));
  after(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(join(home, '.env'), `NODE_EXTRA_CA_CERTS=${authority.ca}\n`);
  const mailUrl = secureMail.url.replace('smtp:', 'smtps:');
  const found = await findings({ ...good, mailUrl, database: '' }, { home });
  assert.match(found, /^ok +database +PostgreSQL .+ responds$/m);
  assert.match(found, /^ok +Redis +responds$/m);
  assert.match(found, /^ok +the mail server +responds$/m);
});

test('certificates of an unknown CA are refused with advice', { skip: redisMissing }, async () => {
  const found = await findings({ ...good, database: '' });
  for (const [what, remedy] of [
    ['database', 'sslrootcert in DATABASE_URL'],
    ['Redis', 'NODE_EXTRA_CA_CERTS'],
    ['the mail server', 'NODE_EXTRA_CA_CERTS'],
  ]) {
    const line = new RegExp(`^WRONG +${what} +.*cannot be secured: .*certificate.*${remedy}`, 'm');
    assert.match(found, line);
  }
});

test('certificates for other hosts are refused with advice', { skip: redisMissing }, async () => {
  await postgres.present(other);
  const found = await findings(
    { ...good, mailUrl: wrongMail.url, redisUrl: wrongRedis?.url ?? '' },
    trusted,
  );
  for (const [what, variable] of [
    ['database', 'DATABASE_URL'],
    ['Redis', 'REDIS_URL'],
    ['the mail server', 'SMTP_URL'],
  ]) {
    const words = `cannot be secured: .*127.0.0.1.* Use a name from the certificate in ${variable}`;
    assert.match(found, new RegExp(`^WRONG +${what} +.*${words}`, 'm'));
  }
});

test('a file of NODE_EXTRA_CA_CERTS that cannot be used prevents the start', async () => {
  for (const [path, words] of [
    ['/no/such/ca.pem', 'cannot be read (ENOENT)'],
    [right.key, 'contains no certificate'],
  ] as const) {
    const environment = { ...production, NODE_EXTRA_CA_CERTS: path };
    const { code, stderr } = await runCommand(['migrate'], { environment });
    assert.equal(code, 2);
    assert.ok(stderr.includes(`NODE_EXTRA_CA_CERTS is "${path}"`), stderr);
    assert.ok(stderr.includes(words), stderr);
  }
});
