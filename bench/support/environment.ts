import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import { type CostMicros, readProcessorTime } from './processor-time.ts';
import { prepareReference } from './reference.ts';
import { admin, type BenchServer, startServer } from './server.ts';

/** A PostgreSQL and a server of the bench's own, durable as a user would have them. */
export interface Environment {
  readonly server: BenchServer;
  /** Of the server. */
  readonly url: string;
  readonly databaseUrl: string;
  readonly referenceUrl: string;
  readonly adminToken: string;
  /** A new database on the same PostgreSQL, empty or a copy of another one that nobody is connected to. */
  createDatabase(name: string, template?: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /** Another server on a database of this environment. All sign tokens with one secret. The caller stops it. */
  startServerOn(databaseUrl: string): Promise<BenchServer>;
  /** A folder that goes with the environment, which PostgreSQL's account can pass through. */
  readonly folder: string;
  /** What a server and PostgreSQL have taken so far; null where it cannot be told. */
  processorTime(server: BenchServer): Promise<CostMicros | null>;
  stop(): Promise<void>;
}

export async function startEnvironment(): Promise<Environment> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  // Root's database runs as another account, which has to pass through.
  await chmod(folder, 0o711);
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir: join(folder, 'data'),
      log: { info() {}, warn: (message: string) => process.stderr.write(`${message}\n`) },
    });
    stack.defer(() => postgres.stop());
    const pidFile = await readFile(join(postgres.dataDirectory, 'postmaster.pid'), 'utf8');
    const postmasterPid = Number(pidFile.split('\n')[0]);
    const createDatabase = async (name: string, template = 'template1') => {
      await administer(postgres.url, `create database ${name} template ${template}`);
      return buildDatabaseUrl(postgres.url, name);
    };
    const startServerOn = async (databaseUrl: string) => {
      const started = await startServer({ databaseUrl, dataDir: join(folder, 'server') });
      // For when the bench is ended before who asked for it can; to stop it twice does nothing.
      stack.defer(() => started.stop());
      return started;
    };

    const databaseUrl = await createDatabase('bench');
    const referenceUrl = await createDatabase('bench_reference');
    await prepareReference(referenceUrl);
    const server = await startServerOn(databaseUrl);
    return {
      server,
      url: server.url,
      databaseUrl,
      referenceUrl,
      adminToken: await logInAdmin(server.url),
      createDatabase,
      dropDatabase: (name) => administer(postgres.url, `drop database ${name} with (force)`),
      startServerOn,
      folder,
      processorTime: ({ pid }) => readProcessorTime({ serverPid: pid, postmasterPid }),
      stop: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** An access token of the admin of a server. */
export async function logInAdmin(url: string): Promise<string> {
  const reply = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  });
  if (!reply.ok) throw new Error(`the admin could not log in: ${await reply.text()}`);
  return ((await reply.json()) as { accessToken: string }).accessToken;
}

async function administer(serverUrl: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function buildDatabaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
