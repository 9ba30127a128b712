import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import { databaseFindings } from '../../../src/main/cli/doctor/database.ts';
import { serviceFindings } from '../../../src/main/cli/doctor/services.ts';
import { settingsFindings } from '../../../src/main/cli/doctor/settings.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { createUser, disable } from '../../../src/modules/accounts/index.ts';
import { createAuthority } from '../../support/certificates.ts';
import { runCommand } from '../../support/command.ts';
import { emptyDatabase, testDatabase } from '../../support/database.ts';
import { ownPort } from '../../support/own-port.ts';
import { redisMissing, startRedis } from '../../support/redis-server.ts';
import { testAuthor } from '../../support/shop.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';
import { startTraceCollector } from '../../support/trace-collector.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://shop.example',
  MAIL_DRIVER: 'capture',
  PAYMENT_PROVIDER: 'sandbox',
  JWT_SECRET: randomBytes(48).toString('base64'),
  FACTOR_KEY: randomBytes(48).toString('base64'),
  ENCRYPTION_KEY: randomBytes(48).toString('base64'),
  SEAL_KEY: randomBytes(32).toString('base64'),
  TRUSTED_PROXIES: '10.0.0.0/8',
};

const remote = {
  DATABASE_URL: 'postgresql://shop@db.example/shop',
  DATABASE_REPLICA_URLS: 'postgresql://shop@copy.example/shop?sslmode=require',
  REDIS_URL: 'redis://redis.example:6379',
  MAIL_DRIVER: 'smtp',
  MAIL_FROM: 'orders@shop.example',
  SMTP_URL: 'smtp://mail.example',
};

const presented = createAuthority().issue('DNS:api');

function listWarnings(environment: Record<string, string>): string {
  return settingsFindings(readConfig(environment, tmpdir()))
    .filter(({ state }) => state === 'look')
    .map(({ say }) => say)
    .join('\n');
}

const unlimited = [
  'RATE_LIMIT_AUTH',
  'RATE_LIMIT_CHECKOUT',
  'RATE_LIMIT_CODES',
  'RATE_LIMIT_GLOBAL',
  'PENDING_ORDERS_MAX',
  'CANCELLATIONS_PER_DAY_MAX',
  'ORDER_EXPIRY_MINUTES',
];
const unlimitedForGuests = ['GUEST_ORDER_EXPIRY_MINUTES', 'GUEST_PENDING_PER_ADDRESS_MAX'];

for (const name of unlimited) {
  test(`a ${name} of 0 is listed with its effect and advice, and does not prevent the start`, () => {
    const looks = listWarnings({ [name]: '0' });
    assert.match(looks, new RegExp(`^${name} is 0, so .+; remove it to use the default$`));
    assert.equal(listWarnings({}), '');
  });
}

for (const name of unlimitedForGuests) {
  test(`a ${name} of 0 is listed only if guests may order`, () => {
    assert.equal(listWarnings({ [name]: '0' }), '');
    const looks = listWarnings({ [name]: '0', GUEST_CHECKOUT: 'true' });
    assert.match(looks, new RegExp(`^${name} is 0, so .+; remove it to use the default$`));
  });
}

test('everything permitted by ALLOW_INSECURE is listed, and every permission that nothing needs', () => {
  const looks = listWarnings({
    ...production,
    ...remote,
    ALLOW_INSECURE: 'public-url, proxies, database, redis, smtp',
    PUBLIC_URL: 'http://shop.example',
    TRUSTED_PROXIES: '0.0.0.0/0',
  });
  for (const [variable, permission] of [
    ['PUBLIC_URL is http', 'public-url'],
    ['TRUSTED_PROXIES covers so many', 'proxies'],
    ['DATABASE_URL connects to another machine', 'database'],
    ['DATABASE_REPLICA_URLS connects to another machine', 'database'],
    ['REDIS_URL connects to another machine', 'redis'],
    ['SMTP_URL connects to another machine', 'smtp'],
  ]) {
    const end = `\\(permitted by ALLOW_INSECURE=${permission}\\)$`;
    assert.match(looks, new RegExp(`^${variable}.+; .+${end}`, 'm'));
  }
  assert.doesNotMatch(looks, /which no setting needs/);
  const unused = listWarnings({ ...production, ALLOW_INSECURE: 'redis,public-url' });
  for (const name of ['redis', 'public-url']) {
    assert.match(
      unused,
      new RegExp(`^ALLOW_INSECURE contains ${name}, which no setting needs`, 'm'),
    );
  }
});

test('an ADMIN_PASSWORD that can be guessed is listed, and prevents no start', () => {
  const weak = { ADMIN_EMAIL: 'owner@shop.example', ADMIN_PASSWORD: 'Summer holiday 2026' };
  const looks = listWarnings({ ...production, ...weak });
  assert.match(looks, /^ADMIN_PASSWORD is weak: .+; use the output of .+, or remove it if/m);
  assert.doesNotMatch(looks, /Summer|holiday/);
});

