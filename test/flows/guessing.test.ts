import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { redisMissing, startRedis } from '../support/redis-server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import type { Reply } from '../support/session.ts';
import { until } from '../support/until.ts';

const db = await testDatabase();
const environment = { RATE_LIMIT_AUTH: '5/15m', TRUSTED_PROXIES: '127.0.0.0/8' };
const server = await startTestServer(db, { environment });

const BROWSER = 'Mozilla/5.0 of the owner';
/** Failures of one account before attempts are slowed down, and one in thirty seconds after that. */
const FREE = 10;

let networks = 0;
/** Returns addresses of a network that no other test uses. */
function newNetwork(): (host: number) => string {
  networks += 1;
  const network = networks;
  return (host) => `198.18.${network}.${host}`;
}

interface Attempt {
  readonly email: string;
  readonly password?: string;
  readonly from: string;
  readonly cookie?: string;
  readonly browser?: string;
  /** Asks for tokens in place of cookies. Default: false. */
  readonly isProgram?: boolean;
  readonly at?: TestServer;
}

function logIn({
  email,
  password = 'a wrong guess',
  from,
  cookie,
  browser = 'curl/8',
  isProgram = false,
  at = server,
}: Attempt): Promise<Reply> {
  return at.anonymous.post(
    '/api/auth/login',
    { email, password, ...(isProgram ? {} : { credentials: 'cookie' }) },
    {
      'x-forwarded-for': from,
      'user-agent': browser,
      ...(cookie === undefined ? {} : { cookie }),
    },
  );
}

/** Returns the device cookie that a reply sets, as a request sends it. */
function readDeviceCookie(reply: Reply): string {
  const set = reply.headers.getSetCookie().find((text) => text.startsWith('holdfast_device='));
  assert.ok(set !== undefined, 'the reply sets no device cookie');
  return set.split(';')[0]!;
}

function count(replies: readonly Reply[], status: number): number {
  return replies.filter((reply) => reply.status === status).length;
}

/** Tries passwords of an account from as many addresses, until strangers are slowed down. */
async function attack(email: string, at = server): Promise<readonly Reply[]> {
  const address = newNetwork();
  const replies: Reply[] = [];
  for (let host = 1; host <= 60; host += 1) {
    replies.push(await logIn({ email, from: address(host), at }));
  }
  return replies;
}

/** On a slow machine, one or two of the attempts that are free every thirty seconds are among the replies. */
function assertChecked(replies: readonly Reply[], expected: number): void {
  const checked = count(replies, 401);
  assert.ok(checked >= expected && checked <= expected + 2, String(checked));
}

function assertSlowed(reply: Reply): void {
  assert.equal(reply.status, 429, reply.text);
  assert.equal(reply.json().code, 'request.rate_limited');
  const retryAfter = Number(reply.headers.get('retry-after'));
  assert.ok(retryAfter >= 1 && retryAfter <= 30, String(retryAfter));
}

