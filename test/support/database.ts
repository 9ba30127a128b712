import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import pg from 'pg';
import { createConnections } from '../../src/database/connections.ts';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { constraintErrors } from '../../src/main/tables/constraint-errors.ts';
import type { ErrorDefinition } from '../../src/shared/errors.ts';
import { PATIENT_MS } from './patience.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
}

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
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  const template = process.env.TEST_DATABASE_TEMPLATE;
  // Copying files takes a third of the time of writing every page of the template to the WAL.
  await administer(`create database ${name} template ${template} strategy file_copy`);
  const database = createDatabase({
    url: url.href,
    poolMax: options.poolMax ?? 20,
    connectTimeoutMs: PATIENT_MS,
    statementTimeoutMs: PATIENT_MS,
    constraints: options.constraints ?? constraintErrors,
  });
  after(async () => {
    try {
      if (options.invariants !== false) await requireInvariants(url.href);
    } finally {
      await database.close();
      await administer(`drop database ${name} with (force)`);
    }
  });
  return { database, url: url.href };
}

/** Creates an empty database, without migrations. */
export async function emptyDatabase(): Promise<{ readonly url: string }> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(serverUrl());
  url.pathname = `/${name}`;
  await administer(`create database ${name}`);
  after(() => administer(`drop database ${name} with (force)`));
  return { url: url.href };
}

/** Runs one statement on the server's maintenance database, without the pool. */
export async function administer(text: string, parameters: unknown[] = []): Promise<unknown[]> {
  return withClient(serverUrl(), async (client) => (await client.query(text, parameters)).rows);
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

function serverUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined) throw new Error('Run the tests with `npm test -- path/to/file.test.ts`.');
  return url;
}
