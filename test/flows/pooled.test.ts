import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { exitCodes } from '../../src/main/cli/exit-codes.ts';
import { runCommand } from '../support/command.ts';
import { administer, emptyDatabase, testDatabase } from '../support/database.ts';
import { makeHostile } from '../support/hostile-settings.ts';
import {
  olderPgBouncerMissing,
  pgBouncerMissing,
  preparingPgBouncerMissing,
  startPgBouncer,
} from '../support/pgbouncer.ts';
import { startServerProcess } from '../support/server-process.ts';
import type { Reply, Session } from '../support/session.ts';
import { until } from '../support/until.ts';
import {
  asAdmin,
  checkInvariants,
  runShop,
  shopEnvironment,
  signUp,
} from '../support/whole-shop.ts';

const transactions = { pool_mode: 'transaction' };
const prepared = { ...transactions, max_prepared_statements: '200' };
const withPrepared = { skip: preparingPgBouncerMissing };

/** What waits in the pool with nobody's settings is the pooler's own. */
const sparingThePooler = { except: 'idle_session_timeout' };

/** The sentence of a start that ends. */
async function readRefusal(databaseUrl: string, environment = {}): Promise<string> {
  const { code, stderr } = await runCommand(['serve'], {
    environment: { ...shopEnvironment(databaseUrl), PORT: '0', ...environment },
  });
  assert.equal(code, exitCodes.failed, stderr);
  assert.doesNotMatch(stderr, /^ +at /m);
  return stderr;
}

async function runDoctor(databaseUrl: string): Promise<string> {
  const environment = { ...shopEnvironment(databaseUrl), PORT: '0' };
  return (await runCommand(['doctor'], { environment })).stdout;
}

/** Places an order and repeats it until it is there; every answer but the last must be a 503 that says when to come again. */
async function placeThrough(customer: Session, sku: string, seen: (status: number) => void) {
  const key = { 'idempotency-key': crypto.randomUUID() };
  for (;;) {
    const reply = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] }, key);
    seen(reply.status);
    if (reply.status === 201) return reply.json<{ id: string }>().id;
    requireAway(reply);
  }
}

function requireAway({ status, headers, text }: Reply): void {
  assert.equal(status, 503, text);
  assert.ok(Number(headers.get('retry-after')) > 0);
}

/** Orders of several customers while the pooler goes and comes back. */
async function restartUnderLoad(pooler: Awaited<ReturnType<typeof startPgBouncer>>): Promise<void> {
  const environment = shopEnvironment(pooler.url);
  const server = await startServerProcess({ environment: { ...environment, LOG_LEVEL: 'silent' } });
  try {
    const staff = await asAdmin(server);
    const price = { amount: 100, currency: 'GBP' };
    const product = { sku: 'TART', name: 'A tart', price, onHand: 1_000_000 };
    assert.equal((await staff.post('/api/products', product)).status, 201);
    const customers = await Promise.all(Array.from({ length: 6 }, () => signUp(server)));
    let isOver = false;
    let placedNow = 0;
    let refused = 0;
    const placed: string[] = [];
    const work = customers.map(async (customer) => {
      while (!isOver) {
        placed.push(
          await placeThrough(customer, 'TART', (status) => {
            if (status === 201) placedNow += 1;
            else refused += 1;
          }),
        );
      }
    });
    const everybody = Promise.all(work);
    everybody.catch(() => {});
    const untilPlaced = (count: number) => {
      const goal = placedNow + count;
      return Promise.race([everybody, until(async () => assert.ok(placedNow >= goal))]);
    };
    await untilPlaced(30);
    await pooler.stop();
    await Promise.race([everybody, until(async () => assert.ok(refused >= 6))]);
    await pooler.start();
    await untilPlaced(30);
    isOver = true;
    await everybody;
    for (const id of placed) assert.equal((await staff.get(`/api/orders/${id}`)).status, 200);
    await checkInvariants(environment);
  } finally {
    await server.end('SIGTERM');
  }
}

describe('PgBouncer as Debian installs it', { skip: pgBouncerMissing }, () => {
  test('carries a whole shop in session pooling, from the migrations on', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url);
    await runShop(pooler.url);
    assert.match(await runDoctor(pooler.url), /ok +connection .*session pooling/);
    assert.match(await runDoctor(url), /ok +connection .*without a pooler/);
  });

  test('carries it whatever is set for the database', async () => {
    const { url } = await emptyDatabase();
    await makeHostile(`database ${new URL(url).pathname.slice(1)}`, sparingThePooler);
    await runShop((await startPgBouncer(url)).url);
  });

  test('that restarts under load is a 503 for a while, and nothing acknowledged is lost', async () => {
    await restartUnderLoad(await startPgBouncer((await emptyDatabase()).url));
  });

  test('that refuses a parameter of the start is named in a sentence', async () => {
    const pooler = await startPgBouncer((await emptyDatabase()).url);
    const sentence = await readRefusal(pooler.url, { PGOPTIONS: '-c jit=off' });
    assert.match(sentence, /unsupported startup parameter: options.*PGOPTIONS/);
  });

  test('with too few sessions is waited for, with a sentence', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url, { settings: { default_pool_size: '1' } });
    assert.match(await runDoctor(pooler.url), /WRONG +database .*default_pool_size/);
  });
});

