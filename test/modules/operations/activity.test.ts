import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActivityView } from '../../../src/modules/operations/activity-schemas.ts';
import { readActivity } from '../../../src/modules/operations/read-activity.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

// Events without their orders, so the invariants of the log do not hold here.
const db = await testDatabase({ invariants: false });
const server = await startTestServer(db);

interface Fact {
  readonly type: string;
  readonly hoursAgo: number;
  readonly from?: string;
  readonly data?: object;
}

async function insertEvents(facts: readonly Fact[]): Promise<void> {
  await db.owner.run(
    'test.tell_facts',
    `insert into events (id, type, order_id, sequence, from_status, actor_type, cause, data, at)
     select fact.id, fact.type, fact.id, 1, fact."from", 'system', '{}', coalesce(fact.data, '{}'),
            now() - fact."hoursAgo" * interval '1 hour'
       from jsonb_to_recordset($1::jsonb)
         as fact (id uuid, type text, "from" text, data jsonb, "hoursAgo" double precision)`,
    [JSON.stringify(facts.map((fact) => ({ id: newId(), ...fact })))],
  );
}

const pounds = (amount: number) => ({ amount, currency: 'GBP' });

function sumHours(hours: ActivityView['hours']) {
  const sum = (pick: (hour: ActivityView['hours'][number]) => number) =>
    hours.reduce((total, hour) => total + pick(hour), 0);
  return {
    placed: sum(({ placed }) => placed),
    cancelled: sum(({ cancelled }) => cancelled),
    completed: sum(({ completed }) => completed),
    total: sum(({ total }) => total.amount),
    captured: sum(({ captured }) => captured.amount),
    refunded: sum(({ refunded }) => refunded.amount),
  };
}

describe('activity', () => {
  test('counts orders and money of the last 24 hours, each in its hour', async () => {
    const total = { total: pounds(1_000) };
    await insertEvents([
      { type: 'order.placed', hoursAgo: 0, data: total },
      { type: 'order.placed', hoursAgo: 5, data: total },
      { type: 'order.placed', hoursAgo: 5, from: 'QUEUED', data: total },
      { type: 'order.cancelled', hoursAgo: 5 },
      { type: 'order.completed', hoursAgo: 2 },
      { type: 'payment.captured', hoursAgo: 3, data: { amount: pounds(700) } },
      { type: 'refund.succeeded', hoursAgo: 1, data: { amount: pounds(200) } },
      // None of these counts.
      { type: 'order.placed', hoursAgo: 25, data: total },
      { type: 'order.placed', hoursAgo: 4, from: 'CONFIRMED', data: total },
      { type: 'order.queued', hoursAgo: 4, data: total },
      { type: 'order.imported', hoursAgo: 4, data: total },
      { type: 'refund.succeeded', hoursAgo: 1, data: { amount: { amount: 9, currency: 'EUR' } } },
    ]);
    const { hours } = await readActivity(db.database, 'GBP', []);
    assert.equal(hours.length, 24);
    assert.deepEqual(sumHours(hours), {
      placed: 3,
      cancelled: 1,
      completed: 1,
      total: 3_000,
      captured: 700,
      refunded: 200,
    });
    const gaps = hours
      .slice(1)
      .map(({ hour }, at) => Date.parse(hour) - Date.parse(hours[at]!.hour));
    assert.deepEqual(new Set(gaps), new Set([3_600_000]));
    const fiveAgo = hours.find(({ placed }) => placed === 2);
    assert.deepEqual([fiveAgo?.cancelled, fiveAgo?.total], [1, pounds(2_000)]);
  });

  test('is visible to an admin, but not to a customer or the kitchen', async () => {
    const admin = await server.asAdmin();
    const reply = await admin.get('/api/operations/activity');
    assert.equal(reply.status, 200, reply.text);
    const { hours, samples } = reply.json<ActivityView>();
    assert.deepEqual([hours.length, samples.length], [24, 0]);
    for (const role of ['customer', 'kitchen'] as const) {
      const refused = await (await server.signInAs(role)).get('/api/operations/activity');
      assert.equal(refused.status, 403, role);
    }
  });
});
