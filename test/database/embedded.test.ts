import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AlreadyOwnedError, startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import { query, until } from '../support/until.ts';

const log = { info() {}, warn() {} };
const settings = { fsync: 'off' };
const ownerProgram = fileURLToPath(new URL('../support/embedded-owner.ts', import.meta.url));

const folders: string[] = [];
// At the very end, after the servers have stopped: a server whose folder is gone cannot be found.
after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

/** Returns a path below a folder that only its owner may enter, so that root's server has to pass through one. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'embedded-'));
  folders.push(path);
  return join(path, 'data');
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Checks the port and the lock file, because the process may remain a zombie until its parent reaps it. */
async function requireStopped(dataDir: string, url: string | undefined): Promise<void> {
  await assert.rejects(query(url, 'select 1'), { code: 'ECONNREFUSED' });
  await assert.rejects(postmasterPid(dataDir), { code: 'ENOENT' });
}

async function serverLog(dataDir: string): Promise<string> {
  const directory = join(dataDir, 'postgres/log');
  const names = await readdir(directory);
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))).join('');
}

interface Owner {
  readonly child: ChildProcess;
  readonly output: { readonly url?: string; readonly error?: string };
}

/** Starts another process on the folder and waits for its first line of output. */
async function startOwner(dataDir: string): Promise<Owner> {
  const child = spawn(process.execPath, [ownerProgram, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, output: JSON.parse(line) };
}

async function interrupt(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGINT');
  await exited;
}

test('a server keeps its data, its address and its password from one start to the next', async (t) => {
  const dataDir = await folder();
  const first = await startEmbeddedPostgres({ dataDir, log, settings });
  await query(first.ownerUrl, 'create table kept as select 42 as answer');
  await first.stop();
  const second = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => second.stop());
  assert.equal(second.url, first.url);
  assert.deepEqual(await query(second.ownerUrl, 'select answer from kept'), [{ answer: 42 }]);
});

test('a commit is durable, the listener is local, and case conversion covers all scripts', async (t) => {
  const server = await startEmbeddedPostgres({ dataDir: await folder(), log });
  t.after(() => server.stop());
  const [row] = await query(
    server.url,
    `select current_setting('fsync') as fsync,
            current_setting('full_page_writes') as "fullPageWrites",
            (select reset_val from pg_settings where name = 'synchronous_commit') as "synchronousCommit",
            current_setting('listen_addresses') as "listenAddresses",
            current_setting('server_encoding') as encoding,
            lower('ÄÖΣЖ') as lower`,
  );
  assert.deepEqual(row, {
    fsync: 'on',
    fullPageWrites: 'on',
    synchronousCommit: 'on',
    listenAddresses: '127.0.0.1',
    encoding: 'UTF8',
    lower: 'äöσж',
  });
  const wrong = new URL(server.url);
  wrong.password = 'guess';
  await assert.rejects(query(wrong.href, 'select 1'), { code: '28P01' });
});

test('a server is reached whatever the environment sets for TLS', async (t) => {
  process.env.PGSSLMODE = 'require';
  t.after(() => delete process.env.PGSSLMODE);
  const server = await startEmbeddedPostgres({ dataDir: await folder(), log, settings });
  t.after(() => server.stop());
  assert.deepEqual(await query(server.url, 'select 42 as answer'), [{ answer: 42 }]);
});

test('stopping ends the server process', async () => {
  const dataDir = await folder();
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  await query(server.url, 'select 1');
  await server.stop();
  await requireStopped(dataDir, server.url);
});

test('a second server on the folder fails with a message that names the first', async () => {
  const dataDir = await folder();
  const owner = await startOwner(dataDir);
  await assert.rejects(startEmbeddedPostgres({ dataDir, log, settings }), (error: unknown) => {
    assert.ok(error instanceof AlreadyOwnedError);
    assert.match(
      error.message,
      /^Another Holdfast server \(process (\d+)\) runs on the data folder/,
    );
    assert.ok(error.message.includes(`process ${owner.child.pid})`));
    return true;
  });
  assert.deepEqual(await query(owner.output.url, 'select 1 as one'), [{ one: 1 }]);
  await interrupt(owner.child);
});

