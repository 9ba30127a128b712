import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Database } from '../../src/database/database.ts';
import { createLiveLog, createRelay, type LoggedEvent } from '../../src/events/index.ts';
import { createRecentEvents } from '../../src/events/recent-events.ts';
import { testDatabase } from '../support/database.ts';
import {
  append,
  appendUncommitted,
  createTestTail,
  fact,
  namedFact,
  nameOf,
  positionsIn,
} from '../support/log.ts';
import { until } from '../support/until.ts';

const { database, owner } = await testDatabase({ invariants: false });

/** The same database, which counts the events that are read from the log. */
function countReads(): { readonly counting: Database; reads(): number } {
  let count = 0;
  return {
    counting: {
      ...database,
      async run<Row>(...[name, ...rest]: Parameters<Database['run']>) {
        const rows = await database.run<Row>(name, ...rest);
        if (name === 'events.read') count += rows.length;
        return rows;
      },
    },
    reads: () => count,
  };
}

test('an event is read once for the relay and the live log of a process', async () => {
  const { counting, reads } = countReads();
  const tail = createTestTail(counting);
  const liveLog = createLiveLog({ database: counting, tail, onError: () => {} });
  const live: number[] = [];
  const relayed: number[] = [];
  const relay = createRelay({
    database: counting,
    tail,
    name: 'once',
    consume: async (_tx, events) => {
      relayed.push(...events.map(({ position }) => position));
      return async () => {};
    },
    onError: () => {},
  });
  await liveLog.subscribe({}, (events) => {
    live.push(...events.map(({ position }) => position));
  });
  relay.start();
  for (let batch = 0; batch < 5; batch += 1) {
    await append(database, ...Array.from({ length: 200 }, () => fact()));
    const positions = await positionsIn(database);
    await until(async () => {
      assert.deepEqual(live, positions);
      assert.deepEqual(relayed, positions);
    });
  }
  assert.equal(reads(), live.length);
  await relay.stop();
  await liveLog.stop();
});

test('a reader behind the events in memory gets every event up to the tail, and none beyond', async () => {
  const tail = createTestTail(database);
  await append(database, ...Array.from({ length: 30 }, () => fact()));
  const following = await tail.follow(() => {});
  const before = await positionsIn(database);
  const held = await appendUncommitted(database, fact());
  await append(database, fact());
  const read = await tail.read(0, 5_000);
  assert.deepEqual(
    read.map(({ position }) => position),
    before,
    'the event after a gap may not be read before the gap is filled',
  );
  await held.commit();
  const all = await positionsIn(database);
  await until(async () => assert.equal(tail.position, all.at(-1)));
  const ends = [0, before.length - 1].map(async (count) => {
    const after = count === 0 ? 0 : before[count]!;
    const events = await tail.read(after, 5_000);
    assert.deepEqual(
      events.map(({ position }) => position),
      all.filter((position) => position > after),
    );
  });
  await Promise.all(ends);
  following.close();
});

test('a tail without followers reads nothing, and starts again at the end of the log', async () => {
  const { counting, reads } = countReads();
  const tail = createTestTail(counting);
  (await tail.follow(() => {})).close();
  await append(database, ...Array.from({ length: 10 }, () => fact()));
  const received: number[] = [];
  await until(async () => {
    // Once the tail has noticed that nobody follows, a follower starts at the end.
    const following = await tail.follow((events) => {
      received.push(...events.map(({ position }) => position));
    });
    const end = (await positionsIn(database)).at(-1);
    const { position } = tail;
    if (position < end!) following.close();
    assert.equal(position, end);
  });
  const readBefore = reads();
  await append(database, fact());
  const end = (await positionsIn(database)).at(-1);
  await until(async () => assert.equal(received.at(-1), end));
  assert.equal(reads(), readBefore + 1);
});