describe('one account, guessed from sixty addresses', () => {
  test('is slowed down to an attempt in thirty seconds, the right password included', async () => {
    const { email, password } = (await server.signUp()).identity;
    const replies = await attack(email);
    assertChecked(replies, FREE + 1);
    for (const reply of replies) if (reply.status !== 401) assertSlowed(reply);
    const address = newNetwork();
    const right = await logIn({ email, password, from: address(1) });
    if (right.status !== 200) assertSlowed(right);
  });

  test('is checked eleven times when all try at once', async () => {
    const { email } = (await server.signUp()).identity;
    const [first, second] = [newNetwork(), newNetwork()];
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        logIn({ email, from: index < 50 ? first(index + 1) : second(index + 1) }),
      ),
    );
    assertChecked(replies, FREE + 1);
    assert.equal(count(replies, 401) + count(replies, 429) + count(replies, 503), 100);
  });

  test('lets the owner in meanwhile with the cookie of a former sign-in, from any address', async () => {
    const { email, password } = (await server.signUp()).identity;
    const address = newNetwork();
    const before = await logIn({ email, password, from: address(1), browser: BROWSER });
    const cookie = readDeviceCookie(before);
    await attack(email);
    const elsewhere = newNetwork();
    const reply = await logIn({ email, password, from: elsewhere(9), cookie });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(readDeviceCookie(reply), cookie);
  });

  test('lets the owner in without cookies from the same /24 with the same browser, and nobody else there', async () => {
    const { email, password } = (await server.signUp()).identity;
    const home = newNetwork();
    const owner = { email, password, browser: BROWSER, isProgram: true };
    assert.equal((await logIn({ ...owner, from: home(1) })).status, 200);
    await attack(email);
    assert.equal((await logIn({ ...owner, from: home(200) })).status, 200);
    const replies = [
      await logIn({ email, password, from: home(200), browser: 'another' }),
      await logIn({ email, password, from: newNetwork()(1), browser: BROWSER }),
    ];
    // At most one of them got the attempt that is free every thirty seconds.
    assert.ok(count(replies, 429) >= 1);
  });

  test('counts a known device by itself, so a stolen cookie guesses no more than strangers', async () => {
    const { email, password } = (await server.signUp()).identity;
    const cookie = readDeviceCookie(await logIn({ email, password, from: newNetwork()(1) }));
    const address = newNetwork();
    const replies: Reply[] = [];
    for (let host = 1; host <= 20; host += 1) {
      replies.push(await logIn({ email, from: address(host), cookie }));
    }
    assertChecked(replies, FREE + 1);
    for (const reply of replies) if (reply.status !== 401) assertSlowed(reply);
  });

  test('does not know the device of another account', async () => {
    const { email } = (await server.signUp()).identity;
    const other = (await server.signUp()).identity;
    const signedIn = await logIn({ ...other, from: newNetwork()(1) });
    const cookie = readDeviceCookie(signedIn);
    await attack(email);
    const reply = await logIn({ email, from: newNetwork()(1), cookie });
    if (reply.status !== 401) assertSlowed(reply);
    assert.notEqual(reply.status, 200);
  });

  test('an unknown address is slowed down in the same words', async () => {
    const { email } = (await server.signUp()).identity;
    const [known, unknown] = [await attack(email), await attack(`${newId()}@example.com`)];
    const shape = ({ status, headers, text }: Reply) => {
      const { requestId: _, ...problem } = JSON.parse(text) as Record<string, unknown>;
      return { status, problem, headers: [...headers.keys()].toSorted() };
    };
    for (const status of [401, 429]) {
      const [ofKnown, ofUnknown] = [known, unknown].map((replies) =>
        shape(replies.findLast((reply) => reply.status === status)!),
      );
      assert.deepEqual(ofKnown, ofUnknown);
    }
  });
});

describe('a reset by mail', () => {
  async function reset(email: string, from: string, newPassword: string): Promise<Reply> {
    const headers = { 'x-forwarded-for': from, 'user-agent': BROWSER };
    await server.anonymous.post('/api/auth/password/forgot', { email }, headers);
    const [row] = await db.database.run<{ id: string }>(
      'test.latest_reset',
      `select password_resets.id
         from password_resets
         join users on users.id = password_resets.user_id
        where users.email = $1::text
        order by password_resets.created_at desc
        limit 1`,
      [email],
    );
    const { token } = (await server.application.modules.accounts.openAccountMail({
      kind: 'password.reset',
      id: row!.id,
    }))!;
    return server.anonymous.post('/api/auth/password/reset', { token, newPassword }, headers);
  }

  test('is a way in for somebody who is slowed down and used up the attempts of this address', async () => {
    const { email } = (await server.signUp()).identity;
    const home = newNetwork();
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal((await logIn({ email, from: home(1), browser: BROWSER })).status, 401);
    }
    await attack(email);
    assert.equal((await logIn({ email, from: home(1), browser: BROWSER })).status, 429);
    const password = 'a phrase that I remember';
    const done = await reset(email, home(1), password);
    assert.equal(done.status, 204, done.text);
    const withCookie = { cookie: readDeviceCookie(done), from: newNetwork()(1) };
    assert.equal((await logIn({ email, password, ...withCookie })).status, 200);
    const without = { from: home(1), browser: BROWSER };
    assert.equal((await logIn({ email, password, ...without })).status, 200);
  });

  test('forgets every other device', async () => {
    const { email, password } = (await server.signUp()).identity;
    const thief = readDeviceCookie(await logIn({ email, password, from: newNetwork()(1) }));
    await reset(email, newNetwork()(1), 'a phrase that I remember');
    await attack(email);
    const replies = [
      await logIn({ email, from: newNetwork()(1), cookie: thief }),
      await logIn({ email, from: newNetwork()(1), cookie: thief }),
    ];
    assert.ok(count(replies, 429) >= 1);
  });
});

