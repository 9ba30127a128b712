import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { startEmbeddedPostgres } from '../../src/database/embedded/index.ts';
import { migrate } from '../../src/database/migrate.ts';
import { serviceErrors } from '../../src/shared/common-errors.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { newId } from '../../src/shared/ids.ts';
import { createTestTable } from '../support/database.ts';

const folder = await mkdtemp(join(tmpdir(), 'healing-'));
const log = { info() {}, warn() {} };
// Durable, unlike the other servers of these tests, because it is killed to see what is left.
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), log });
const database = createDatabase({ url: server.url, poolMax: 4, constraints: {} });
const owner = createDatabase({ url: server.ownerUrl, poolMax: 1, constraints: {} });
// A writer that a failed test leaves behind would run against the closed pool for ever and hide the failure.
let hasEnded = false;
after(async () => {
  hasEnded = true;
  await Promise.all([database.close(), owner.close()]);
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Writes rows one after the other until `enough`. Every failure must be a 503. Returns the acknowledged ids. */
async function write(enough: (acknowledged: number, failures: number) => boolean) {
  const acknowledged: string[] = [];
  let failures = 0;
  while (!hasEnded && !enough(acknowledged.length, failures)) {
    const id = newId();
    try {
      await database.transaction((tx) =>
        tx.run('test.write', 'insert into kept (id) values ($1::uuid)', [id]),
      );
      acknowledged.push(id);
    } catch (error) {
      assert.ok(error instanceof CodedError, `not a refusal: ${error}`);
      assert.equal(error.code, serviceErrors.unavailable.code);
      failures += 1;
    }
  }
  return acknowledged;
}

test('a kill -9 of PostgreSQL under load causes 503s for a while and loses nothing acknowledged', async () => {
  await migrate(owner);
  await createTestTable(owner, 'create table kept (id uuid primary key)');
  const pidFile = join(server.dataDirectory, 'postmaster.pid');
  const kill = async () =>
    process.kill(Number((await readFile(pidFile, 'utf8')).split('\n')[0]), 'SIGKILL');

  const before = await write((acknowledged) => acknowledged >= 50);
  // Each writer continues through the fault and for fifty more rows after it. A writer whose connection breaks between
  // two rows gets another one and never sees the fault, so a fault that any of them saw counts for all.
  let seen = false;
  const writers = Array.from({ length: 4 }, () => {
    let atFault: number | null = null;
    return write((acknowledged, failures) => {
      seen ||= failures > 0;
      if (seen) atFault ??= acknowledged;
      return atFault !== null && acknowledged >= atFault + 50;
    });
  });
  await kill();
  const through = (await Promise.all(writers)).flat();

  const rows = await database.run<{ id: string }>('test.kept', 'select id from kept', []);
  const kept = new Set(rows.map(({ id }) => id));
  assert.deepEqual(
    [...before, ...through].filter((id) => !kept.has(id)),
    [],
  );
  assert.deepEqual(await migrate(owner), []);
});
