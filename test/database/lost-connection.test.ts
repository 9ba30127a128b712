import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { listHosts, type PrimaryWatch } from '../../src/database/failover/index.ts';
import { serviceErrors } from '../../src/shared/common-errors.ts';
import { administer, testDatabase } from '../support/database.ts';

const { url } = await testDatabase();

test('a broken idle connection is reported without the connection itself, which contains the key that cancels its statements', async () => {
  const lost = Promise.withResolvers<Error>();
  const database = createDatabase({
    url,
    poolMax: 1,
    constraints: {},
    onConnectionLost: lost.resolve,
  });
  after(() => database.close());
  const [row] = await database.run<{ pid: number }>(
    'test.pid',
    'select pg_backend_pid() as pid',
    [],
  );
  await administer('select pg_terminate_backend($1::int)', [row!.pid]);
  const error = await lost.promise;
  assert.match(error.message, /terminat/i);
  assert.deepEqual(
    Object.values(error).filter((value) => typeof value === 'object'),
    [],
  );
});

/** Messages of PostgreSQL's protocol: what it was told is right, it is ready, and it shuts down. */
const AUTHENTICATED = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
const SHUTTING_DOWN = buildFatalError(
  '57P01',
  'terminating connection due to administrator command',
);

/** Starts a server that shuts down in the moment in which a client has connected, and says both in one packet. */
async function startEndingServer(): Promise<{ readonly url: string; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      connections += 1;
      socket.end(Buffer.concat([AUTHENTICATED, READY, SHUTTING_DOWN]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `postgres://nobody@127.0.0.1:${port}/none`, connections: () => connections };
}

function buildFatalError(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from('E'), length, fields]);
}

/** One that has found the only host. */
function watchOnly(ending: string): PrimaryWatch {
  const [host] = listHosts(ending);
  return {
    findHost: async () => host!,
    admit: () => assert.fail('nothing is to be admitted'),
    nudge() {},
    status: () => ({ primary: null, reason: null, hosts: [] }),
    close: async () => {},
  };
}

// An 'error' event without a listener would end this process, and the test with it.
for (const [what, primary] of [
  ['the only host', () => null],
  ['the primary of several hosts', watchOnly],
] as const) {
  test(`if ${what} shuts down just as a client has connected, the statement fails and the process goes on`, async () => {
    const ending = await startEndingServer();
    const database = createDatabase({
      url: ending.url,
      primary: primary(ending.url),
      poolMax: 1,
      constraints: {},
    });
    after(() => database.close());
    const isUnavailable = { code: serviceErrors.unavailable.code };
    await assert.rejects(database.run('test.one', 'select 1', []), isUnavailable);
    await assert.rejects(
      database.transaction((tx) => tx.run('test.one', 'select 1', [])),
      isUnavailable,
    );
    await assert.rejects(database.connect());
    await assert.rejects(
      database.snapshot(async () => {}, 1_000),
      isUnavailable,
    );
    assert.equal(ending.connections(), 4);
  });
}
