import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createDatabase } from '../../../src/database/database.ts';
import { findReplay, once } from '../../../src/database/idempotency.ts';
import { createLiveLog, createRelay, type LoggedEvent } from '../../../src/events/index.ts';
import { storeAndApply, storeEvents } from '../../../src/modules/payments/inbox/store-events.ts';
import { serviceErrors } from '../../../src/shared/common-errors.ts';
import { newId } from '../../../src/shared/ids.ts';
import { append, createTestTail, namedFact, nameOf } from '../../support/log.ts';
import { startPostgresPair } from '../../support/replication/pair.ts';
import { buildClaim, testCause } from '../../support/shop.ts';
import { until } from '../../support/until.ts';

const TIMEOUT_MS = 1_500;

const pair = await startPostgresPair();
const [one, two] = pair.members;
await pair.makeSynchronous(one, two);
const database = createDatabase({
  url: pair.directUrl(one),
  poolMax: 6,
  constraints: {},
  statementTimeoutMs: TIMEOUT_MS,
});
after(async () => {
  await database.close();
  await pair.stop();
});

const unavailable = { code: serviceErrors.unavailable.code };

async function whileStandbyIsLost(work: () => Promise<void>): Promise<void> {
  await two.node.kill();
  try {
    await work();
  } finally {
    await two.node.start();
    await two.node.catchUpWith(one.node);
  }
}

/** Waits until no COMMIT waits for the standby any more, so that what was written is visible. */
async function untilNobodyWaits(): Promise<void> {
  await until(async () => {
    const waiting = await one.node.run(
      `select pid from pg_stat_activity where wait_event = 'SyncRep'`,
    );
    assert.deepEqual(waiting, []);
  });
}

async function isVisible(name: string): Promise<boolean> {
  const rows = await database.run(
    'test.named',
    `select position from events where data ->> 'name' = $1::text`,
    [name],
  );
  return rows.length > 0;
}

test('a COMMIT that the lost standby does not confirm is unavailable in time, and its session ends', async () => {
  await whileStandbyIsLost(async () => {
    await assert.rejects(append(database, namedFact('unconfirmed')), unavailable);
    await untilNobodyWaits();
    // What was written stays, so the outcome was unknown and not a refusal.
    assert.ok(await isVisible('unconfirmed'));
  });
});

test('a statement of its own is not acknowledged either', async () => {
  await whileStandbyIsLost(async () => {
    const insert = `insert into log_readers (name) values ('nobody')`;
    await assert.rejects(database.run('test.alone', insert, []), unavailable);
  });
});

test('a COMMIT for which PostgreSQL gives up waiting is not acknowledged, although it is answered', async () => {
  const patient = createDatabase({ url: pair.directUrl(one), poolMax: 2, constraints: {} });
  after(() => patient.close());
  await whileStandbyIsLost(async () => {
    const outcomes = Promise.allSettled([
      append(patient, namedFact('cancelled')),
      patient.run('test.alone', `insert into log_readers (name) values ('nobody else')`, []),
    ]);
    await until(async () => {
      const cancelled = await one.node.run(
        `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
      );
      assert.ok(cancelled.length > 0 || (await isVisible('cancelled')));
      assert.ok(await isVisible('cancelled'));
    });
    await untilNobodyWaits();
    for (const outcome of await outcomes) {
      assert.equal(outcome.status, 'rejected');
      assert.equal(outcome.reason.code, unavailable.code);
    }
  });
});

test('a repeated request is answered only when the standby has its first effect', async () => {
  const claim = buildClaim(newId(), 'test', 'key', {});
  let effects = 0;
  const request = () =>
    once(database, claim, async () => {
      effects += 1;
      return { effects };
    });
  await whileStandbyIsLost(async () => {
    await assert.rejects(request(), unavailable);
    await untilNobodyWaits();
    await assert.rejects(request(), unavailable);
    await assert.rejects(findReplay(database, claim), unavailable);
  });
  assert.deepEqual(await request(), { result: { effects: 1 }, replayed: true });
  assert.equal(effects, 1);
});

test("a provider's event that was stored before is confirmed only when the standby has it", async () => {
  const report = {
    provider: 'sandbox',
    event: { kind: 'ignored', id: `evt_${newId()}`, type: 'charge.other', createdAt: null },
    cause: testCause,
  } as const;
  await whileStandbyIsLost(async () => {
    await assert.rejects(storeEvents(database, [report]), unavailable);
    await untilNobodyWaits();
    await assert.rejects(storeEvents(database, [report]), unavailable);
    await assert.rejects(storeAndApply(database, [report]), unavailable);
  });
  assert.deepEqual(await storeEvents(database, [report]), ['duplicate']);
});

test('an event is told to nobody before the standby has it', async () => {
  const tail = createTestTail(database);
  const liveLog = createLiveLog({ database, tail, onError() {} });
  const streamed: LoggedEvent[] = [];
  const relayed: LoggedEvent[] = [];
  await liveLog.subscribe({}, (events) => void streamed.push(...events));
  const relay = createRelay({
    database,
    tail,
    name: 'test',
    consume: async (_tx, events) => async () => void relayed.push(...events),
    onError() {},
  });
  relay.start();
  after(async () => {
    await relay.stop();
    await liveLog.stop();
  });
  const told = (events: readonly LoggedEvent[]) => events.map(nameOf);
  await append(database, namedFact('confirmed'));
  await until(async () => {
    assert.ok(told(streamed).includes('confirmed'));
    assert.ok(told(relayed).includes('confirmed'));
  });
  await whileStandbyIsLost(async () => {
    await assert.rejects(append(database, namedFact('unsure')), unavailable);
    await until(async () => assert.ok(await isVisible('unsure')));
    // Longer than any poll: the readers have met it, and wait.
    await until(async () => {
      const waiting = await one.node.run(
        `select query from pg_stat_activity where wait_event = 'SyncRep' and query like '%message%'`,
      );
      assert.ok(waiting.length > 0);
    });
    assert.ok(!told(streamed).includes('unsure'));
    assert.ok(!told(relayed).includes('unsure'));
  });
  await until(async () => {
    assert.ok(told(streamed).includes('unsure'));
    assert.ok(told(relayed).includes('unsure'));
  });
});
