import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { createLiveLog, type LiveLog, type LoggedEvent } from '../../src/events/index.ts';
import { newId } from '../../src/shared/ids.ts';
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
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';

const { database, url } = await testDatabase({ invariants: false });

function liveLogOn(its: Database = database): LiveLog & { errors: unknown[] } {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const liveLog = createLiveLog({ database: its, tail: createTestTail(its, onError), onError });
  after(() => liveLog.stop());
  return { ...liveLog, errors };
}

/** Creates a listener that records what it receives. */
function listener() {
  const received: LoggedEvent[] = [];
  return {
    received,
    listen: (events: readonly LoggedEvent[]) => {
      received.push(...events);
    },
    positions: () => received.map(({ position }) => position),
    names: () => received.map(nameOf),
  };
}

const named = (...names: string[]) => names.map(namedFact);

describe('the live log', () => {
  test('starts now: visible events are past, and uncommitted ones are delivered later', async () => {
    const liveLog = liveLogOn();
    const early = listener();
    await liveLog.subscribe({}, early.listen);
    const held = await appendUncommitted(database, ...named('held back'));
    await append(database, ...named('visible'));
    const late = listener();
    await liveLog.subscribe({}, late.listen);
    await held.commit();
    await append(database, ...named('after'));
    await until(async () => assert.deepEqual(late.names(), ['held back', 'after']));
    assert.deepEqual(early.names(), ['held back', 'visible', 'after']);
  });

  test('delivers to the first listener every event of current writers', async () => {
    const liveLog = liveLogOn();
    const held = await appendUncommitted(database, ...named('held back'));
    await append(database, ...named('visible'));
    const { listen, names } = listener();
    const subscribing = liveLog.subscribe({}, listen);
    await held.commit();
    await subscribing;
    await append(database, ...named('after'));
    await until(async () => assert.equal(names().at(-1), 'after'));
    // Whether the first event was committed before the subscription is unknown here; the visible one is past.
    assert.ok(!names().includes('visible'));
  });

  test('delivers everything after a position, however much that is, and continues live', async () => {
    const liveLog = liveLogOn();
    const start = (await positionsIn(database)).at(-1)!;
    await append(database, ...Array.from({ length: 12_000 }, () => fact()));
    await append(database, ...named('wanted'));
    const all = listener();
    const some = listener();
    await liveLog.subscribe({ after: start }, all.listen);
    await liveLog.subscribe({ after: start, types: ['order.placed'] }, some.listen);
    const orderId = newId();
    await append(database, fact({ type: 'order.placed', orderId, sequence: 1 }));
    await until(async () => assert.equal(all.received.at(-1)?.type, 'order.placed'));
    assert.deepEqual(
      all.positions(),
      (await positionsIn(database)).filter((position) => position > start),
    );
    await until(async () => assert.equal(some.received.length, 1));
    assert.equal(some.received[0]!.orderId, orderId);
  });

  test('waits with past events until the listener is ready, without buffering', async () => {
    const liveLog = liveLogOn();
    const start = (await positionsIn(database)).at(-1)!;
    await append(database, ...Array.from({ length: 1_200 }, () => fact()));
    const given: number[] = [];
    let ready = Promise.withResolvers<void>();
    await liveLog.subscribe({ after: start }, (events) => {
      given.push(events.length);
      return ready.promise;
    });
    await until(async () => assert.deepEqual(given, [500]));
    ready.resolve();
    ready = Promise.withResolvers();
    ready.resolve();
    await until(async () => assert.deepEqual(given, [500, 500, 200]));
  });

  test('delivers to all other listeners if one throws or rejects', async () => {
    const liveLog = liveLogOn();
    await liveLog.subscribe({}, () => {
      throw new Error('thrown');
    });
    await liveLog.subscribe({}, async () => {
      throw new Error('rejected');
    });
    const { listen, names } = listener();
    await liveLog.subscribe({}, listen);
    await append(database, ...named('one'));
    await until(async () => assert.deepEqual(names(), ['one']));
    assert.deepEqual(
      liveLog.errors.map((error) => (error as Error).message),
      ['thrown', 'rejected'],
    );
  });

  test('delivers nothing more to a closed subscription', async () => {
    const liveLog = liveLogOn();
    const closed = listener();
    const open = listener();
    const orderId = newId();
    const subscriptions = [
      await liveLog.subscribe({}, closed.listen),
      await liveLog.subscribe({ orderId }, closed.listen),
    ];
    await liveLog.subscribe({}, open.listen);
    for (const subscription of subscriptions) subscription.close();
    await append(database, fact({ type: 'order.placed', orderId, sequence: 1 }));
    await until(async () => assert.equal(open.received.length, 1));
    assert.deepEqual(closed.received, []);
  });

  test('stops reading without listeners and starts again with the next one', async () => {
    const statements: string[] = [];
    const watched = createDatabase({
      url,
      poolMax: 2,
      constraints: {},
      onQuery: (name) => statements.push(name),
    });
    const tail = createTestTail(watched);
    const liveLog = createLiveLog({ database: watched, tail, onError: () => {} });
    after(async () => {
      await liveLog.stop();
      await tail.stop();
      await watched.close();
    });
    const openings = () => statements.filter((name) => name === 'events.find_end').length;
    (await liveLog.subscribe({}, () => {})).close();
    await until(async () => {
      (await liveLog.subscribe({}, () => {})).close();
      assert.ok(openings() >= 2);
    });
    const { listen, names } = listener();
    await liveLog.subscribe({}, listen);
    await append(database, ...named('after the pause'));
    await until(async () => assert.deepEqual(names(), ['after the pause']));
  });

  test('continues after an outage of the database without skipping or repeating events', async () => {
    const proxy = await startTcpProxy(url);
    const behind = createDatabase({ url: proxy.url, poolMax: 2, constraints: {} });
    const liveLog = liveLogOn(behind);
    after(async () => {
      await liveLog.stop();
      await behind.close();
      await proxy.close();
    });
    const live = listener();
    await liveLog.subscribe({}, live.listen);
    const start = (await positionsIn(database)).at(-1)!;
    await append(database, fact());
    await until(async () => assert.equal(live.received.length, 1));
    proxy.cut();
    await append(database, fact(), fact());
    await until(async () => assert.ok(liveLog.errors.length > 0));
    await assert.rejects(liveLog.subscribe({}, () => {}));
    proxy.restore();
    await append(database, fact());
    const wanted = (await positionsIn(database)).filter((position) => position > start);
    await until(async () => assert.equal(live.received.length, wanted.length));
    assert.deepEqual(live.positions(), wanted);
  });

  test('ends all subscriptions at a stop, including those that are catching up', async () => {
    const liveLog = createLiveLog({ database, tail: createTestTail(database), onError: () => {} });
    const { listen, received } = listener();
    await liveLog.subscribe({}, listen);
    await liveLog.subscribe({ after: 0 }, () => {});
    await liveLog.stop();
    await append(database, fact());
    assert.deepEqual(received, []);
    await assert.rejects(
      liveLog.subscribe({}, () => {}),
      /has stopped/,
    );
  });
});

