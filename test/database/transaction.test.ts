import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabase, type Transaction } from '../../src/database/database.ts';
import { serviceErrors } from '../../src/shared/common-errors.ts';
import { defineErrors } from '../../src/shared/errors.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { query, until } from '../support/until.ts';

const refusals = defineErrors('test', { full: [409, 'It is full.', 'There is room for ten.'] });
const { database, owner, ownerUrl, url } = await testDatabase({
  constraints: { counters_value_check: refusals.full },
});
await createTestTable(
  owner,
  `create table counters (
     name  text,
     value bigint not null,
     constraint counters_name_pkey primary key (name),
     constraint counters_value_check check (value <= 10))`,
);

function add(tx: Pick<Transaction, 'run'>, name: string, delta: number) {
  return tx.run<{ value: number }>(
    'test.add',
    `insert into counters (name, value) values ($1::text, $2::bigint)
     on conflict (name) do update set value = counters.value + excluded.value
     returning value`,
    [name, delta],
  );
}

async function readCounter(name: string): Promise<unknown> {
  return (await query(url, 'select value::int from counters where name = $1', [name]))[0]?.value;
}

test('the changes of a transaction are committed together or not at all', async () => {
  const failed = database.transaction(async (tx) => {
    await add(tx, 'left', 1);
    await add(tx, 'right', 1);
    throw new Error('no');
  });
  await assert.rejects(failed, /^Error: no$/);
  assert.equal(await readCounter('left'), undefined);
  await database.transaction(async (tx) => {
    await add(tx, 'left', 1);
    await add(tx, 'right', 1);
  });
  assert.deepEqual([await readCounter('left'), await readCounter('right')], [1, 1]);
});

test('a commit that is sent behind its statements commits all of them, or none if one of them fails', async () => {
  const rows = await database.transaction((tx) =>
    tx.pipelineCommit(Promise.all([add(tx, 'behind', 1), add(tx, 'behind', 2)])),
  );
  assert.deepEqual(
    rows.map(([row]) => row?.value),
    [1, 3],
  );
  assert.equal(await readCounter('behind'), 3);
  const refused = database.transaction((tx) =>
    tx.pipelineCommit(
      Promise.all([add(tx, 'behind', 1), add(tx, 'behind', 11), add(tx, 'behind', 1)]),
    ),
  );
  await assert.rejects(refused, { code: 'test.full' });
  assert.equal(await readCounter('behind'), 3);
});

test('nothing can be run after the commit', async () => {
  const late = database.transaction(async (tx) => {
    await tx.pipelineCommit(add(tx, 'in time', 1));
    await add(tx, 'late', 1);
  });
  await assert.rejects(late, /test\.add comes after the commit/);
  assert.deepEqual([await readCounter('in time'), await readCounter('late')], [1, undefined]);
});

test('of statements that are sent together, the error of the first is thrown, whichever is noticed first', async () => {
  const refused = database.transaction(async (tx) => {
    const full = add(tx, 'together', 11);
    full.catch(() => {});
    await add(tx, 'together', 1);
  });
  await assert.rejects(refused, { code: 'test.full' });
  assert.equal(await readCounter('together'), undefined);
});

test('a failed statement whose error was swallowed fails the transaction', async () => {
  const swallowed = database.transaction(async (tx) => {
    await add(tx, 'swallowed', 1);
    await tx.run('test.fault', 'select 1 / 0', []).catch(() => {});
    return 'done';
  });
  await assert.rejects(swallowed, /its error was swallowed/);
  assert.equal(await readCounter('swallowed'), undefined);
});

test('two transactions that deadlock both succeed in the end', async () => {
  await add(database, 'first', 1);
  await add(database, 'second', 1);
  // Each waits until the other has its first lock, so that the first attempts must deadlock.
  const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let attempts = 0;
  const cross = (mine: 0 | 1, names: readonly [string, string]) =>
    database.transaction(async (tx) => {
      attempts += 1;
      await add(tx, names[0], 1);
      met[mine].resolve();
      await met[mine === 0 ? 1 : 0].promise;
      await add(tx, names[1], 1);
    });
  await Promise.all([cross(0, ['first', 'second']), cross(1, ['second', 'first'])]);
  assert.ok(attempts >= 3, 'there was no deadlock');
  assert.deepEqual([await readCounter('first'), await readCounter('second')], [3, 3]);
});

test('a violated constraint becomes its refusal, and the connection remains usable', async () => {
  await assert.rejects(add(database, 'bounded', 11), { code: 'test.full' });
  await assert.rejects(
    database.transaction((tx) => add(tx, 'bounded', 11)),
    { code: 'test.full' },
  );
  assert.deepEqual(await add(database, 'bounded', 10), [{ value: 10 }]);
});

test('a bigint is returned as an exact number or not at all', async () => {
  const exact = await database.run('test.exact', 'select 9007199254740991::bigint as value', []);
  assert.deepEqual(exact, [{ value: Number.MAX_SAFE_INTEGER }]);
  await assert.rejects(
    database.run('test.inexact', 'select 9007199254740993::bigint as value', []),
    RangeError,
  );
});

test('a statement that takes too long is a 503 and releases its connection', async () => {
  const hasty = createDatabase({ url, poolMax: 1, constraints: {}, statementTimeoutMs: 100 });
  try {
    await assert.rejects(hasty.run('test.slow', 'select pg_sleep(20)', []), {
      code: serviceErrors.unavailable.code,
    });
    assert.deepEqual(await hasty.run('test.one', 'select 1 as one', []), [{ one: 1 }]);
  } finally {
    await hasty.close();
  }
});

test('the pool recovers after its connections were terminated on the server', async () => {
  await Promise.all(Array.from({ length: 5 }, () => database.run('test.one', 'select 1', [])));
  await query(
    ownerUrl,
    `select pg_terminate_backend(pid)
       from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await until(async () => {
    assert.deepEqual(await database.run('test.two', 'select 2 as two', []), [{ two: 2 }]);
  });
});

test('a connection that is terminated inside a transaction is a 503, and none of it is committed', async () => {
  const cut = database.transaction(async (tx) => {
    await add(tx, 'cut', 1);
    const [self] = await tx.run<{ pid: number }>('test.pid', 'select pg_backend_pid() as pid', []);
    await query(url, 'select pg_terminate_backend($1)', [self?.pid]);
    await add(tx, 'cut', 1);
  });
  await assert.rejects(cut, { code: serviceErrors.unavailable.code });
  assert.equal(await readCounter('cut'), undefined);
  assert.deepEqual(await add(database, 'cut', 1), [{ value: 1 }]);
});

test('an unreachable server is a 503 that says when to retry', async () => {
  const gone = new URL(url);
  gone.port = '1';
  const unreachable = createDatabase({ url: gone.href, poolMax: 1, constraints: {} });
  const expected = {
    code: serviceErrors.unavailable.code,
    details: { headers: { 'Retry-After': '2' } },
  };
  try {
    for (const attempt of [
      unreachable.run('test.one', 'select 1', []),
      unreachable.transaction(async () => {}),
    ]) {
      await assert.rejects(attempt, (error: { code: string; details: { headers: unknown } }) => {
        assert.equal(error.code, expected.code);
        assert.deepEqual(error.details.headers, expected.details.headers);
        return true;
      });
    }
  } finally {
    await unreachable.close();
  }
});