describe('one address, over sixty accounts', () => {
  test('fails fifty times in fifteen minutes, known and unknown accounts alike', async () => {
    const accounts = await Promise.all(
      Array.from({ length: 10 }, async () => (await server.signUp()).identity.email),
    );
    const emails = [...accounts, ...Array.from({ length: 50 }, () => `${newId()}@example.com`)];
    const from = newNetwork()(1);
    const replies = [];
    for (const email of emails) replies.push(await logIn({ email, from }));
    assert.equal(count(replies, 401), 50);
    const last = replies.at(-1)!;
    assert.equal(last.status, 429, last.text);
    assert.ok(Number(last.headers.get('retry-after')) > 840);
    // The state of an address that others may share is not shown.
    assert.doesNotMatch(last.headers.get('ratelimit') ?? '', /auth-address/);
    const owner = (await server.signUp()).identity;
    assert.equal((await logIn({ ...owner, from })).status, 429);
    assert.equal((await logIn({ ...owner, from: newNetwork()(1) })).status, 200);
  });

  test('checks fifty of a hundred attempts at once', async () => {
    const from = newNetwork()(1);
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        logIn({ email: `${newId()}-${index}@example.com`, from }),
      ),
    );
    const checked = count(replies, 401);
    assert.ok(checked <= 50, String(checked));
    assert.equal(checked + count(replies, 429) + count(replies, 503), 100);
  });

  test('sign-ins that succeed do not count', async () => {
    const from = newNetwork()(1);
    const { email, password } = (await server.signUp()).identity;
    for (let tries = 0; tries < 55; tries += 1) {
      assert.equal((await logIn({ email, password, from })).status, 200);
    }
  });
});

describe('two servers that share a Redis', { skip: redisMissing }, async () => {
  if (redisMissing !== false) return;
  const redis = await startRedis();
  const shared = { ...environment, REDIS_URL: redis.url, JWT_SECRET: newId() + newId() };
  const servers = [
    await startTestServer(db, { environment: shared }),
    await startTestServer(db, { environment: shared }),
  ] as const;
  for (const at of servers) {
    await until(async () => {
      await redis.flush();
      await logIn({ email: `${newId()}@example.com`, from: newNetwork()(1), at });
      assert.ok((await redis.keys()).some((key) => key.includes('auth-account')));
    });
  }

  test('count guesses of an account and of an address in common, and know the same devices', async () => {
    // On a busy machine Redis may miss the deadline of a request; the servers then count separately for a while.
    await until(async () => {
      const { email, password } = (await servers[0].signUp()).identity;
      const cookie = readDeviceCookie(
        await logIn({ email, password, from: newNetwork()(1), at: servers[0] }),
      );
      const address = newNetwork();
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          logIn({ email, from: address(index + 1), at: servers[index % 2 === 0 ? 0 : 1] }),
        ),
      );
      assertChecked(replies, FREE + 1);
      const known = await logIn({ email, password, from: newNetwork()(1), cookie, at: servers[1] });
      assert.equal(known.status, 200, known.text);
    });
    await until(async () => {
      const from = newNetwork()(1);
      const replies = await Promise.all(
        Array.from({ length: 80 }, (_, index) =>
          logIn({ email: `${newId()}@example.com`, from, at: servers[index % 2 === 0 ? 0 : 1] }),
        ),
      );
      assert.ok(count(replies, 401) <= 50, String(count(replies, 401)));
    });
  });
});
