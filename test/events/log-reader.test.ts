import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { appendEvents, type LoggedEvent } from '../../src/events/index.ts';
import { createLogReader } from '../../src/events/log-reader.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { append, appendUncommitted, fact, namedFact, nameOf, positionsIn } from '../support/log.ts';
import { until } from '../support/until.ts';

/** On a real PostgreSQL. The events here belong to nonexistent orders, so the invariants are not checked. */
const { database } = await testDatabase({ invariants: false, poolMax: 12 });

async function endOfLog(): Promise<number> {
  return (await positionsIn(database)).at(-1) ?? 0;
}

test('a visible event waits for lower positions that are not yet committed', async () => {
  const reader = createLogReader(database);
  const after = await endOfLog();
  const held = await appendUncommitted(database, namedFact('first'));
  await append(database, namedFact('second'));
  for (let look = 0; look < 5; look += 1) {
    assert.deepEqual((await reader.read(after, 100)).events, []);
  }
  await held.commit();
  const { events } = await reader.read(after, 100);
  assert.deepEqual(events.map(nameOf), ['first', 'second']);
});

test('a gap left by a rollback is skipped', async () => {
  const reader = createLogReader(database);
  const after = await endOfLog();
  const held = await appendUncommitted(database, fact(), fact());
  await append(database, namedFact('after the gap'));
  assert.deepEqual((await reader.read(after, 100)).events, []);
  await held.rollBack();
  const { events } = await reader.read(after, 100);
  assert.deepEqual(
    events.map((event) => [nameOf(event), event.position]),
    [['after the gap', after + 3]],
  );
});

test('a writer that takes its position after a gap was seen does not delay the reader', async () => {
  const reader = createLogReader(database);
  const after = await endOfLog();
  const gap = await appendUncommitted(database, fact());
  await append(database, namedFact('visible'));
  assert.deepEqual((await reader.read(after, 100)).events, []);
  const later = await appendUncommitted(database, fact());
  await gap.rollBack();
  assert.equal((await reader.read(after, 100)).events.length, 1);
  await later.rollBack();
});

test('a long transaction that writes no events delays nothing', async () => {
  const reader = createLogReader(database);
  const after = await endOfLog();
  const long = await database.connect();
  await long.query('begin');
  await long.query(`insert into schedules (name) values ('long')`);
  const held = await appendUncommitted(database, fact());
  await append(database, fact());
  assert.deepEqual((await reader.read(after, 100)).events, []);
  await held.rollBack();
  assert.equal((await reader.read(after, 100)).events.length, 1);
  await long.query('rollback');
  await long.end();
});

test('the end of the log as a starting position excludes writers that may still commit before it', async () => {
  const reader = createLogReader(database);
  const held = await appendUncommitted(database, fact());
  await append(database, fact());
  const end = await endOfLog();
  let looks = 0;
  const found = await reader.findSettledEnd(async () => {
    looks += 1;
    if (looks === 3) await held.commit();
  });
  assert.equal(found, end);
  assert.equal(looks, 3);
});

test('an event contains everything that was written but its actor and its reason', async () => {
  const reader = createLogReader(database);
  const after = await endOfLog();
  const actorId = newId();
  const orderId = newId();
  const written = fact({
    type: 'order.cancelled',
    orderId,
    sequence: 7,
    from: 'PENDING',
    to: 'CANCELLED',
    actor: { type: 'user', id: actorId, role: 'admin' },
    reason: 'asked to',
    cause: { requestId: 'r', traceId: 't', spanId: 's', idempotencyKey: 'k' },
    data: { cancelReason: 'ADMIN' },
  });
  await append(database, written);
  const [event] = (await reader.read(after, 1)).events;
  const { position, id, atMs, traceId, spanId, dataText, ...rest } = event!;
  const {
    actor: _actor,
    customerId: _customer,
    reason: _reason,
    cause: _cause,
    ...visible
  } = written;
  assert.deepEqual({ ...rest, data: JSON.parse(dataText) }, visible);
  assert.deepEqual([traceId, spanId], ['t', 's']);
  assert.equal(position, after + 1);
  assert.ok(Math.abs(atMs - Date.now()) < 60_000, `${atMs}`);
  assert.match(id, /^[0-9a-f-]{36}$/);
});

/**
 * Generated loads on a real server: several connections write events of a few orders, each under the order's lock. Some
 * take the lock late, some are rolled back, and a reader reads all the time.
 */
const transaction = fc.record({
  orders: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
  /** Takes a position without an order first, so that later ones of an order belong to an older transaction. */
  writesFirst: fc.boolean(),
  rollsBack: fc.boolean(),
  /** The number of statements in between, which lets others overtake. */
  dawdles: fc.integer({ min: 0, max: 4 }),
});
type Plan = typeof transaction extends fc.Arbitrary<infer T> ? T : never;

class RolledBack extends Error {}

test('no event is skipped or repeated, and those of each order arrive in order, while writers overtake each other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(transaction, { minLength: 3, maxLength: 8 }), {
        minLength: 6,
        maxLength: 6,
      }),
      async (workers) => {
        const orderIds = Array.from({ length: 4 }, () => newId());
        const sequences = new Map<string, number>();
        const start = await endOfLog();
        let isWriting = true;

        async function write({ orders, writesFirst, rollsBack, dawdles }: Plan): Promise<void> {
          const taken: [string, number][] = [];
          await database.transaction(async (tx) => {
            if (writesFirst) await appendEvents(tx, [fact()]);
            for (let pause = 0; pause < dawdles; pause += 1)
              await tx.run('test.pause', 'select 1', []);
            // In a fixed order, as everywhere, so that no deadlock occurs.
            for (const index of [...new Set(orders)].sort()) {
              const orderId = orderIds[index]!;
              await tx.run('test.lock', 'select pg_advisory_xact_lock(hashtext($1::text))', [
                orderId,
              ]);
              const sequence = (sequences.get(orderId) ?? 0) + 1;
              await appendEvents(tx, [fact({ type: 'order.confirmed', orderId, sequence })]);
              if (rollsBack) continue;
              sequences.set(orderId, sequence);
              taken.push([orderId, sequence]);
            }
            if (rollsBack) throw new RolledBack();
          });
        }

        const writers = Promise.all(
          workers.map(async (plans) => {
            for (const plan of plans) {
              await write(plan).catch((error: unknown) => {
                if (!(error instanceof RolledBack)) throw error;
              });
            }
          }),
        ).finally(() => {
          isWriting = false;
        });

        const reader = createLogReader(database);
        const read: LoggedEvent[] = [];
        const readOn = async () => {
          const { events } = await reader.read(read.at(-1)?.position ?? start, 7);
          read.push(...events);
        };
        while (isWriting) await readOn();
        await writers;
        const committed = (await positionsIn(database)).filter((position) => position > start);
        await until(async () => {
          await readOn();
          assert.equal(read.at(-1)?.position ?? start, committed.at(-1) ?? start);
        });

        assert.deepEqual(
          read.map(({ position }) => position),
          committed,
        );
        for (const orderId of orderIds) {
          const ofOrder = read.filter((event) => event.orderId === orderId);
          assert.deepEqual(
            ofOrder.map(({ sequence }) => sequence),
            ofOrder.map((_, index) => index + 1),
          );
        }
      },
    ),
    { numRuns: 25 },
  );
});