test('passwords of other machines that can be guessed are listed, even if the connection is safe', () => {
  const looks = listWarnings({
    ...production,
    DATABASE_URL: 'postgresql://shop:password123@db.example/shop?sslmode=verify-full',
    REDIS_URL: 'rediss://:qwertyuiop@redis.example:6379',
  });
  assert.match(looks, /^the password in DATABASE_URL is weak/m);
  assert.match(looks, /^the password in REDIS_URL is weak/m);
  assert.doesNotMatch(looks, /password123|qwertyuiop|connects to another machine/);
  const password = randomBytes(24).toString('hex');
  const safe = {
    DATABASE_URL: `postgresql://shop:${password}@db.example/shop?sslmode=verify-full`,
    REDIS_URL: `rediss://:${password}@redis.example:6379`,
  };
  assert.doesNotMatch(listWarnings({ ...production, ...safe }), /DATABASE_URL|REDIS_URL/);
  const local = {
    DATABASE_URL: 'postgresql://shop:shop@127.0.0.1/shop',
    REDIS_URL: 'redis://[::1]',
  };
  assert.doesNotMatch(listWarnings({ ...production, ...local }), /DATABASE_URL|REDIS_URL/);
});

/** Settings of production with the beginning of the line that lists them. */
const listed: readonly (readonly [Record<string, string>, RegExp])[] = [
  [{ PUBLIC_URL: '' }, /^PUBLIC_URL is not set, so links .+; set the https address/m],
  [{ TRUSTED_PROXIES: '' }, /^TRUSTED_PROXIES is not set, so .+; list your proxies/m],
  [{ HOST: '0.0.0.0' }, /^METRICS_TOKEN is not set and HOST is 0\.0\.0\.0, so .+; set a token/m],
  [
    { JWT_SECRET: `${randomBytes(48).toString('base64')},${production.JWT_SECRET}` },
    /^JWT_SECRET contains 2 secrets, .+; remove the old ones/m,
  ],
  [{ WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' }, /^WEBHOOK_ALLOW_PRIVATE_TARGETS is true.+; remove/m],
  [
    { CORS_ORIGINS: 'http://a.example' },
    /^CORS_ORIGINS contains http:\/\/a\.example.+; use https/m,
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
    /^OTEL_EXPORTER_OTLP_ENDPOINT is http.+; use https/m,
  ],
];

for (const [environment, line] of listed) {
  test(`production with ${Object.keys(environment)} is listed with what to do: ${line.source}`, () => {
    assert.match(listWarnings({ ...production, ...environment }), line);
    assert.doesNotMatch(listWarnings(production), line);
  });
}

test('a sound production has nothing to list but its sandbox', () => {
  assert.match(listWarnings(production), /^PAYMENT_PROVIDER is sandbox.+$/);
  const looks = listWarnings({
    ...production,
    HOST: '0.0.0.0',
    TLS_CERTIFICATE_FILE: presented.cert,
    TLS_KEY_FILE: presented.key,
    METRICS_TOKEN: randomBytes(24).toString('hex'),
  });
  // A certificate of a test ends in two days.
  assert.match(looks.replace(/^for DNS:api, ends in .+\n/m, ''), /^PAYMENT_PROVIDER is sandbox.+$/);
});

test('outside production, doctor lists what production would refuse, and exits with success', async () => {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
  after(() => rmSync(home, { recursive: true, force: true }));
  const { code, stdout } = await runCommand(['doctor'], {
    home,
    environment: {
      PORT: String(await ownPort()),
      DATABASE_REPLICA_URLS: remote.DATABASE_REPLICA_URLS,
    },
  });
  for (const words of [
    'JWT_SECRET is missing',
    'FACTOR_KEY is missing',
    'SEAL_KEY is missing',
    'PAYMENT_PROVIDER is missing',
    'MAIL_DRIVER is missing',
    'DATABASE_REPLICA_URLS connects to another machine',
  ]) {
    const line = `^look +production +NODE_ENV=production would not start: ${words}`;
    assert.match(stdout, new RegExp(line, 'm'));
  }
  assert.equal(code, 0, stdout);
  const inProduction = await runCommand(['doctor'], { environment: production });
  assert.doesNotMatch(inProduction.stdout, /would not start/);
});

test("a clock that differs from the database's is reported with its difference", async () => {
  const { url } = await emptyDatabase();
  const config = readConfig({ DATABASE_URL: url });
  const clock = async () => {
    const findings = await databaseFindings(config);
    return findings
      .filter(({ what }) => what === 'clock')
      .map(({ state, say }) => `${state} ${say}`);
  };
  assert.deepEqual(await clock(), ["ok agrees with the database's"]);
  for (const [shiftMs, words] of [
    [180_000, /^wrong the clock of this machine is 1(79|80|81) s ahead of the database's, .+NTP$/],
    [-180_000, /^wrong the clock of this machine is 1(79|80|81) s behind the database's, .+NTP$/],
  ] as const) {
    mock.timers.enable({ apis: ['Date'], now: Date.now() + shiftMs });
    try {
      assert.match((await clock())[0] ?? '', words);
    } finally {
      mock.timers.reset();
    }
  }
});

test('demo users, with whom production does not start, are listed until they are disabled', async () => {
  const db = await testDatabase();
  const email = 'carl@holdfast.example';
  await createUser(db.database, testAuthor, { email, password: 'demo password' });
  const list = async (environment: Record<string, string>) => {
    const config = readConfig({ DATABASE_URL: db.url, ...environment }, tmpdir());
    const findings = await databaseFindings(config);
    return findings
      .filter(({ say }) => say.includes('demo users'))
      .map(({ what, state, say }) => `${state} ${what} ${say}`);
  };
  assert.match((await list({}))[0] ?? '', /^look production NODE_ENV=production would not start: /);
  assert.match((await list(production))[0] ?? '', /^wrong users The database has .+ EMAIL\.$/);
  await disable(db.database, testAuthor, email);
  assert.deepEqual(await list(production), []);
});

async function findFinding(environment: Record<string, string>): Promise<string> {
  const findings = await serviceFindings(readConfig(environment, tmpdir()));
  return findings.map(({ what, state, say }) => `${state} ${what}: ${say}`).join('\n');
}

const smtp = (url: string) => ({ MAIL_DRIVER: 'smtp', MAIL_FROM: 'a@shop.example', SMTP_URL: url });

async function speaker(words: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.end(words);
  }).listen(0, '127.0.0.1');
  after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return `127.0.0.1:${address.port}`;
}

test('services that answer are reported', { skip: redisMissing }, async () => {
  const [redis, mail, collector] = [
    await startRedis(),
    await startSmtpServer(),
    await startTraceCollector(),
  ];
  const findings = await findFinding({
    REDIS_URL: redis.url,
    ...smtp(mail.url),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  assert.equal(
    findings,
    ['ok Redis: responds', 'ok the mail server: responds', 'ok the collector: responds'].join('\n'),
  );
});

/** A port on which nothing listens: this test has just released it. */
const closed = `127.0.0.1:${await ownPort()}`;
const away: Record<string, readonly [Record<string, string>, string]> = {
  Redis: [{ REDIS_URL: `redis://${closed}` }, 'REDIS_URL'],
  'the mail server': [smtp(`smtp://${closed}`), 'SMTP_URL'],
  'the collector': [
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${closed}` },
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ],
};

for (const [what, [environment, variable]] of Object.entries(away)) {
  test(`${what} that is unavailable is reported with advice`, async () => {
    const finding = await findFinding(environment);
    assert.match(
      finding,
      new RegExp(`^wrong ${what}: nothing listens at ${closed}\\. .*${variable}`),
    );
  });
}

test('a mail server without STARTTLS gets no mail if TLS is required, and doctor says so', async () => {
  const server = await startSmtpServer({ disabledCommands: ['STARTTLS'], authOptional: true });
  const config = readConfig(smtp(server.url.replace('//', '//shop:secret@')));
  assert.ok(config.mail.kind === 'smtp');
  const mail = { ...config.mail, requiresTls: true };
  const [finding] = await serviceFindings({ ...config, mail });
  assert.equal(finding?.state, 'wrong');
  assert.match(finding.say, /does not offer STARTTLS, .+SMTP_URL, .+ALLOW_INSECURE=smtp/);
});

test('unknown hosts and foreign programs are distinguished from unavailable services', async () => {
  const host = 'no-such-host.invalid';
  for (const environment of [
    { REDIS_URL: `redis://${host}` },
    smtp(`smtp://${host}`),
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}` },
  ]) {
    assert.match(
      await findFinding(environment),
      new RegExp(`the host of ${host}\\S* does not resolve`),
    );
  }
  const web = await speaker('HTTP/1.1 400 Bad Request\r\n\r\n');
  assert.match(await findFinding({ REDIS_URL: `redis://${web}` }), /server at \S+ is not Redis/);
  assert.match(await findFinding(smtp(`smtp://${web}`)), /server at \S+ is not the mail server/);
  assert.match(await findFinding({ REDIS_URL: `rediss://${web}` }), /cannot be secured/);
  assert.match(await findFinding(smtp(`smtps://${web}`)), /cannot be secured/);
});
