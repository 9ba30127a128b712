import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Database } from '../../src/database/database.ts';
import { createRelay, type LoggedEvent, type Relay } from '../../src/events/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { append, createTestTail, fact, namedFact, positionsIn } from '../support/log.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { until } from '../support/until.ts';

/** Each test reads under its own name, from the beginning of the shared log. */
const { database, owner, url } = await testDatabase({ invariants: false });

interface Setup {
  readonly relay: Relay;
  /** The positions of each batch that was consumed. */
  readonly batches: number[][];
  readonly errors: unknown[];
}

function setUp(
  name: string,
  consume: (events: readonly LoggedEvent[]) => void = () => {},
  isThrottled: () => boolean = () => false,
): Setup {
  const batches: number[][] = [];
  const errors: unknown[] = [];
  const relay = createRelay({
    database,
    tail: createTestTail(database),
    name,
    async consume(_tx, events) {
      consume(events);
      return async () => {
        batches.push(events.map(({ position }) => position));
      };
    },
    isThrottled,
    onError: (error) => errors.push(error),
  });
  after(() => relay.stop());
  return { relay, batches, errors };
}

interface Cursor {
  readonly position: number;
  readonly fencing: number;
  /** Null if the lease is free. */
  readonly leasedUntil: Date | null;
}

async function readCursor(name: string): Promise<Cursor> {
  const [cursor] = await database.run<Cursor>(
    'test.cursor',
    `select position, fencing, leased_until as "leasedUntil"
       from log_readers where name = $1::text`,
    [name],
  );
  return cursor ?? { position: 0, fencing: 0, leasedUntil: null };
}

/** Longer than a lease, even on a busy machine. */
const CAUGHT_UP_MS = PATIENT_MS;

async function untilCaughtUp(name: string): Promise<number[]> {
  const positions = await positionsIn(database);
  await until(async () => {
    // Another test of this file may have written more.
    assert.ok((await readCursor(name)).position >= positions.at(-1)!);
  }, CAUGHT_UP_MS);
  return positions;
}

