import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebhookAnswer } from '../../../src/drivers/webhooks/webhook-sender.ts';
import { LeaseLostError, type RunningJob } from '../../../src/jobs/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { findAudit } from '../../support/audit-rows.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext } from '../../support/orders.ts';
import { addUser, testAuthor, testCause } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';
import { createWebhooksFixture, delivered } from './webhooks-fixture.ts';

// The events are of orders that were never placed, so the invariants of orders do not hold here.
const db = await testDatabase({ invariants: false });
const fixture = await createWebhooksFixture(db);
const admin = await addUser(db.database, { role: 'admin' });

/** Sends two events of an order. The first gets this answer, the second succeeds. */
async function sendTwo(answer: WebhookAnswer) {
  const endpointId = await fixture.addEndpoint();
  const orderId = newId();
  fixture.answer(({ sequence }) => (sequence === 1 ? answer : delivered));
  await fixture.relay(await fixture.record({ orderId, sequence: 1 }, { orderId, sequence: 2 }));
  const [first, second] = await until(async () => {
    const deliveries = await fixture.listDeliveries(endpointId);
    assert.deepEqual(
      deliveries.map(({ status }) => status),
      ['FAILED', 'DELIVERED'],
    );
    return deliveries;
  });
  assert.deepEqual(await query(db.url, 'select * from inv_webhook_deliveries'), []);
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
  const attempts = fixture.sent.filter(({ subject }) => subject === orderId);
  return {
    first: first!,
    second: second!,
    sequences: attempts.map(({ sequence }) => sequence),
    jobState: await readJobState(first!.id),
  };
}

async function readJobState(deliveryId: string): Promise<unknown> {
  const [row] = await query(
    db.url,
    `select jobs.state from webhook_deliveries join jobs on jobs.id = job_id
      where webhook_deliveries.id = $1`,
    [deliveryId],
  );
  return row?.state;
}

const answered = (status: number, location: string | null = null): WebhookAnswer => ({
  kind: 'answered',
  status,
  location,
});

const retried: Record<string, [WebhookAnswer, number | null, string]> = {
  'an error': [answered(500), 500, 'it answered 500'],
  'a refusal': [answered(404), 404, 'it answered 404'],
  'a redirect to another machine': [
    answered(302, 'https://other.example/'),
    302,
    'it answered 302, and redirects are not followed: https://other.example/',
  ],
  'a redirect that repeats the secrets of an address': [
    answered(301, 'https://user:pass@other.example:8443/services/T0/B0/XyZ?token=1#2'),
    301,
    'it answered 301, and redirects are not followed: https://other.example:8443/',
  ],
  'no answer': [
    { kind: 'unreachable', reason: 'no response within 10 s' },
    null,
    'no response within 10 s',
  ],
};

for (const [what, [answer, lastStatus, lastError]] of Object.entries(retried)) {
  test(`${what} is tried again until the attempts are used up`, async () => {
    const { first, sequences, jobState } = await sendTwo(answer);
    assert.deepEqual(
      [first.attempts, first.lastStatus, first.lastError],
      [3, lastStatus, lastError],
    );
    assert.deepEqual([sequences, jobState], [[1, 1, 1, 2], 'dead']);
  });
}

const final: Record<string, WebhookAnswer> = {
  'a name that resolves to a private address': {
    kind: 'refused',
    reason: 'receiver.example resolves to a private target, 127.0.0.1',
  },
  'a redirect to this machine': answered(307, 'http://localhost:3000/'),
  'a redirect into a private network': answered(301, 'http://10.0.0.1/'),
};

for (const [what, answer] of Object.entries(final)) {
  test(`${what} fails the delivery at once, and the next one of its order is sent`, async () => {
    const { first, second, sequences, jobState } = await sendTwo(answer);
    assert.deepEqual([first.attempts, second.attempts], [1, 1]);
    assert.deepEqual([sequences, jobState], [[1, 2], 'dead']);
  });
}