test('a listener that joins at any moment under concurrent writers receives each event once and in order', async () => {
  const liveLog = liveLogOn();
  const joined: { received: () => number[]; before: number[]; since: number[] }[] = [];
  let isWriting = true;
  const writers = Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      for (let count = 0; count < 40 || joined.length < 5; count += 1) {
        const events = Array.from({ length: 1 + (count % 3) }, () => fact());
        if ((count + writer) % 5 === 0)
          await (await appendUncommitted(database, ...events)).rollBack();
        else await append(database, ...events);
      }
    }),
  ).finally(() => {
    isWriting = false;
  });

  while (isWriting) {
    const before = await positionsIn(database);
    const { listen, positions } = listener();
    await liveLog.subscribe({}, listen);
    joined.push({ received: positions, before, since: await positionsIn(database) });
  }
  await writers;
  await append(database, fact());
  const all = await positionsIn(database);
  for (const { received, before, since } of joined) {
    await until(async () => assert.equal(received().at(-1), all.at(-1)));
    const [told, old, known] = [received(), new Set(before), new Set(since)];
    assert.deepEqual(
      told,
      [...new Set(told)].sort((a, b) => a - b),
      'in order and once',
    );
    assert.ok(!told.some((position) => old.has(position)), 'what was visible before');
    const missing = all.filter((position) => !known.has(position) && !told.includes(position));
    assert.deepEqual(missing, [], 'what became visible after');
  }
});
