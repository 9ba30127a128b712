import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import pg from 'pg';
import { createDatabase } from '../../src/database/database.ts';
import {
  createHighestTimeline,
  listHosts,
  normalizeHosts,
  watchPrimary,
} from '../../src/database/failover/index.ts';
import { createReplicas } from '../../src/database/replicas.ts';
import { statement } from '../../src/database/statement.ts';
import { serviceErrors } from '../../src/shared/common-errors.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { createAuthority } from '../support/certificates.ts';
import { testDatabase } from '../support/database.ts';
import { startPostgresWithTls } from '../support/postgres-with-tls.ts';

const { database: primary } = await testDatabase();
const authority = createAuthority();
const right = authority.issue('IP:127.0.0.1');
const wrong = authority.issue('DNS:other.example');
const postgres = await startPostgresWithTls(right);

const usesTls = statement<[], { tls: boolean }>(
  'test.uses_tls',
  'select ssl as tls from pg_stat_ssl where pid = pg_backend_pid()',
);

function open(parameters: string) {
  const url = `${postgres.url}?${parameters}`;
  const database = createDatabase({ url, poolMax: 1, constraints: {} });
  after(() => database.close());
  return database;
}

const verified = open(`sslmode=verify-full&sslrootcert=${authority.ca}`);

function isUnavailable(error: unknown): boolean {
  return error instanceof CodedError && error.definition === serviceErrors.unavailable;
}

/** Ends all connections, so that the next statement has to open a new one. */
async function endConnections(): Promise<void> {
  const client = new pg.Client(`${postgres.url}?sslmode=disable`);
  await client.connect();
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()',
  );
  await client.end();
}

test('a verified connection is encrypted', async () => {
  assert.deepEqual(await usesTls(verified), [{ tls: true }]);
});

test('a certificate that becomes invalid at run time makes the database unavailable, until it is replaced', async () => {
  await usesTls(verified);
  await postgres.present(wrong);
  await endConnections();
  await assert.rejects(async () => {
    // The first may still get the connection that was ended.
    await usesTls(verified).catch(() => {});
    await usesTls(verified);
  }, isUnavailable);
  await postgres.present(right);
  assert.deepEqual(await usesTls(verified), [{ tls: true }]);
});

test('of several hosts each one is verified by its own name', async () => {
  const open = (names: string) => {
    const [, credentials, , path] = /^(.+@)([^/]+)(.+)$/.exec(postgres.url)!;
    const tls = `?sslmode=verify-full&sslrootcert=${authority.ca}`;
    const url = normalizeHosts(`${credentials}${names}${path}${tls}`);
    const watch = watchPrimary({
      hosts: listHosts(url),
      highest: createHighestTimeline(null, () => {}),
      onChange() {},
    });
    const database = createDatabase({ url, primary: watch, poolMax: 1, constraints: {} });
    after(async () => {
      await database.close();
      await watch.close();
    });
    return { watch, database };
  };
  const { port } = new URL(postgres.url);
  const sound = open(`nobody.invalid:5432,127.0.0.1:${port}`);
  assert.deepEqual(await usesTls(sound.database), [{ tls: true }]);
  // The certificate is for the address, and no connection is taken for another's.
  const unsound = open(`nobody.invalid:5432,localhost:${port}`);
  await assert.rejects(usesTls(unsound.database), isUnavailable);
  const [, named] = unsound.watch.status().hosts;
  assert.match(String(named?.error), /does not match certificate.*localhost/i);
});

test('reads go to the primary while the certificate of a replica is not trusted', async () => {
  const reads = createReplicas({ primary, replicas: [open('sslmode=verify-full')] });
  assert.deepEqual(await usesTls(reads), [{ tls: false }]);
});