test('a worker that wakes up after its job was taken over writes nothing', async () => {
  const endpointId = await fixture.addEndpoint();
  const orderId = newId();
  const held = Promise.withResolvers<WebhookAnswer>();
  fixture.answer(({ subject }) => (subject === orderId ? held.promise : delivered));
  await fixture.relay(await fixture.record({ orderId, sequence: 1 }));
  await until(async () => assert.ok(fixture.sent.some(({ subject }) => subject === orderId)));
  const [delivery] = await fixture.listDeliveries(endpointId);
  const [row] = await query(db.url, 'select job_id from webhook_deliveries where id = $1', [
    delivery!.id,
  ]);
  const late: RunningJob = {
    id: String(row!.job_id),
    name: fixture.definition.name,
    data: { deliveryId: delivery!.id },
    eventId: null,
    attempt: 1,
    isLastAttempt: false,
    signal: new AbortController().signal,
    cause: testCause,
    leaseToken: newId(),
    finish: () => Promise.reject(new LeaseLostError('another worker has it')),
  };
  fixture.answer(() => delivered);
  await assert.rejects(fixture.definition.run(late), LeaseLostError);
  // Nor does one that is interrupted because its server stops.
  fixture.answer(() => ({ kind: 'unreachable', reason: 'cut off' }));
  const stopped = { ...late, signal: AbortSignal.abort(new Error('the process stops')) };
  await assert.rejects(fixture.definition.run(stopped), { message: 'the process stops' });
  const [after] = await fixture.listDeliveries(endpointId);
  assert.deepEqual([after!.status, after!.attempts], ['PENDING', 0]);
  held.resolve(delivered);
  await until(async () => {
    const [ended] = await fixture.listDeliveries(endpointId);
    assert.deepEqual([ended!.status, ended!.attempts], ['DELIVERED', 1]);
  });
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('410 switches the endpoint off, and the audit names the system', async () => {
  const endpointId = await fixture.addEndpoint();
  fixture.answer(() => answered(410));
  await fixture.relay(await fixture.record({ orderId: newId(), sequence: 1 }));
  await until(async () =>
    assert.equal((await fixture.webhooks.getEndpoint(endpointId)).active, false),
  );
  const rows = (await findAudit(db.database)).filter(({ subjectId }) => subjectId === endpointId);
  assert.deepEqual(
    rows.map(({ type, actorType, job, before, after }) => [type, actorType, job, before, after]),
    [
      ['webhook_endpoint.created', 'user', null, null, rows[0]!.after],
      [
        'webhook_endpoint.changed',
        'system',
        'webhooks.deliver',
        { active: true },
        { active: false },
      ],
    ],
  );
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('410 from a URL that the endpoint no longer has does not switch it off', async () => {
  const endpointId = await fixture.addEndpoint('https://old.example/');
  const orderId = newId();
  fixture.answer(async ({ url }) => {
    if (url !== 'https://old.example/') return delivered;
    await fixture.webhooks.updateEndpoint(buildContext(admin), endpointId, {
      url: 'https://new.example/',
    });
    return answered(410);
  });
  await fixture.relay(await fixture.record({ orderId, sequence: 1 }));
  await until(async () =>
    assert.equal((await fixture.listDeliveries(endpointId))[0]?.status, 'DELIVERED'),
  );
  assert.equal((await fixture.webhooks.getEndpoint(endpointId)).active, true);
  await fixture.webhooks.deleteEndpoint(testAuthor, endpointId);
});

test('a redriven dead letter returns to its delivery queue, with all its attempts', async () => {
  const endpointId = await fixture.addEndpoint();
  const orderId = newId();
  fixture.answer(({ sequence }) => (sequence === 1 ? answered(500) : delivered));
  await fixture.relay(await fixture.record({ orderId, sequence: 1 }));
  const [failed] = await until(async () => {
    const deliveries = await fixture.listDeliveries(endpointId);
    assert.equal(deliveries[0]?.status, 'FAILED');
    return deliveries;
  });
  fixture.answer(() => delivered);
  const rows = await query(
    db.url,
    `update jobs
        set state = 'waiting', attempts = 0, ended_at = null, due_at = now()
       from webhook_deliveries
      where jobs.id = job_id and webhook_deliveries.id = $1
     returning jobs.id, jobs.name, queue, lane, sendings, 0 as "delayMs"`,
    [failed!.id],
  );
  await fixture.worker.registry.sendRows(rows as never);
  await until(async () => {
    const [ended] = await fixture.listDeliveries(endpointId);
    assert.deepEqual([ended!.status, ended!.attempts], ['DELIVERED', 4]);
  });
  const ids = new Set(fixture.sent.filter((one) => one.subject === orderId).map(({ id }) => id));
  assert.deepEqual([...ids], [failed!.eventId]);
});
