import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import pg from 'pg';
import { packagedBinaries } from '../../src/database/embedded/binaries.ts';
import { createLauncher } from '../../src/database/embedded/launcher.ts';
import { testDatabase } from '../support/database.ts';
import { opensslMissing } from '../support/nginx-certificate.ts';
import { ownPort } from '../support/own-port.ts';
import { redisMissing } from '../support/redis-server.ts';
import { startServerProcess } from '../support/server-process.ts';
import { createSession } from '../support/session.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { until } from '../support/until.ts';
import { readText, root } from './deploy-files.ts';

/** Runs the PostgreSQL and the Redis of compose.yaml with its files, on other ports and in other folders. */
const psqlMissing = spawnSync('psql', ['--version']).status === 0 ? false : 'psql is not installed';
const missing = opensslMissing || redisMissing || psqlMissing;

/** A folder whose files the processes of other users can read. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-services-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('chmod', ['755', folder]);
  return folder;
}

/** Ends a program after the file. */
function endAfter(child: ChildProcess, signal: NodeJS.Signals): void {
  const ended = once(child, 'exit');
  after(async () => {
    child.kill(signal);
    await ended;
  });
}

const replaceIn = (text: string, changes: Readonly<Record<string, string>>) =>
  Object.entries(changes).reduce((changed, [from, to]) => {
    assert.ok(changed.includes(from), `${from} no longer exists`);
    return changed.replaceAll(from, to);
  }, text);

