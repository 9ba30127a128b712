import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { createDatabase } from '../../src/database/database.ts';
import { sessionSettings } from '../../src/database/session-settings.ts';
import { exitCodes } from '../../src/main/cli/exit-codes.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { prepareDatabase } from '../../src/main/start/prepare-database.ts';
import { startServer } from '../../src/main/start/serve.ts';
import { runCommand } from '../support/command.ts';
import { administer, emptyDatabase, testDatabase } from '../support/database.ts';
import { hostileHere, makeHostile } from '../support/hostile-settings.ts';
import { until } from '../support/until.ts';
import { runShop, shopEnvironment } from '../support/whole-shop.ts';

const buildName = (url: string) => new URL(url).pathname.slice(1);

/** Creates an empty database owned by an ordinary role, as in production. */
async function ownedDatabase(): Promise<{ url: string; name: string; role: string }> {
  const { url } = await emptyDatabase();
  const role = `seller_${randomBytes(6).toString('hex')}`;
  await administer(`create role ${role} login password 'a password'`);
  after(() => administer(`drop role ${role}`));
  await administer(`alter database ${buildName(url)} owner to ${role}`);
  const own = new URL(url);
  own.username = role;
  own.password = 'a password';
  return { url: own.href, name: buildName(url), role };
}

describe('a whole shop, from migrations to invariants', () => {
  test('works with hostile settings of its database', async () => {
    const { url, name } = await ownedDatabase();
    await makeHostile(`database ${name}`);
    await runShop(url);
  });

  test('works with hostile settings of its role', async () => {
    const { url, role } = await ownedDatabase();
    await makeHostile(`role ${role}`);
    await runShop(url);
  });

  test('works with hostile PGOPTIONS and libpq variables', async () => {
    const { url } = await ownedDatabase();
    const options = (await hostileHere())
      .filter(([name]) => !/^plpgsql\.|^lc_|_tablespaces?$/.test(name))
      .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '')}`);
    await runShop(url, {
      PGOPTIONS: options.join(' '),
      PGDATESTYLE: 'SQL, DMY',
      PGTZ: 'Australia/Eucla',
      PGCLIENTENCODING: 'LATIN1',
      PGCLIENT_ENCODING: 'latin1',
      PGAPPNAME: 'another application',
      PGCONNECT_TIMEOUT: '1',
    });
  });
});

describe('every kind of connection', async () => {
  const { url, ownerUrl } = await testDatabase();
  const wanted = sessionSettings({
    statementTimeoutMs: 10_000,
    idleInTransactionTimeoutMs: 15_000,
  });
  const shown = (name: string) => `select current_setting('${name}', true) as value`;

  for (const [name, value] of [
    ...(await hostileHere()),
    ['session_replication_role', 'replica'] as const,
  ]) {
    if (!(name in wanted) && name !== 'synchronous_commit') continue;
    test(`keeps its own ${name}`, async () => {
      const owner = `database ${buildName(url)}`;
      await administer(
        `alter ${owner} set ${name} to ${value.includes(',') ? value : `'${value}'`}`,
      );
      // Only a superuser may set it back; the product refuses to run with it.
      const tried = name === 'session_replication_role' ? ownerUrl : url;
      const database = createDatabase({ url: tried, poolMax: 2, constraints: {} });
      try {
        const text = shown(name);
        const own = await database.connect();
        const values = await Promise.all([
          database.run<{ value: string }>('test.alone', text, []),
          database.run<{ value: string }>('test.short', text, [], true),
          database.transaction((tx) => tx.run<{ value: string }>('test.together', text, [])),
          database.snapshot((db) => db.run<{ value: string }>('test.report', text, []), 10_000),
          own.query<{ value: string }>(text).then(({ rows }) => rows),
        ]);
        await own.end();
        // Transactions and short statements set planner options themselves.
        const isPlan = /^enable_|^plan_cache_mode$|^jit$/.test(name);
        const asked = isPlan ? values.slice(-2) : values;
        const found = new Set(asked.map(([row]) => row!.value));
        assert.ok(!found.has(value), `${[...found]}`);
        if (!name.endsWith('timeout')) {
          assert.deepEqual([...found], [wanted[name] ?? 'on']);
        }
      } finally {
        await database.close();
        await administer(`alter ${owner} reset ${name}`);
      }
    });
  }
});

test('the server does not start, and explains why, if its role cannot enable triggers again', async () => {
  const { url, name } = await ownedDatabase();
  await administer(`alter database ${name} set session_replication_role to replica`);
  const { code, stderr } = await runCommand(['serve'], {
    environment: { ...shopEnvironment(url), PORT: '0' },
  });
  assert.equal(code, exitCodes.failed);
  assert.match(stderr, /session_replication_role = replica.*reset session_replication_role/);
  assert.doesNotMatch(stderr, /^ +at /m);
});

test('a read-only database gets no writes: the server waits and serves when it is writable again', async () => {
  const { url, name } = await ownedDatabase();
  await administer(`alter database ${name} set default_transaction_read_only to on`);
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const server = await startServer(
    readConfig({ ...shopEnvironment(url), PORT: '0', DATA_DIR: tmpdir() }),
    logger,
  );
  try {
    await until(async () => assert.match(lines.join(''), /is read-only/));
    assert.equal((await fetch(`${server.address}/health/ready`)).status, 503);
    const reply = await fetch(`${server.address}/api/products`);
    assert.equal(reply.status, 503);
    assert.ok(Number(reply.headers.get('retry-after')) > 0);
    await administer(`alter database ${name} reset default_transaction_read_only`);
    await administer(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1::text',
      [name],
    );
    await server.prepared;
    assert.equal((await fetch(`${server.address}/api/products`)).status, 200);
  } finally {
    await server.stop();
  }
});

test('production does not start if the role has synchronous_commit off, although our own commits wait', async () => {
  const { url, role } = await ownedDatabase();
  await administer(`alter role ${role} set synchronous_commit to off`);
  const database = createDatabase({ url, poolMax: 2, constraints: {} });
  try {
    const config = { ...readConfig(shopEnvironment(url)), production: true };
    const log = { info() {}, warn() {} };
    const product = { database } as Parameters<typeof prepareDatabase>[1];
    await assert.rejects(prepareDatabase(config, product, null, log), /synchronous_commit off/);
    const [row] = await database.run('test.commit', 'show synchronous_commit', []);
    assert.deepEqual(row, { synchronous_commit: 'on' });
  } finally {
    await database.close();
  }
});