describe('PgBouncer that loses prepared statements', { skip: olderPgBouncerMissing }, () => {
  for (const [name, settings] of Object.entries({
    'in transaction pooling': transactions,
    'and gives sessions out in turn': { ...transactions, server_round_robin: '1' },
    'with one session': { ...transactions, default_pool_size: '1' },
    'in statement pooling': { pool_mode: 'statement' },
  })) {
    test(`${name} stops the start with a sentence`, async () => {
      const { url } = await emptyDatabase();
      const pooler = await startPgBouncer(url, { settings });
      assert.match(await readRefusal(pooler.url), /prepared statements.*pool_mode = session/);
      assert.match(await runDoctor(pooler.url), /WRONG +database .*pool_mode = session/);
    });
  }

  test('comes in under a running server: every answer is a 503, until it is mended', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url);
    const server = await startServerProcess({
      environment: { ...shopEnvironment(pooler.url), LOG_LEVEL: 'silent' },
    });
    try {
      const customer = await signUp(server);
      await pooler.restart(transactions);
      for (let count = 0; count < 20; count += 1) {
        requireAway(await customer.get('/api/orders'));
        requireAway(await customer.post('/api/orders', { items: [{ sku: 'TART', quantity: 1 }] }));
      }
      await pooler.restart();
      await until(async () => assert.equal((await customer.get('/api/orders')).status, 200));
    } finally {
      await server.end('SIGTERM');
    }
  });
});

describe('PgBouncer that keeps prepared statements', withPrepared, async () => {
  test('carries a whole shop in transaction pooling, from the migrations on', async () => {
    const { url } = await emptyDatabase();
    const pooler = await startPgBouncer(url, { settings: prepared, prepares: true });
    await runShop(pooler.url);
    assert.match(await runDoctor(pooler.url), /ok +connection .*transaction pooling/);
  });

  test('carries it whatever is set for the database, with few sessions for many connections', async () => {
    const { url } = await emptyDatabase();
    await makeHostile(`database ${new URL(url).pathname.slice(1)}`, sparingThePooler);
    const settings = { ...prepared, default_pool_size: '3' };
    await runShop((await startPgBouncer(url, { settings, prepares: true })).url);
  });

  test('that restarts under load is a 503 for a while, and nothing acknowledged is lost', async () => {
    const { url } = await emptyDatabase();
    await restartUnderLoad(await startPgBouncer(url, { settings: prepared, prepares: true }));
  });

  test('stops the start with a sentence when it is told not to keep them', async () => {
    const { url } = await emptyDatabase();
    const settings = { ...transactions, max_prepared_statements: '0' };
    const pooler = await startPgBouncer(url, { settings, prepares: true });
    assert.match(await readRefusal(pooler.url), /max_prepared_statements = 200/);
  });

  test('stops the start with a sentence in statement pooling', async () => {
    const { url } = await emptyDatabase();
    const settings = { ...prepared, pool_mode: 'statement' };
    const pooler = await startPgBouncer(url, { settings, prepares: true });
    assert.match(await readRefusal(pooler.url), /takes no transactions/);
  });
});

describe('connections that share sessions', withPrepared, async () => {
  if (preparingPgBouncerMissing !== false) return;
  const db = await testDatabase();
  await administer(
    `alter database ${new URL(db.url).pathname.slice(1)} set datestyle to 'SQL, DMY'`,
  );
  const pooler = await startPgBouncer(db.url, {
    settings: { ...prepared, default_pool_size: '2' },
    prepares: true,
  });
  const pooled = () => createDatabase({ url: pooler.url, poolMax: 6, constraints: {} });

  test('have our settings in each transaction, and leave none behind for others', async () => {
    const database = pooled();
    try {
      const text = `select current_setting('DateStyle') as style, current_setting('enable_sort') as sort`;
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          index % 3 === 0
            ? database.transaction((tx) => tx.run('test.in_transaction', text, []))
            : database.run('test.alone', text, [], index % 3 === 1),
        ),
      );
      const expected = answers.map((_, index) => [
        { style: 'ISO, MDY', sort: index % 3 === 1 ? 'off' : 'on' },
      ]);
      assert.deepEqual(answers, expected);
      assert.equal(database.connectionKind(), 'transaction');
    } finally {
      await database.close();
    }
    const other = createDatabase({ url: pooler.url, poolMax: 1, constraints: {} });
    const own = await other.connect();
    const { rows } = await own.query(`show datestyle`);
    assert.deepEqual(rows, [{ DateStyle: 'SQL, DMY' }]);
    await own.end();
    await other.close();
  });

  test('a statement that fails takes no other one with it, and writes nothing', async () => {
    const database = pooled();
    try {
      const insert = 'insert into schedules (name) values ($1::text)';
      await database.run('test.insert', insert, ['one']);
      const outcomes = await Promise.allSettled([
        database.run('test.insert', insert, ['two']),
        database.run('test.insert', insert, ['one']),
        database.run('test.short', 'select 1 / $1::int', [0], true),
        database.run('test.fine', 'select 1 / $1::int as one', [1], true),
      ]);
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      );
      const rows = await database.run(
        'test.names',
        `select name from schedules where name in ('one', 'two') order by name`,
        [],
      );
      assert.deepEqual(rows, [{ name: 'one' }, { name: 'two' }]);
    } finally {
      await database.close();
    }
  });
});
