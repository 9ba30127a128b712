import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import pg from 'pg';
import { listHosts, normalizeHosts } from '../../../src/database/failover/index.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { listFaults } from '../../support/configuration-faults.ts';

const production = {
  NODE_ENV: 'production',
  PAYMENT_PROVIDER: 'sandbox',
  MAIL_DRIVER: 'capture',
  PUBLIC_URL: 'https://shop.example',
  JWT_SECRET: randomBytes(48).toString('base64'),
  FACTOR_KEY: randomBytes(48).toString('base64'),
  SEAL_KEY: randomBytes(32).toString('base64'),
};
const local = 'postgresql://shop@127.0.0.1/shop';

const listProductionFaults = (environment: Record<string, string>) =>
  listFaults({ ...production, ...environment });

/** Each variable with addresses that production refuses, and the name that permits them. */
const refused: Record<string, readonly [permission: string, urls: readonly string[]]> = {
  DATABASE_URL: [
    'database',
    [
      'postgresql://shop@db.example/shop',
      'postgresql://shop@10.0.0.5/shop',
      'postgresql://shop@[fd00::5]/shop',
      'postgresql://shop@postgres/shop?sslmode=disable',
      'postgresql://shop@db.example/shop?sslmode=no-verify',
      // `pg` verifies with these today, PostgreSQL's own programs do not, and the next `pg` will not either.
      'postgresql://shop@db.example/shop?sslmode=prefer',
      'postgresql://shop@db.example/shop?sslmode=require',
      'postgresql://shop@db.example/shop?sslmode=verify-ca&sslrootcert=/etc/ca.pem',
      'postgresql://shop@db.example/shop?sslmode=require&uselibpqcompat=true',
      'postgresql://shop@db.example/shop?ssl=true',
      'postgresql://shop@127.0.0.1/shop?host=db.example',
      'postgresql://shop@127.0.0.1,db.example/shop',
      'postgresql://shop@127.0.0.1:5432,db.example:5432/shop',
      'postgresql://shop@one.example:5432,two.example:5432/shop?sslmode=require',
      'postgresql://shop@127.0.0.1/shop?host=127.0.0.1,db.example',
      'postgresql://shop@localhost.example/shop',
    ],
  ],
  DATABASE_REPLICA_URLS: [
    'database',
    [
      'postgresql://shop@copy.example/shop',
      `${local}, postgresql://shop@copy.example/shop?sslmode=require`,
      'postgresql://shop@a.example/shop, postgresql://shop@b.example/shop',
    ],
  ],
  REDIS_URL: [
    'redis',
    [
      'redis://redis.example',
      'redis://:secret@10.0.0.6:6379/0',
      'REDIS://redis:6379',
      'redis://redis',
    ],
  ],
};

