import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const strongSecret = randomBytes(30).toString('base64');

test('without variables it is a development server on an embedded database', () => {
  const config = readConfig({});
  assert.equal(config.production, false);
  assert.deepEqual(config.database, { kind: 'embedded' });
  assert.deepEqual(config.jwtSecret, { kind: 'generated' });
  assert.equal(config.publicUrl, 'http://localhost:3000');
  assert.equal(config.demoData, 'when-empty');
  assert.equal(config.pendingOrdersMax, 5);
  assert(Object.isFrozen(config));
});

test('an empty variable counts as unset', () => {
  assert.deepEqual(readConfig({ PORT: '', DATABASE_URL: ' ' }), readConfig({}));
});

test('the name of the shop is stored in one spelling', () => {
  assert.equal(readConfig({ SHOP_NAME: 'Cafe\u0301' }).shopName, 'Café');
});

const wrongValues: Record<string, string[]> = {
  PORT: ['65536', '-1', '3e3', '0x50', ' 80 80'],
  HOST: ['a b', '-host'],
  PUBLIC_URL: [
    'shop.example',
    'ftp://shop.example',
    'https://shop.example?x=1',
    'https://shop.example/orders?',
    'https://shop.example/#top',
    'https://shop.example/orders#',
    'http://u:p@h',
    'https://shop.example//orders',
    'https://shop.example/a//b',
    'https://shop.example/a%2Fb',
    'https://shop.example/a%5Cb',
    'https://shop.example/a%0Ab',
    'https://shop.example/100%',
    'https://shop.example/caf%E9',
  ],
  NODE_ENV: ['prod'],
  ROLE: ['server'],
  LOG_LEVEL: ['loud'],
  ACCESS_LOG: ['yes', 'info'],
  DATABASE_URL: ['mysql://localhost/shop', 'localhost:5432'],
  DATABASE_POOL_MAX: ['0', 'ten'],
  ALLOW_INSECURE: ['secrets', 'public-url,everything', 'true'],
  JWT_SECRET: ['short', `${strongSecret},short`],
  ACCESS_TOKEN_MINUTES: ['0', '1.5'],
  ADMIN_EMAIL: ['a\nb', 'owner', '@shop.example'],
  DEMO_DATA: ['yes', '1'],
  CORS_ORIGINS: ['*', 'https://shop.example/', 'https://a.example,nonsense'],
  TRUSTED_PROXIES: [
    '10.0.0.0/33',
    '10.0.0',
    '010.0.0.1',
    '10/8',
    '::/129',
    '::1/x',
    'proxy.example',
  ],
  SESSION_CUSTOMER_DAYS: ['0', '-1', '3651', 'never'],
  SESSION_CUSTOMER_IDLE_DAYS: ['0', '366'],
  REFRESH_TOKEN_DAYS: ['0', '1.5', '366'],
  SESSION_STAFF_DAYS: ['0', '14d'],
  SESSION_STAFF_IDLE_HOURS: ['0', '12h', '8761'],
  CURRENCY: ['gbp', 'XXQ'],
  PRICES_INCLUDE_TAX: ['yes', '1', 'TRUE'],
  ORDER_EXPIRY_MINUTES: ['-1', 'soon', 'Infinity'],
  METRICS_TOKEN: ['short'],
  SHOP_NAME: ['a\u0007b', 'a\u202eb', 'a\nb', '\u200b', 'x'.repeat(101)],
  REDIS_URL: ['redis', 'http://redis:6379', 'redis://', 'redis://:100%@redis'],
  RATE_LIMIT_AUTH: ['5', '5/15', '0/15m', '5/0s', '5/15d', '-5/15m', '1.5/1m', '5/25h', '5 / 15m'],
  RATE_LIMIT_CHECKOUT: ['ten', '9999999/1h'],
  RATE_LIMIT_CODES: ['20', '20/1d'],
  RATE_LIMIT_GLOBAL: ['off', '/15m'],
  WEBHOOK_ATTEMPTS_MAX: ['0', '101', 'ten'],
  WEBHOOK_ALLOW_PRIVATE_TARGETS: ['yes'],
  PAYMENT_PROVIDER: ['cash'],
  SANDBOX_WEBHOOK_SECRET: ['secret', 'whsec_c2hvcnQ=', 'whsec_not base64 at all, whatever it is'],
  SANDBOX_URL: ['sandbox.example', 'http://sandbox.example?', 'http://sandbox.example/#'],
  MAIL_DRIVER: ['pigeon'],
  QUEUE_DRIVER: ['kafka'],
  SQS_QUEUE_URL: ['jobs', 'arn:aws:sqs:eu-west-2:000000000000:jobs'],
  STRIPE_SECRET_KEY: ['pk_test_1234', 'sk_test 1234'],
  STRIPE_WEBHOOK_SECRET: ['sk_test_1234', 'whsec_'],
  STRIPE_API_BASE: ['api.stripe.com', 'https://api.stripe.com/v1', 'ftp://127.0.0.1'],
};