test('of two concurrent first starts, one succeeds and the other fails with that message', async () => {
  const dataDir = await folder();
  const owners = await Promise.all([startOwner(dataDir), startOwner(dataDir)]);
  const winners = owners.filter(({ output }) => output.url !== undefined);
  const losers = owners.filter(({ output }) => output.error !== undefined);
  assert.equal(winners.length, 1);
  assert.match(losers[0]?.output.error ?? '', /^Another Holdfast server/);
  assert.deepEqual(await query(winners[0]?.output.url, 'select 1 as one'), [{ one: 1 }]);
  assert.deepEqual(
    (await readdir(dataDir)).filter((name) => name.includes('.new-')),
    [],
  );
  await interrupt(winners[0]?.child as ChildProcess);
});

test('after a kill -9 of its owner, the server is taken over and stopped by the new one', async () => {
  const dataDir = await folder();
  const owner = await startOwner(dataDir);
  const pid = await postmasterPid(dataDir);
  const exited = once(owner.child, 'exit');
  owner.child.kill('SIGKILL');
  await exited;
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  assert.equal(await postmasterPid(dataDir), pid);
  assert.equal(server.url, owner.output.url);
  await server.stop();
  await requireStopped(dataDir, server.url);
});

test('Ctrl-C in the terminal reaches Holdfast only, which then stops the server', async () => {
  const dataDir = await folder();
  const owner = await startOwner(dataDir);
  const exited = once(owner.child, 'exit');
  // To the whole process group, as a terminal sends it. A server that received it too would be restarted as lost.
  process.kill(-(owner.child.pid as number), 'SIGINT');
  assert.deepEqual(await exited, [0, null]);
  await requireStopped(dataDir, owner.output.url);
  const log = await serverLog(dataDir);
  assert.equal(log.match(/received fast shutdown request/g)?.length, 1);
});

test('a killed server restarts at the same address with everything that was committed', async (t) => {
  const dataDir = await folder();
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => server.stop());
  await query(server.ownerUrl, 'create table kept as select 42 as answer');
  const killed = await postmasterPid(dataDir);
  process.kill(killed, 'SIGKILL');
  await until(async () => {
    const rows = await query(server.ownerUrl, 'select answer from kept');
    assert.deepEqual(rows, [{ answer: 42 }]);
    assert.notEqual(await postmasterPid(dataDir), killed);
  });
});

test('a server whose owner session is terminated is owned again, without a restart', async (t) => {
  const dataDir = await folder();
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => server.stop());
  const pid = await postmasterPid(dataDir);
  const owners = `from pg_stat_activity where application_name like 'holdfast owner%'`;
  const [cut] = await query(server.ownerUrl, `select pid, pg_terminate_backend(pid) ${owners}`);
  await until(async () => {
    const [owner] = await query(server.ownerUrl, `select pid ${owners}`);
    assert.ok(owner !== undefined && owner.pid !== cut?.pid);
  });
  assert.equal(await postmasterPid(dataDir), pid);
});

test('a postmaster.pid that names another running program does not prevent the start', async (t) => {
  const dataDir = await folder();
  const first = await startEmbeddedPostgres({ dataDir, log, settings });
  await first.stop();
  const port = new URL(first.url).port;
  const file = join(dataDir, 'postgres/postmaster.pid');
  await writeFile(file, `${process.pid}\n${dataDir}/postgres\n1\n${port}\n\n127.0.0.1\n`);
  const second = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => second.stop());
  assert.notEqual(await postmasterPid(dataDir), process.pid);
});

test('a first start that was killed half-way is not mistaken for a database and is removed', async (t) => {
  const dataDir = await folder();
  const draft = join(dataDir, 'postgres.new-abc');
  await mkdir(join(draft, 'cluster'), { recursive: true });
  await writeFile(join(draft, 'cluster/PG_VERSION'), '18\n');
  const longAgo = new Date(Date.now() - 7_200_000);
  await utimes(draft, longAgo, longAgo);
  const server = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => server.stop());
  assert.deepEqual(await query(server.url, 'select 1 as one'), [{ one: 1 }]);
  assert.equal((await readdir(dataDir)).includes('postgres.new-abc'), false);
});

test('a saved port that another program uses is replaced with a free one', async (t) => {
  const dataDir = await folder();
  const first = await startEmbeddedPostgres({ dataDir, log, settings });
  await first.stop();
  const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
  await once(squatter, 'listening');
  t.after(() => squatter.close());
  const second = await startEmbeddedPostgres({ dataDir, log, settings });
  t.after(() => second.stop());
  assert.notEqual(second.url, first.url);
  assert.deepEqual(await query(second.url, 'select 1 as one'), [{ one: 1 }]);
});
