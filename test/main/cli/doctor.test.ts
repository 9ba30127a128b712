import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { serviceFindings } from '../../../src/main/cli/doctor/services.ts';
import { settingsFindings } from '../../../src/main/cli/doctor/settings.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { ownPort } from '../../support/own-port.ts';
import { redisMissing, startRedis } from '../../support/redis-server.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';
import { startTraceCollector } from '../../support/trace-collector.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://shop.example',
  MAIL_DRIVER: 'capture',
  PAYMENT_PROVIDER: 'sandbox',
  JWT_SECRET: randomBytes(48).toString('base64'),
};

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

test('everything allowed by ALLOW_INSECURE is listed', () => {
  const looks = listWarnings({
    ...production,
    ALLOW_INSECURE: 'public-url,proxies',
    PUBLIC_URL: 'http://shop.example',
    TRUSTED_PROXIES: '0.0.0.0/0',
  });
  assert.match(looks, /^PUBLIC_URL is http/m);
  assert.match(listWarnings({ ...production, PUBLIC_URL: '' }), /^PUBLIC_URL is not set/m);
  assert.match(looks, /^TRUSTED_PROXIES covers so many/m);
});

test('connections to other machines are listed if they are insecure or their password is weak', () => {
  const remote = {
    DATABASE_URL: 'postgresql://shop:password123@db.example/shop',
    REDIS_URL: 'redis://:qwertyuiop@redis.example:6379',
    MAIL_DRIVER: 'smtp',
    MAIL_FROM: 'orders@shop.example',
    SMTP_URL: 'smtp://mail.example',
  };
  const looks = listWarnings({ ...production, ...remote });
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL']) {
    assert.match(looks, new RegExp(`^${name} connects to another machine`, 'm'));
  }
  assert.match(looks, /^the password in DATABASE_URL is weak/m);
  assert.match(looks, /^the password in REDIS_URL is weak/m);
  assert.doesNotMatch(looks, /password123|qwertyuiop/);
  const wanted = listWarnings({
    ...production,
    ...remote,
    ALLOW_INSECURE: 'database, redis, smtp',
  });
  assert.doesNotMatch(wanted, /connects to another machine/);
  assert.match(wanted, /^the password in DATABASE_URL is weak/m);
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