for (const [name, values] of Object.entries(wrongValues)) {
  test(`a wrong ${name} prevents the start with a message that names it`, () => {
    for (const value of values) {
      const [sentence = ''] = listFaults({ [name]: value });
      assert.match(sentence, new RegExp(`^${name} is .+, but it takes .+\\.$`), value);
    }
  });
}

test('PUBLIC_URL may have a path, which is normalized', () => {
  for (const [given, read] of [
    ['https://Shop.Example:443/', 'https://shop.example'],
    ['https://shop.example/orders/', 'https://shop.example/orders'],
    ['https://shop.example/a/b//', 'https://shop.example/a/b'],
    ['https://shop.example/a/../b/%2e/c', 'https://shop.example/b/c'],
    ['https://shop.example/%6frders/~x', 'https://shop.example/orders/~x'],
    ['https://shop.example/café', 'https://shop.example/caf%C3%A9'],
    ['https://shop.example/caf%c3%a9', 'https://shop.example/caf%C3%A9'],
    // Characters that would end the path of a cookie or an attribute of a page.
    ['https://shop.example/a;b&c"d$&', 'https://shop.example/a%3Bb%26c%22d%24%26'],
    ['http://[::1]:3000/api', 'http://[::1]:3000/api'],
  ] as const) {
    assert.equal(readConfig({ PUBLIC_URL: given }).publicUrl, read);
  }
});

test('all errors are reported at once', () => {
  const sentences = listFaults({ PORT: 'x', ROLE: 'y', ADMIN_EMAIL: 'a@shop.example' });
  assert.equal(sentences.length, 3);
});

test('no message repeats a secret', () => {
  const all = listFaults({
    JWT_SECRET: 'hunter2',
    METRICS_TOKEN: 'hunter2',
    DATABASE_URL: 'mysql://shop:hunter2@db/shop',
    REDIS_URL: 'http://:hunter2@redis',
    ADMIN_PASSWORD: 'hunter2',
    PUBLIC_URL: 'https://owner:hunter2@shop.example',
    SANDBOX_URL: 'https://owner:hunter2@h@sandbox.example',
  }).join('\n');
  assert.notEqual(all, '');
  assert(!all.includes('hunter2'), all);
});

test('0 disables a limit', () => {
  const { pendingOrdersMax, heldUnitsMax, orderExpiryMinutes } = readConfig({
    PENDING_ORDERS_MAX: '0',
    HELD_UNITS_MAX: '0',
    ORDER_EXPIRY_MINUTES: '0',
  });
  assert.deepEqual([pendingOrdersMax, heldUnitsMax, orderExpiryMinutes], [0, 0, 0]);
  const off = {
    RATE_LIMIT_AUTH: '0',
    RATE_LIMIT_CHECKOUT: '0',
    RATE_LIMIT_CODES: '0',
    RATE_LIMIT_GLOBAL: '0',
  };
  const limits = { auth: null, checkout: null, codes: null, global: null };
  assert.deepEqual(readConfig(off).rateLimits, limits);
});

test('a rate is a number and a duration in seconds, minutes or hours', () => {
  const { rateLimits } = readConfig({ RATE_LIMIT_AUTH: '7/30s', RATE_LIMIT_GLOBAL: '1000000/24h' });
  assert.deepEqual(rateLimits, {
    auth: { pointsMax: 7, windowSeconds: 30 },
    checkout: { pointsMax: 10, windowSeconds: 3_600 },
    codes: { pointsMax: 20, windowSeconds: 3_600 },
    global: { pointsMax: 1_000_000, windowSeconds: 86_400 },
  });
});

const production = {
  NODE_ENV: 'production',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'capture',
  PUBLIC_URL: 'https://shop.example',
  FACTOR_KEY: randomBytes(48).toString('base64'),
  SEAL_KEY: randomBytes(32).toString('base64'),
};

test('access lines are on in production, off elsewhere, and can be chosen', () => {
  const sound = { ...production, JWT_SECRET: strongSecret };
  assert.equal(readConfig(sound).accessLog, true);
  assert.equal(readConfig({}).accessLog, false);
  assert.equal(readConfig({ ...sound, ACCESS_LOG: 'false' }).accessLog, false);
  assert.equal(readConfig({ ACCESS_LOG: 'true' }).accessLog, true);
});

const stripe = {
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_test_1234',
  STRIPE_WEBHOOK_SECRET: 'whsec_1234',
};