describe('the relay', () => {
  test('relays every event once and in order, in batches of at most a thousand', async () => {
    const { relay, batches, errors } = setUp('order');
    await append(database, ...Array.from({ length: 2_500 }, () => fact()));
    relay.start();
    await append(database, fact());
    const positions = await untilCaughtUp('order');
    assert.deepEqual(batches.flat(), positions);
    assert.ok(batches.every((batch) => batch.length <= 1_000));
    assert.deepEqual(errors, []);
  });

  test('relays everything in small batches while it is throttled', async () => {
    let isThrottled = true;
    const { relay, batches } = setUp(
      'crowd',
      () => {},
      () => isThrottled,
    );
    await append(database, ...Array.from({ length: 1_500 }, () => fact()));
    const behind = (await positionsIn(database)).length;
    relay.start();
    await until(async () => assert.ok(batches.length >= 3));
    const relayedThrottled = [...batches];
    isThrottled = false;
    assert.deepEqual(
      (await untilCaughtUp('crowd')).slice(0, behind),
      batches.flat().slice(0, behind),
    );
    assert.ok(relayedThrottled.every((batch) => batch.length <= 250));
  });

  test('continues where it was after a stop and releases its lease at once', async () => {
    const first = setUp('rest');
    first.relay.start();
    await untilCaughtUp('rest');
    await first.relay.stop();
    assert.equal((await readCursor('rest')).leasedUntil, null);
    await append(database, namedFact('while it was stopped'));
    const second = setUp('rest');
    second.relay.start();
    const positions = await untilCaughtUp('rest');
    assert.deepEqual([...first.batches.flat(), ...second.batches.flat()], positions);
    assert.equal((await readCursor('rest')).fencing, 2);
  });

  test('relays the same events again after a failure, in smaller batches, and skips none', async () => {
    let failuresLeft = 2;
    const tried: number[] = [];
    const { relay, batches, errors } = setUp('failing', (events) => {
      tried.push(events.length);
      if (failuresLeft > 0) {
        failuresLeft -= 1;
        throw new Error('the plan failed');
      }
    });
    relay.start();
    const positions = await untilCaughtUp('failing');
    assert.equal(errors.length, 2);
    assert.deepEqual(batches.flat(), positions);
    const [first = 0, second = 0, third = 0] = tried;
    assert.ok(first > second && second > third, `${tried}`);
  });

  test('runs on one server, and the next takes over when it stops', async () => {
    const one = setUp('pair');
    const other = setUp('pair');
    one.relay.start();
    await untilCaughtUp('pair');
    other.relay.start();
    for (let count = 0; count < 20; count += 1) await append(database, fact());
    const before = await untilCaughtUp('pair');
    assert.deepEqual(one.batches.flat(), before);
    assert.deepEqual(other.batches, []);
    await one.relay.stop();
    await append(database, fact());
    const positions = await untilCaughtUp('pair');
    assert.deepEqual(other.batches.flat(), positions.slice(before.length));
  });

  test('keeps its lease during a long batch', async () => {
    const name = 'patient';
    const batchTaken = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    after(() => goOn.resolve());
    const holder = createRelay({
      database,
      tail: createTestTail(database),
      name,
      async consume() {
        batchTaken.resolve();
        await goOn.promise;
        return async () => {};
      },
      onError: () => {},
    });
    const rival = setUp(name);
    holder.start();
    after(() => holder.stop());
    await batchTaken.promise;
    const { fencing, leasedUntil } = await readCursor(name);
    rival.relay.start();
    await until(async () => {
      const cursor = await readCursor(name);
      assert.ok(cursor.leasedUntil! > leasedUntil!, 'the lease was not renewed');
      assert.deepEqual([cursor.position, cursor.fencing], [0, fencing]);
    });
    assert.deepEqual(rival.batches, []);
    goOn.resolve();
    await untilCaughtUp(name);
    assert.deepEqual(rival.batches, []);
  });

  test('causes nothing twice if a commit succeeds but its response is lost', async () => {
    await createTestTable(owner, 'create table if not exists caused (position bigint)');
    let lost = 0;
    const forgetful: Database = {
      ...database,
      async transaction(work) {
        const result = await database.transaction(work);
        if (lost === 2) return result;
        lost += 1;
        throw new Error('the connection was lost');
      },
    };
    const afterCommit: number[] = [];
    const relay = createRelay({
      database: forgetful,
      tail: createTestTail(database),
      name: 'forgetful',
      async consume(tx, events) {
        for (const { position } of events) {
          await tx.run('test.cause', 'insert into caused values ($1::bigint)', [position]);
        }
        return async () => {
          afterCommit.push(...events.map(({ position }) => position));
        };
      },
      onError: () => {},
    });
    after(() => relay.stop());
    await append(database, fact());
    relay.start();
    for (let count = 0; count < 3; count += 1) {
      await append(database, fact());
      await untilCaughtUp('forgetful');
    }
    const caused = await database.run<{ position: number }>(
      'test.caused',
      'select position from caused order by position',
      [],
    );
    const positions = await positionsIn(database);
    assert.deepEqual(
      caused.map(({ position }) => position),
      positions,
    );
    assert.equal(lost, 2);
    await until(async () => assert.equal(afterCommit.at(-1), positions.at(-1)));
  });

  test('notices without any new event that its cursor has moved back', async () => {
    const { relay, batches } = setUp('moved');
    relay.start();
    await append(database, fact());
    const positions = await untilCaughtUp('moved');
    await database.run(
      'test.move_back',
      `update log_readers set position = $1::bigint where name = 'moved'`,
      [positions.at(-2)],
    );
    await until(async () => {
      const last = batches.flat().filter((position) => position === positions.at(-1));
      assert.equal(last.length, 2);
    }, CAUGHT_UP_MS);
  });

  test('commits nothing after its lease was lost, and the next holder causes everything once', async () => {
    await createTestTable(owner, 'create table if not exists taken (position bigint)');
    let isFirst = true;
    const relay = createRelay({
      database,
      tail: createTestTail(database),
      name: 'overtaken',
      async consume(tx, events) {
        for (const { position } of events) {
          await tx.run('test.take', 'insert into taken values ($1::bigint)', [position]);
        }
        if (isFirst) {
          isFirst = false;
          await database.run(
            'test.overtake',
            `update log_readers
                set fencing = fencing + 1, leased_until = now()
              where name = 'overtaken'`,
            [],
          );
        }
        return async () => {};
      },
      onError: () => {},
    });
    after(() => relay.stop());
    await append(database, fact(), fact());
    relay.start();
    const positions = await untilCaughtUp('overtaken');
    const taken = await database.run<{ position: number }>(
      'test.taken',
      'select position from taken order by position',
      [],
    );
    assert.deepEqual(
      taken.map(({ position }) => position),
      positions,
    );
  });

  test('reports the age of the oldest waiting event, and 0 if none is waiting', async () => {
    const { relay } = setUp('lagging');
    const [oldest] = await database.run<{ seconds: number }>(
      'test.age',
      'select extract(epoch from clock_timestamp() - min(at))::double precision as seconds from events',
      [],
    );
    const lag = await relay.lagSeconds();
    assert.ok(lag >= oldest!.seconds && lag < oldest!.seconds + 10, `${lag}`);
    relay.start();
    await untilCaughtUp('lagging');
    await until(async () => assert.equal(await relay.lagSeconds(), 0));
  });
});