describe('the services of compose.yaml', { skip: missing }, async () => {
  if (missing !== false) return;
  const db = await testDatabase();
  const folder = makeFolder();
  const secrets = join(folder, 'secrets');
  execFileSync(join(root, 'deploy/make-secrets'), [secrets]);
  // The servers below run as other users, for whom Docker would mount the files.
  execFileSync('chmod', ['755', secrets]);
  const secret = (name: string) => readFileSync(join(secrets, name), 'utf8').trim();
  const ca = secret('ca.crt');

  describe('Redis', async () => {
    const port = await ownPort();
    // An administrator, to read what was refused.
    const users = join(folder, 'users.acl');
    writeFileSync(users, `${secret('redis-users.acl')}\nuser inspector on >inspect ~* &* +@all\n`);
    const shipped = replaceIn(await readText('deploy/redis/redis.conf'), {
      'tls-port 6379': `tls-port ${port}\nbind 127.0.0.1`,
      '/run/secrets/redis-users.acl': users,
      '/run/secrets': secrets,
      'dir /tmp': `dir ${folder}`,
    });
    writeFileSync(join(folder, 'redis.conf'), shipped);
    endAfter(spawn('redis-server', [join(folder, 'redis.conf')], { stdio: 'ignore' }), 'SIGTERM');
    const url = secret('redis-url').replace('@redis:6379', `@localhost:${port}`);
    const withUser = (name: string, password: string) => {
      const other = new URL(url);
      other.username = name;
      other.password = password;
      return other.href;
    };

    async function ask<T>(
      to: string,
      question: (client: Redis) => Promise<T>,
      tls: object = { ca },
    ): Promise<T> {
      const client = new Redis(to, {
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        enableReadyCheck: false,
        ...(to.startsWith('rediss:') ? { tls } : {}),
      });
      let fault: Error | undefined;
      client.on('error', (error) => {
        fault = error;
      });
      try {
        return await question(client);
      } catch (error) {
        throw fault ?? error;
      } finally {
        client.disconnect();
      }
    }
    await until(async () => assert.equal(await ask(url, (client) => client.ping()), 'PONG'));

    test('speaks only TLS, with a certificate of the CA', async () => {
      const plain = url.replace('rediss:', 'redis:');
      await assert.rejects(ask(plain, (client) => client.ping()));
      await assert.rejects(
        ask(url, (client) => client.ping(), {}),
        /certificate/,
      );
      const older = { ca, maxVersion: 'TLSv1.2' };
      await assert.rejects(
        ask(url, (client) => client.ping(), older),
        /protocol version/,
      );
    });

    test('refuses everyone without the password', async () => {
      await assert.rejects(
        ask(`rediss://localhost:${port}`, (client) => client.get('x')),
        /NOAUTH|authentication/i,
      );
      await assert.rejects(
        ask(withUser('holdfast', 'wrong'), (client) => client.get('x')),
        /WRONGPASS|NOAUTH/,
      );
    });

    test('lets the health check do nothing else', async () => {
      const health = withUser('health', 'none');
      assert.equal(await ask(health, (client) => client.ping()), 'PONG');
      await assert.rejects(
        ask(health, (client) => client.get('x')),
        /NOPERM/,
      );
    });

    test('lets Holdfast use it as cache, counter and queue, but not configure it', async () => {
      await assert.rejects(
        ask(url, (client) => client.config('SET', 'dir', '/')),
        /NOPERM/,
      );
      await assert.rejects(
        ask(url, (client) => client.flushall()),
        /NOPERM/,
      );
      const inspector = withUser('inspector', 'inspect');
      await ask(inspector, (client) => client.call('ACL', 'LOG', 'RESET'));
      const JWT_SECRET = secret('jwt-secret');
      const server = await startServerProcess({
        environment: {
          DATABASE_URL: db.url,
          REDIS_URL: url,
          NODE_EXTRA_CA_CERTS: join(secrets, 'ca.crt'),
          QUEUE_DRIVER: 'bullmq',
          JWT_SECRET,
          SANDBOX_WEBHOOK_SECRET: secret('sandbox-webhook-secret'),
          RATE_LIMIT_GLOBAL: '1000/15m',
          MAIL_DRIVER: 'capture',
        },
      });
      after(() => server.end('SIGKILL'));
      const caller = await addUser(db.database, { role: 'customer' });
      const accessToken = createTokenIssuer(JWT_SECRET)(caller);
      const identity = { email: '', password: '', accessToken, userId: caller.id };
      const session = createSession(server.url, identity);
      const { sku } = await addProduct(db.database, { onHand: 10 });
      const placed = await session.post('/api/orders', { items: [{ sku, quantity: 1 }] });
      assert.equal(placed.status, 201, placed.text);
      const { id } = placed.json<{ id: string }>();
      assert.equal((await session.get(`/api/orders/${id}`)).status, 200);
      // The mail about the order is a job, which BullMQ carries.
      await until(async () => {
        const rows = await db.database.run('test.mails', 'select from mail_messages', []);
        assert.ok(rows.length > 0);
      });
      assert.ok((await ask(inspector, (client) => client.dbsize())) > 0);
      const denied = await ask(inspector, (client) => client.call('ACL', 'LOG'));
      assert.deepEqual(denied, []);
      await server.end('SIGTERM');
      assert.doesNotMatch(server.output(), /NOPERM|NOAUTH|WRONGPASS/);
    });
  });

  describe('PostgreSQL', async () => {
    const port = await ownPort();
    const home = join(folder, 'postgres');
    mkdirSync(home);
    const { initdb, postgres } = await packagedBinaries();
    const launcher = createLauncher(initdb, home);
    launcher.give(home);
    const password = join(folder, 'superuser');
    writeFileSync(password, secret('postgres-password'));
    const data = join(home, 'data');
    const options = { cwd: '/', stdio: 'ignore' } as const;
    const initialising = launcher.spawn(
      initdb,
      [`--pgdata=${data}`, '--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256'],
      options,
    );
    assert.deepEqual(await once(initialising, 'exit'), [0, null]);
    const hba = replaceIn(await readText('deploy/postgres/pg_hba.conf'), {
      'local    all       postgres               peer': 'local all postgres scram-sha-256',
    });
    writeFileSync(join(folder, 'pg_hba.conf'), hba);
    const key = join(home, 'postgres.key');
    writeFileSync(key, secret('postgres.key'), { mode: 0o600 });
    launcher.give(key);
    const start = replaceIn(await readText('deploy/postgres/start.sh'), {
      '/run/secrets': secrets,
      '/tmp/postgres.key': key,
      '/etc/holdfast': folder,
    });
    const settings = [...start.matchAll(/-c (\S+=\S+)/g)].flatMap(([, setting]) => [
      '-c',
      setting!,
    ]);
    assert.equal(settings.length, 12);
    const child = launcher.spawn(
      postgres,
      ['-D', data, '-p', String(port), '-k', home, '-h', 'localhost', ...settings],
      options,
    );
    endAfter(child, 'SIGINT');
    const psql = (text: string) =>
      spawnSync(
        'psql',
        ['--set=ON_ERROR_STOP=1', '-h', home, '-p', String(port), '-U', 'postgres', 'postgres'],
        {
          input: text,
          encoding: 'utf8',
          env: { ...process.env, PGPASSWORD: secret('postgres-password') },
        },
      );
    await until(async () => assert.equal(psql('select 1').status, 0));
    const roles = replaceIn(await readText('deploy/postgres/roles.psql'), {
      '/run/secrets': secrets,
    });
    const created = psql(roles);
    assert.equal(created.status, 0, created.stderr);

    const urlOf = (name: string) =>
      secret(name)
        .replace('@postgres:5432', `@localhost:${port}`)
        .replace('/run/secrets/ca.crt', join(secrets, 'ca.crt'));
    async function query(url: string, text: string): Promise<unknown[]> {
      const client = new pg.Client(url);
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    }
    const owner = urlOf('database-migration-url');
    const app = urlOf('database-url');

    test('serves both roles with verified TLS 1.3', async () => {
      for (const url of [owner, app]) {
        const [row] = await query(
          url,
          'select ssl, version, cipher from pg_stat_ssl where pid = pg_backend_pid()',
        );
        assert.deepEqual(row, { ssl: true, version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' });
      }
    });

    test('refuses a connection without TLS, a certificate of another CA, other users and other databases', async () => {
      const plain = app.replace(/\?.*/, '?sslmode=disable');
      await assert.rejects(query(plain, 'select 1'), /no pg_hba\.conf entry|no encryption/);
      const untrusted = app.replace(/&sslrootcert=.*/, '');
      await assert.rejects(query(untrusted, 'select 1'), /certificate/);
      const superuser = owner.replace(/\/\/[^@]*@/, `//postgres:${secret('postgres-password')}@`);
      await assert.rejects(query(superuser, 'select 1'), /no pg_hba\.conf entry/);
      await assert.rejects(
        query(app.replace('/holdfast?', '/postgres?'), 'select 1'),
        /no pg_hba\.conf entry/,
      );
    });

    test('gives the servers a role that owns nothing and creates nothing', async () => {
      const rights = `select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication
                        from pg_roles where rolname = current_user`;
      for (const url of [owner, app]) {
        const [row] = await query(url, rights);
        assert.deepEqual(new Set(Object.values(row as object)), new Set([false]));
      }
      for (const text of [
        'create table x ()',
        'create temporary table x ()',
        'create schema x',
        'create extension pg_trgm',
        'create role x',
        'alter database holdfast set fsync to off',
      ]) {
        await assert.rejects(query(app, text), /permission denied|must be owner/, text);
      }
      await query(
        owner,
        'create extension pg_trgm; create schema x; drop schema x; create table x ()',
      );
      await assert.rejects(query(app, 'select from x'), /permission denied/);
      await assert.rejects(query(app, 'drop table x'), /must be owner/);
    });

    test('is migrated by the one and served by the other, which cannot change a table', async () => {
      const migrated = spawnSync(process.execPath, [join(root, 'bin/holdfast.js'), 'migrate'], {
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          HOLDFAST_HOME: folder,
          DATABASE_URL: app,
          DATABASE_MIGRATION_URL: owner,
        },
      });
      assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);
      const server = await startServerProcess({
        environment: {
          DATABASE_URL: app,
          JWT_SECRET: secret('jwt-secret'),
          SANDBOX_WEBHOOK_SECRET: secret('sandbox-webhook-secret'),
          ADMIN_EMAIL: 'owner@shop.example',
          ADMIN_PASSWORD: secret('admin-password'),
        },
      });
      after(() => server.end('SIGKILL'));
      assert.deepEqual(await query(app, "select from users where role = 'admin'"), [{}]);
      for (const text of [
        'drop table orders',
        'truncate events',
        'alter table events disable trigger all',
      ]) {
        await assert.rejects(query(app, text), /permission denied|must be owner/, text);
      }
      await server.end('SIGTERM');
      assert.doesNotMatch(server.output(), /permission denied/);
    });

    test('keeps the passwords when its roles are created again', async () => {
      const again = psql(roles);
      assert.equal(again.status, 0, again.stderr);
      await query(app, 'select 1');
    });
  });
});