test('Stripe needs its two secrets and allows another address for a test double', () => {
  const { payments } = readConfig({ ...stripe, STRIPE_API_BASE: 'http://127.0.0.1:12111' });
  assert.deepEqual(payments, {
    kind: 'stripe',
    secretKey: 'sk_test_1234',
    webhookSecret: 'whsec_1234',
    apiBase: 'http://127.0.0.1:12111',
  });
});

for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET'] as const) {
  test(`Stripe without ${name} prevents the start with a message`, () => {
    const [sentence = '', ...others] = listFaults({ ...stripe, [name]: '' });
    assert.match(sentence, new RegExp(`^${name} is missing: `));
    assert.deepEqual(others, []);
  });
}

test('a worker does without the secret of the webhooks, which only API servers receive', () => {
  const given = { ...stripe, STRIPE_WEBHOOK_SECRET: '' };
  const { payments } = readConfig({ ...given, ROLE: 'worker' });
  assert.deepEqual([payments.kind, payments.webhookSecret], ['stripe', null]);
  assert.equal(listFaults({ ...given, ROLE: 'api' }).length, 1);
});

test('production starts with a strong secret', () => {
  const config = readConfig({ ...production, JWT_SECRET: strongSecret });
  assert.equal(config.production, true);
  assert.equal(config.demoData, 'off');
});

const unfit: Record<string, Record<string, string>> = {
  'without a secret': {},
  'with a secret of few different characters': {
    JWT_SECRET: 'abababababababababababababababababababab',
  },
  'with a secret from an example': { JWT_SECRET: 'please-change-me-please-change-me-123' },
  'with a secret that repeats itself': { JWT_SECRET: 'q7Zk1vYw3RtN8xLmq7Zk1vYw3RtN8xLm' },
  'with a weak secret that rotates out': {
    JWT_SECRET: `${strongSecret},my-super-secret-my-super-secret-1234`,
  },
  'with a run of keyboard keys as secret': { JWT_SECRET: 'qwertyuiopasdfghjklzxcvbnm123456' },
  'with a sandbox secret of zeros': {
    JWT_SECRET: strongSecret,
    SANDBOX_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  },
  'with a metrics token of one letter': {
    JWT_SECRET: strongSecret,
    METRICS_TOKEN: 'a'.repeat(40),
  },
  'with the secret as metrics token': {
    JWT_SECRET: strongSecret,
    METRICS_TOKEN: strongSecret,
  },
  'with a truncated Stripe secret': {
    JWT_SECRET: strongSecret,
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_SECRET_KEY: `sk_live_${randomBytes(18).toString('hex')}`,
    STRIPE_WEBHOOK_SECRET: 'whsec_x8Tq',
  },
  'with a placeholder Stripe key': {
    JWT_SECRET: strongSecret,
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_SECRET_KEY: `sk_live_${'x'.repeat(30)}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${randomBytes(18).toString('hex')}`,
  },
  'with trusted proxies that include everyone': {
    JWT_SECRET: strongSecret,
    TRUSTED_PROXIES: '10.0.0.0/8, 0.0.0.0/0',
  },
  'with an http PUBLIC_URL': { JWT_SECRET: strongSecret, PUBLIC_URL: 'http://shop.example' },
  'with demo data': { JWT_SECRET: strongSecret, DEMO_DATA: 'true' },
  'without a mail driver': { JWT_SECRET: strongSecret, MAIL_DRIVER: '' },
  'on the sandbox unless it is named explicitly': {
    JWT_SECRET: strongSecret,
    PAYMENT_PROVIDER: '',
  },
};

for (const [how, environment] of Object.entries(unfit)) {
  test(`production does not start ${how}`, () => {
    const sentences = listFaults({ ...production, ...environment });
    assert.equal(sentences.length, 1, sentences.join('\n'));
  });
}

test('a refusal in production names the variable but never the secret', () => {
  const secrets = {
    JWT_SECRET: 'correct-horse-battery-staple-for-us',
    METRICS_TOKEN: 'abcdefghijklmnop',
    SANDBOX_WEBHOOK_SECRET: `whsec_${Buffer.from('this-is-my-secret-key!!!').toString('base64')}`,
  };
  const said = listFaults({ ...production, ...secrets }).join('\n');
  for (const [name, secret] of Object.entries(secrets)) {
    assert.match(said, new RegExp(`^${name} is weak: .+; use .+\\.$`, 'm'));
    assert.ok(!said.includes(secret.replace('whsec_', '')));
  }
  assert.ok(!/horse|staple|my-secret/.test(said), said);
});

test('weak secrets are allowed outside production', () => {
  readConfig({
    JWT_SECRET: 'a'.repeat(32),
    METRICS_TOKEN: 'a'.repeat(16),
    TRUSTED_PROXIES: '0.0.0.0/0',
    PUBLIC_URL: 'http://shop.example',
  });
});