/** Starts a relay in a separate process that stops in the middle of a batch. */
async function startProcess(name: string): Promise<{ child: ChildProcess; batch: number[] }> {
  const child = fork(fileURLToPath(new URL('../support/relay-process.ts', import.meta.url)), [
    url,
    name,
  ]);
  after(() => child.kill('SIGKILL'));
  const [batch] = (await once(child, 'message')) as [number[]];
  return { child, batch };
}

/** Both wait for the end of a lease, so they run concurrently. Each sees the other's events too. */
describe('a relay that is killed or frozen in the middle of a batch', { concurrency: true }, () => {
  test('is taken over after a kill, and its batch is relayed again', async () => {
    const name = `killed ${newId()}`;
    await append(database, fact());
    const { child, batch } = await startProcess(name);
    child.kill('SIGKILL');
    const next = setUp(name);
    next.relay.start();
    const positions = await untilCaughtUp(name);
    const relayed = next.batches.flat();
    assert.deepEqual(relayed.slice(0, positions.length), positions);
    assert.deepEqual(relayed.slice(0, batch.length), batch);
  });

  test('changes nothing when it wakes up after a takeover', async () => {
    const name = `frozen ${newId()}`;
    await append(database, fact(), fact());
    const { child, batch } = await startProcess(name);
    const { fencing } = await readCursor(name);
    child.kill('SIGSTOP');
    const next = setUp(name);
    next.relay.start();
    await untilCaughtUp(name);
    await append(database, fact());
    const positions = await untilCaughtUp(name);
    assert.ok(batch.at(-1)! < positions.at(-1)!);

    // It finishes its batch, which ends before the position of the new holder.
    child.send('go on');
    child.send('stop');
    child.kill('SIGCONT');
    await once(child, 'exit');
    const cursor = await readCursor(name);
    assert.ok(cursor.position >= positions.at(-1)!, 'it moved the cursor back');
    assert.equal(cursor.fencing, fencing + 1);
    assert.ok(cursor.leasedUntil !== null, "it released another holder's lease");
    assert.deepEqual(next.batches.flat().slice(0, positions.length), positions);
  });
});
