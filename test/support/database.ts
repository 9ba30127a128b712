import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { createConnections } from '../../src/database/connections.ts';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { RUNTIME_ROLE } from '../../src/database/embedded/index.ts';
import { grantTo } from '../../src/database/migrate.ts';
import { constraintErrors } from '../../src/main/tables/constraint-errors.ts';
import type { ErrorDefinition } from '../../src/shared/errors.ts';
import { createTestKeyRing } from './encryption-key.ts';
import { PATIENT_MS } from './patience.ts';

/** The URLs of one database with its two roles. */
export interface DatabaseUrls {
  /** With the role that the product runs as, which owns nothing. */
  readonly url: string;
  /** With the owner of the tables, a superuser: for what the product may not do. */
  readonly ownerUrl: string;
}

export interface TestDatabase extends DatabaseUrls {
  /** With the role of the product. */
  readonly database: Database;
  /** With the owner. */
  readonly owner: Database;
}

const OWNER_POOL_MAX = 4;

export interface TestDatabaseOptions {
  /** False for a file that breaks the invariants on purpose. */
  readonly invariants?: boolean;
  /** Default: those of the product. */
  readonly constraints?: Readonly<Record<string, ErrorDefinition>>;
  readonly poolMax?: number;
}

/**
 * Creates a migrated database for a test file; call it at the top of the file. After the file's tests, asserts that
 * every invariant holds and drops the database.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = process.env.TEST_DATABASE_TEMPLATE;
  // Copying files takes a third of the time of writing every page of the template to the WAL.
  const urls = await makeDatabase(name, `template ${template} strategy file_copy`);
  const open = (url: string, poolMax: number) =>
    createDatabase({
      url,
      poolMax,
      keyRing: createTestKeyRing(),
      connectTimeoutMs: PATIENT_MS,
      statementTimeoutMs: PATIENT_MS,
      constraints: options.constraints ?? constraintErrors,
    });
  const database = open(urls.url, options.poolMax ?? 20);
  const owner = open(urls.ownerUrl, OWNER_POOL_MAX);
  after(async () => {
    try {
      if (options.invariants !== false) await requireInvariants(urls.ownerUrl);
    } finally {
      await Promise.all([database.close(), owner.close()]);
      await administer(`drop database ${name} with (force)`);
    }
  });
  return { database, owner, ...urls };
}

/** Creates an empty database, without migrations. */
export async function emptyDatabase(): Promise<DatabaseUrls> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const urls = await makeDatabase(name, '');
  after(() => administer(`drop database ${name} with (force)`));
  return urls;
}

async function makeDatabase(name: string, options: string): Promise<DatabaseUrls> {
  await withClient(serverUrl('TEST_DATABASE_OWNER_URL'), async (client) => {
    await client.query(`create database ${name} ${options}`);
    // As the embedded server does: a copy does not have the privileges of its template.
    await client.query(`revoke temporary on database ${name} from public`);
  });
  const url = new URL(serverUrl('TEST_DATABASE_URL'));
  url.pathname = `/${name}`;
  return { url: url.href, ownerUrl: toOwnerUrl(url.href) };
}

/** Returns the URL of the same database with the owner, directly even if the given one leads through a pooler. */
export function toOwnerUrl(databaseUrl: string): string {
  const url = new URL(serverUrl('TEST_DATABASE_OWNER_URL'));
  url.pathname = new URL(databaseUrl).pathname;
  return url.href;
}

/** Creates a table of a test, as a migration would: the product gets the privileges that the rule gives it. */
export async function createTestTable(owner: Database, text: string): Promise<void> {
  const client = await owner.connect();
  await client.query(text).finally(() => client.end());
  await grantTo(owner, RUNTIME_ROLE);
}

/** Runs one statement on the server's maintenance database as its owner, without the pool. */
export async function administer(text: string, parameters: unknown[] = []): Promise<unknown[]> {
  return withClient(
    serverUrl('TEST_DATABASE_OWNER_URL'),
    async (client) => (await client.query(text, parameters)).rows,
  );
}

/** Asserts that every view whose name begins with `inv_` is empty. */
async function requireInvariants(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows: views } = await client.query<{ viewname: string }>(
      `select viewname from pg_views where schemaname = 'public' and viewname like 'inv\\_%' order by 1`,
    );
    for (const { viewname } of views) {
      const { rows } = await client.query(
        `select * from ${pg.escapeIdentifier(viewname)} limit 20`,
      );
      assert.deepEqual(rows, [], `${viewname} is violated after ${process.argv[1]}`);
    }
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await createConnections({
    url,
    statementTimeoutMs: 0,
    connectTimeoutMs: PATIENT_MS,
    applicationName: 'holdfast-test',
  }).connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl(variable: 'TEST_DATABASE_URL' | 'TEST_DATABASE_OWNER_URL'): string {
  const url = process.env[variable];
  if (url === undefined) throw new Error('Run the tests with `npm test -- path/to/file.test.ts`.');
  return url;
}
