import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
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