/** One step of a process that reads the log. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ kind: fc.constant('restart' as const), back: fc.integer({ min: 0, max: 5 }) }),
  fc.record({
    kind: fc.constant('find' as const),
    back: fc.integer({ min: 0, max: 40 }),
    limit: fc.integer({ min: 1, max: 20 }),
  }),
);

/** Removes the events of a name, as a failover to a server that had not received them would. */
async function lose(name: string): Promise<void> {
  const client = await owner.connect();
  await client.query('set session_replication_role = replica');
  await client.query(`delete from events where data ->> 'name' = $1::text`, [name]);
  await client.query(
    `select setval(pg_get_serial_sequence('events', 'position'), (select max(position) from events))`,
  );
  await client.end();
}

/** Follows the log of a database, and records the names of what it delivers. */
async function record(its: Database, onError: () => void = () => {}) {
  const tail = createTestTail(its, onError);
  const liveLog = createLiveLog({ database: its, tail, onError: () => {} });
  const names: (string | undefined)[] = [];
  await liveLog.subscribe({}, (events) => {
    names.push(...events.map(nameOf));
  });
  return { tail, liveLog, names };
}

test('after the database has lost its last event, the one that takes its position is delivered', async () => {
  let isAvailable = true;
  let failures = 0;
  const unreliable: Database = {
    ...database,
    async run(...call) {
      if (!isAvailable) throw new Error('the database is unavailable');
      return database.run(...call);
    },
  };
  const { tail, liveLog, names } = await record(unreliable, () => {
    failures += 1;
  });
  await append(database, namedFact('kept'), namedFact('lost'));
  await until(async () => assert.deepEqual(names, ['kept', 'lost']));
  isAvailable = false;
  await until(async () => assert.ok(failures > 0));
  await lose('lost');
  isAvailable = true;
  const [end] = (await positionsIn(database)).slice(-1);
  await until(async () => assert.equal(tail.position, end));
  assert.deepEqual(await tail.read(end!, 10), []);
  await append(database, namedFact('instead'));
  await until(async () => assert.deepEqual(names, ['kept', 'lost', 'instead']));
  await liveLog.stop();
});

test('the same holds if another server takes over while nobody reads, so that no read fails', async () => {
  let generation = 1;
  let taking: Promise<void> | null = null;
  const moving: Database = {
    ...database,
    generation: () => generation,
    async run(...call) {
      await taking;
      return database.run(...call);
    },
  };
  const { liveLog, names } = await record(moving);
  await append(database, namedFact('still kept'), namedFact('lost too'));
  await until(async () => assert.deepEqual(names, ['still kept', 'lost too']));
  const { promise, resolve } = Promise.withResolvers<void>();
  taking = promise;
  await lose('lost too');
  await append(database, namedFact('taking its position'));
  // The next statement opens a connection, to the other server.
  generation += 1;
  resolve();
  await until(async () =>
    assert.deepEqual(names, ['still kept', 'lost too', 'taking its position']),
  );
  await liveLog.stop();
});

test('events in memory are returned complete and in order, or not at all', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const recent = createRecentEvents(10);
      let log: number[] = [];
      let position = 0;
      recent.restart(0);
      for (const it of steps) {
        if (it.kind === 'add') {
          // Every third position is a gap.
          const added = Array.from({ length: it.count }, (_, index) => position + 1 + index).filter(
            (each) => each % 3 !== 0,
          );
          recent.add(added.map((each) => ({ position: each }) as LoggedEvent));
          log.push(...added);
          position = added.at(-1) ?? position;
        } else if (it.kind === 'restart') {
          position = Math.max(0, position - it.back);
          recent.restart(position);
          log = log.filter((each) => each <= position);
        } else {
          const after = Math.max(0, position - it.back);
          const found = recent.find(after, it.limit);
          const wanted = log.filter((each) => each > after).slice(0, it.limit);
          if (found !== null)
            assert.deepEqual(
              found.map((event) => event.position),
              wanted,
            );
          else assert.ok(after < position, 'it knows where its events end');
        }
      }
    }),
  );
});