test('ALLOW_INSECURE allows what it names, but no weak secret', () => {
  const insecure = {
    ...production,
    JWT_SECRET: strongSecret,
    PUBLIC_URL: 'http://shop.example',
    TRUSTED_PROXIES: '0.0.0.0/0',
  };
  const [address = '', proxies = ''] = listFaults(insecure).toSorted();
  assert.match(address, /^PUBLIC_URL .+ALLOW_INSECURE=public-url/);
  assert.match(proxies, /^TRUSTED_PROXIES .+ALLOW_INSECURE=proxies/);
  assert.equal(listFaults({ ...insecure, ALLOW_INSECURE: 'public-url' }).length, 1);
  const config = readConfig({ ...insecure, ALLOW_INSECURE: 'proxies, public-url' });
  assert.deepEqual(config.trustedProxies, ['0.0.0.0/1', '128.0.0.0/1']);
  const weak = { JWT_SECRET: 'a'.repeat(32), ALLOW_INSECURE: 'proxies,public-url' };
  assert.equal(listFaults({ ...insecure, ...weak }).length, 1);
});

test('cookies are for https only in production, unless PUBLIC_URL is http', () => {
  const given = { ...production, JWT_SECRET: strongSecret, ALLOW_INSECURE: 'public-url' };
  assert.equal(readConfig(given).secureCookies, true);
  assert.equal(readConfig({ ...given, PUBLIC_URL: 'http://shop.example' }).secureCookies, false);
  assert.equal(readConfig({ ...given, PUBLIC_URL: '' }).secureCookies, true);
  assert.equal(readConfig({}).secureCookies, false);
});

test('relative paths, including those of certificates, start at the home', () => {
  const config = readConfig(
    {
      DATA_DIR: 'data',
      DATABASE_URL: 'postgresql://shop@db.example/shop?sslmode=verify-full&sslrootcert=ca.pem',
      DATABASE_REPLICA_URLS: 'postgresql://shop@copy.example/shop?sslrootcert=/etc/ca.pem',
    },
    '/srv/shop',
  );
  assert.equal(config.dataDir, '/srv/shop/data');
  assert(config.database.kind === 'external');
  assert.equal(new URL(config.database.url).searchParams.get('sslrootcert'), '/srv/shop/ca.pem');
  assert.match(config.databaseReplicaUrls[0] ?? '', /sslrootcert=\/etc\/ca\.pem$/);
  assert.equal(readConfig({ DATA_DIR: '/var/lib/shop' }, '/srv/shop').dataDir, '/var/lib/shop');
});

const sqs = {
  QUEUE_DRIVER: 'sqs',
  AWS_REGION: 'eu-west-2',
  SQS_QUEUE_URL: 'https://sqs.eu-west-2.amazonaws.com/000000000000/jobs',
};

test('jobs use the database, Redis, or SQS with up to three queues', () => {
  assert.deepEqual(readConfig({}).queue, { kind: 'postgres' });
  const redis = { QUEUE_DRIVER: 'bullmq', REDIS_URL: 'redis://127.0.0.1:6379' };
  assert.deepEqual(readConfig(redis).queue, { kind: 'bullmq', redisUrl: redis.REDIS_URL });
  const dead = `${sqs.SQS_QUEUE_URL}-dead`;
  assert.deepEqual(readConfig({ ...sqs, SQS_DEAD_LETTER_QUEUE_URL: dead }).queue, {
    kind: 'sqs',
    region: 'eu-west-2',
    endpointUrl: null,
    queueUrl: sqs.SQS_QUEUE_URL,
    priorityQueueUrl: null,
    deadLetterQueueUrl: dead,
  });
});

for (const [what, environment, name] of [
  ['BullMQ without Redis', { QUEUE_DRIVER: 'bullmq' }, 'REDIS_URL'],
  ['SQS without a queue', { ...sqs, SQS_QUEUE_URL: '' }, 'SQS_QUEUE_URL'],
  ['SQS without a region', { ...sqs, AWS_REGION: '' }, 'AWS_REGION'],
  ['a FIFO queue', { ...sqs, SQS_QUEUE_URL: `${sqs.SQS_QUEUE_URL}.fifo` }, 'SQS_QUEUE_URL'],
  ['the same queue twice', { ...sqs, SQS_PRIORITY_QUEUE_URL: sqs.SQS_QUEUE_URL }, 'SQS_QUEUE_URL'],
  ['an SQS queue with another driver', { SQS_QUEUE_URL: sqs.SQS_QUEUE_URL }, 'SQS_QUEUE_URL'],
] as const) {
  test(`${what} prevents the start with a message that names the variable`, () => {
    const sentences = listFaults(environment);
    assert.equal(sentences.length, 1);
    assert.match(sentences[0] ?? '', new RegExp(`\\b${name}\\b`));
  });
}