for (const [variable, [permission, urls]] of Object.entries(refused)) {
  describe(`production and ${variable}`, () => {
    for (const url of urls) {
      test(`refuses ${url}, unless ALLOW_INSECURE contains ${permission}`, () => {
        const sentences = listProductionFaults({ [variable]: url });
        assert.equal(sentences.length, 1, sentences.join('\n'));
        assert.match(sentences[0]!, new RegExp(`^${variable} connects to another machine`));
        assert.match(sentences[0]!, new RegExp(`set ALLOW_INSECURE=${permission}\\.$`));
        assert.doesNotMatch(sentences[0]!, /secret|example\//);
        for (const wrong of [
          'public-url,proxies',
          'database,redis,smtp'.replace(permission, 'proxies'),
        ]) {
          assert.equal(
            listProductionFaults({ [variable]: url, ALLOW_INSECURE: wrong }).length,
            1,
            wrong,
          );
        }
        assert.deepEqual(listProductionFaults({ [variable]: url, ALLOW_INSECURE: permission }), []);
      });
    }
  });
}

const accepted: Record<string, readonly string[]> = {
  DATABASE_URL: [
    'postgresql://shop@db.example/shop?sslmode=verify-full',
    'postgresql://shop@db.example/shop?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    local,
    'postgresql://shop@localhost:5432/shop',
    'postgresql://shop@LOCALHOST/shop',
    'postgresql://shop@[::1]/shop?sslmode=disable',
    'postgresql:///shop',
    'postgresql:///shop?host=/var/run/postgresql',
    'postgresql://shop@%2Fvar%2Frun%2Fpostgresql/shop',
    'postgresql://shop@db.example/shop?host=/var/run/postgresql',
  ],
  DATABASE_REPLICA_URLS: [`${local}, postgresql://shop@copy.example/shop?sslmode=verify-full`],
  REDIS_URL: [
    'rediss://redis.example',
    'REDISS://redis.example',
    'redis://127.0.0.2',
    'redis://[::1]',
  ],
};

for (const [variable, urls] of Object.entries(accepted)) {
  for (const url of urls) {
    test(`production accepts ${variable}=${url}`, () => {
      assert.deepEqual(listProductionFaults({ [variable]: url }), []);
    });
  }
}

test('pg connects to the host that was judged, and verifies what was found to be verified', () => {
  for (const [urls, isAccepted] of [
    [accepted.DATABASE_URL!, true],
    [refused.DATABASE_URL![1], false],
  ] as const) {
    // The others read a file, or make `pg` warn of its next version.
    for (const url of urls.filter((one) => !/sslrootcert|prefer|require/.test(one))) {
      const hosts = listHosts(normalizeHosts(url)).map((one) => describeConnection(one.url));
      if (isAccepted)
        assert.ok(
          hosts.every(({ isHere, isVerifying }) => isHere || isVerifying),
          url,
        );
      else
        assert.ok(
          hosts.some(({ isHere }) => !isHere),
          url,
        );
    }
  }
});

/** Returns what `pg` makes of the URL of one host. */
function describeConnection(url: string): { isHere: boolean; isVerifying: boolean } {
  const { connectionParameters, host } = new pg.Client(url) as pg.Client & {
    connectionParameters: { ssl: unknown };
  };
  const { ssl } = connectionParameters;
  return {
    isHere: host.startsWith('/') || /^(localhost|127\.0\.0\.1|::1)$/i.test(host),
    isVerifying:
      ssl === true ||
      (typeof ssl === 'object' &&
        ssl !== null &&
        !('rejectUnauthorized' in ssl) &&
        !('checkServerIdentity' in ssl)),
  };
}

test('a database URL without a host is judged by PGHOST, which pg would use', () => {
  const given = { DATABASE_URL: 'postgresql:///shop' };
  assert.equal(listProductionFaults({ ...given, PGHOST: 'db.example' }).length, 1);
  assert.deepEqual(listProductionFaults({ ...given, PGHOST: '/var/run/postgresql' }), []);
  assert.deepEqual(listProductionFaults({ DATABASE_URL: local, PGHOST: 'db.example' }), []);
});

test('a parameter cannot hide another one from the check', () => {
  const twice = 'postgresql://shop@db.example/shop?sslmode=verify-full&sslmode=disable';
  assert.match(listProductionFaults({ DATABASE_URL: twice })[0] ?? '', /each parameter once/);
  for (const parameters of ['?tls=', '?path=/tmp/redis', '?sentinels=x']) {
    const sentences = listProductionFaults({ REDIS_URL: `rediss://redis.example${parameters}` });
    assert.match(sentences[0] ?? '', /without parameters other than family/);
  }
});

test('a scheme in capitals gets TLS all the same, since ioredis compares it literally', () => {
  const { redisUrl } = readConfig({ ...production, REDIS_URL: 'REDISS://redis.example:6379' });
  assert.equal(redisUrl, 'rediss://redis.example:6379');
});

const smtp = { MAIL_DRIVER: 'smtp', MAIL_FROM: 'orders@shop.example' };

function requiresTls(environment: Record<string, string>): boolean {
  const { mail } = readConfig({ ...production, ...smtp, ...environment });
  assert.ok(mail.kind === 'smtp');
  return mail.requiresTls;
}

test('production requires STARTTLS of other mail servers, unless ALLOW_INSECURE contains smtp', () => {
  const remote = { SMTP_URL: 'smtp://mail.example:587' };
  assert.equal(requiresTls(remote), true);
  assert.equal(requiresTls({ SMTP_URL: 'smtp://10.0.0.7' }), true);
  assert.equal(requiresTls({ ...remote, ALLOW_INSECURE: 'database,redis' }), true);
  assert.equal(requiresTls({ ...remote, ALLOW_INSECURE: 'smtp' }), false);
  assert.equal(requiresTls({ SMTP_URL: 'smtp://localhost:25' }), false);
  assert.equal(requiresTls({ SMTP_URL: 'smtp://[::1]' }), false);
  assert.equal(requiresTls({ ...remote, NODE_ENV: 'development' }), false);
});

test('a password for another mail server is never sent without TLS', () => {
  const remote = { SMTP_URL: 'smtp://shop:secret@mail.example:587' };
  for (const NODE_ENV of ['production', 'development', 'test']) {
    assert.equal(requiresTls({ ...remote, NODE_ENV, ALLOW_INSECURE: 'smtp' }), true);
  }
});

for (const [variable, others] of [
  [
    'AWS_ENDPOINT_URL',
    { MAIL_DRIVER: 'ses', MAIL_FROM: 'a@shop.example', AWS_REGION: 'eu-west-2' },
  ],
  ['SQS_QUEUE_URL', { QUEUE_DRIVER: 'sqs', AWS_REGION: 'eu-west-2' }],
  ['STRIPE_API_BASE', {}],
] as const) {
  test(`production refuses http to another machine in ${variable}, and nothing permits it`, () => {
    const everything = { ...others, ALLOW_INSECURE: 'public-url,proxies,database,redis,smtp' };
    const [sentence = '', ...rest] = listProductionFaults({
      ...everything,
      [variable]: 'http://10.0.0.8:4566',
    });
    assert.match(sentence, new RegExp(`^${variable} connects to another machine.+use https://`));
    assert.doesNotMatch(sentence, /ALLOW_INSECURE/);
    assert.deepEqual(rest, []);
    assert.deepEqual(listProductionFaults({ ...others, [variable]: 'https://other.example' }), []);
    assert.deepEqual(listProductionFaults({ ...others, [variable]: 'http://127.0.0.1:4566' }), []);
  });
}

test('production refuses to run with the verification of certificates switched off', () => {
  const off = { NODE_TLS_REJECT_UNAUTHORIZED: '0', ALLOW_INSECURE: 'database,redis,smtp' };
  assert.match(
    listProductionFaults(off)[0] ?? '',
    /^NODE_TLS_REJECT_UNAUTHORIZED is 0, .+ remove it/,
  );
  assert.deepEqual(listProductionFaults({ NODE_TLS_REJECT_UNAUTHORIZED: '1' }), []);
});

test('outside production any connection is allowed', () => {
  readConfig({
    ...smtp,
    DATABASE_URL: 'postgresql://shop@db.example/shop',
    REDIS_URL: 'redis://redis.example',
    SMTP_URL: 'smtp://mail.example',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  });
});
