import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import { type CostMicros, readProcessorTime } from './processor-time.ts';
import { prepareReference } from './reference.ts';
import { admin, type BenchServer, startServer } from './server.ts';

/** The bench's own PostgreSQL and server, as durable as a user would run them. */
export interface Environment {
  readonly server: BenchServer;
  /** The server's URL. */
  readonly url: string;
  /** With the owner, as all URLs here; the servers run as the role of the product. */
  readonly databaseUrl: string;
  readonly referenceUrl: string;
  readonly adminToken: string;
  /** Creates a database on the same PostgreSQL, empty or a copy of another one without connections. Returns its URL. */
  createDatabase(name: string, template?: string): Promise<string>;
  dropDatabase(name: string): Promise<void>;
  /**
   * Starts another server on a database of this environment. All sign tokens with the same secret. The caller stops it.
   */
  startServerOn(databaseUrl: string): Promise<BenchServer>;
  /** A folder that is removed with the environment and that PostgreSQL's account can traverse. */
  readonly folder: string;
  /** Returns the processor time that a process and PostgreSQL have used so far; null where it is unknown. */
  processorTime(server: Pick<BenchServer, 'pid'>): Promise<CostMicros | null>;
  stop(): Promise<void>;
}

export async function startEnvironment(): Promise<Environment> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  // If root runs the bench, the database runs as another account, which has to traverse the folder.
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
      await administer(postgres.ownerUrl, `create database ${name} template ${template}`);
      return buildDatabaseUrl(postgres.ownerUrl, name);
    };
    const startServerOn = async (databaseUrl: string) => {
      const started = await startServer({
        databaseUrl: buildDatabaseUrl(postgres.url, new URL(databaseUrl).pathname.slice(1)),
        migrationUrl: databaseUrl,
        dataDir: join(folder, 'server'),
      });
      // For a bench that is interrupted before the caller stops the server. A second stop does nothing.
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
      dropDatabase: (name) => administer(postgres.ownerUrl, `drop database ${name} with (force)`),
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

/** Returns an access token of a server's admin, who chooses a new password at the first sign-in. */
export async function logInAdmin(url: string): Promise<string> {
  const chosen = { ...admin, password: `${admin.password}, chosen` };
  const later = await post(url, '/api/auth/login', chosen);
  if (later.status !== 401) return readAccessToken(later);
  const firstToken = await readAccessToken(await post(url, '/api/auth/login', admin));
  const body = { currentPassword: admin.password, newPassword: chosen.password };
  const changed = await post(url, '/api/auth/password', body, firstToken);
  if (!changed.ok) throw new Error(`the admin's password was not changed: ${await changed.text()}`);
  return readAccessToken(await post(url, '/api/auth/login', chosen));
}

async function readAccessToken(reply: Response): Promise<string> {
  if (!reply.ok) throw new Error(`the admin could not log in: ${await reply.text()}`);
  return ((await reply.json()) as { accessToken: string }).accessToken;
}

function post(url: string, path: string, body: object, token?: string): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
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
