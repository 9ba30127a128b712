import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { createSandbox } from '../../../../src/drivers/payments/sandbox/index.ts';
import { testDatabase } from '../../../support/database.ts';
import { newSession, startSandbox, webhookSecret } from '../../../support/sandbox.ts';
import { query, until } from '../../../support/until.ts';
import { startWebhookReceiver } from '../../../support/webhook-receiver.ts';

const db = await testDatabase();
// Waits longer than the tests even on a busy machine; the tests make deliveries due themselves.
const bench = await startSandbox(db, { retryBaseMs: 60_000 });
const { provider, receiver } = bench;

async function openedSession(): Promise<string> {
  return (await provider.openSession(newSession())).sessionId;
}

async function findDelivery(sessionId: string) {
  const [row] = await query(
    db.url,
    `select delivery.attempts, delivery.next_attempt_at, delivery.delivered_at, delivery.last_error,
            extract(epoch from delivery.next_attempt_at - now()) * 1000 as wait_ms
       from sandbox.deliveries as delivery
       join sandbox.charges as charge
         on (delivery.body::jsonb)->'data'->>'providerReference' = charge.reference
      where charge.session_reference = $1`,
    [sessionId],
  );
  return row as {
    attempts: number;
    next_attempt_at: Date | null;
    delivered_at: Date | null;
    last_error: string | null;
    wait_ms: string;
  };
}

const makeDue = () =>
  query(
    db.url,
    'update sandbox.deliveries set next_attempt_at = now() where next_attempt_at > now()',
  );

test('a failing receiver is tried again, later each time, with the same event and a new signature', async () => {
  const sessionId = await openedSession();
  receiver.answerNext(500, null, 302, 404);
  const before = receiver.received.length;
  assert.equal((await bench.act(sessionId, { action: 'pay' })).status, 202);
  const waits: number[] = [];
  for (const error of [/500/, /\w/, /302/, /404/]) {
    assert.equal(await bench.sandbox.deliveries.deliverDue(), 1);
    const row = await findDelivery(sessionId);
    assert.match(row.last_error ?? '', error);
    assert.equal(row.delivered_at, null);
    waits.push(Number(row.wait_ms));
    await makeDue();
  }
  // A minute doubled three times, within a quarter: the last wait is longer than the first can be.
  assert.ok(waits[3]! > 75_000, waits.join());
  await bench.sandbox.deliveries.deliverDue();
  const row = await findDelivery(sessionId);
  assert.equal(row.attempts, 5);
  assert.notEqual(row.delivered_at, null);
  assert.equal(row.next_attempt_at, null);
  const tries = receiver.received.slice(before);
  assert.equal(new Set(tries.map(({ headers }) => headers['webhook-id'])).size, 1);
  for (const webhook of tries) assert.equal((await provider.readWebhook(webhook)).kind, 'captured');
});

test('a delivery that always fails is eventually abandoned', async () => {
  const sessionId = await openedSession();
  await bench.act(sessionId, { action: 'pay' });
  let tries = 0;
  for (; (await findDelivery(sessionId)).next_attempt_at !== null; tries += 1) {
    receiver.answerNext(503);
    await makeDue();
    await bench.sandbox.deliveries.deliverDue();
  }
  assert.equal(tries, 14);
  assert.equal((await findDelivery(sessionId)).delivered_at, null);
});

test('a delivery left unfinished by one server is taken over by another after its lease', async () => {
  const sessionId = await openedSession();
  await bench.act(sessionId, { action: 'pay' });
  // The state left by a server killed in the middle: begun and leased.
  await query(
    db.url,
    `update sandbox.deliveries set attempts = 1, next_attempt_at = now() + interval '15 s'
      where next_attempt_at <= now()`,
  );
  assert.equal(await bench.sandbox.deliveries.deliverDue(), 0);
  await makeDue();
  assert.equal(await bench.sandbox.deliveries.deliverDue(), 1);
  assert.notEqual((await findDelivery(sessionId)).delivered_at, null);
});

test('two servers send every webhook exactly once', async () => {
  const own = await startWebhookReceiver();
  const servers = [1, 2].map(() =>
    createSandbox({
      database: db.database,
      webhookSecret,
      publicUrl: bench.url,
      webhookUrl: () => own.url,
      onError: (error) => assert.fail(String(error)),
    }),
  );
  const sessions = await Promise.all(Array.from({ length: 40 }, openedSession));
  await Promise.all(sessions.map((session) => bench.act(session, { action: 'pay' })));
  for (const server of servers) server.start();
  await until(async () => {
    const [left] = await query(
      db.url,
      'select count(*)::int as count from sandbox.deliveries where next_attempt_at is not null',
    );
    assert.equal(left?.count, 0);
  });
  await Promise.all(servers.map((server) => server.stop()));
  const ids = own.received.map(({ headers }) => String(headers['webhook-id']));
  assert.equal(ids.length, 40);
  assert.equal(new Set(ids).size, 40);
});

describe('an action whose webhook is sent at once', () => {
  /** Pays at a started sandbox whose merchant answers when `release` is called. */
  async function pay() {
    const { promise: arrived, resolve: onArrival } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const merchant = createServer(async (_request, response) => {
      onArrival();
      await released;
      response.writeHead(200).end();
    });
    merchant.listen(0, '127.0.0.1');
    await once(merchant, 'listening');
    const { port } = merchant.address() as AddressInfo;
    const sandbox = createSandbox({
      database: db.database,
      webhookSecret,
      publicUrl: bench.url,
      webhookUrl: () => `http://127.0.0.1:${port}/webhook`,
      onError: (error) => assert.fail(String(error)),
    });
    sandbox.start();
    const sessionId = await openedSession();
    let isAnswered = false;
    const answer = sandbox.act(sessionId, { action: 'pay' }).then(() => {
      isAnswered = true;
    });
    return {
      arrived,
      answer,
      isAnswered: () => isAnswered,
      release,
      async stop() {
        release();
        await sandbox.stop();
        merchant.close();
      },
    };
  }

  test('is answered after the merchant has answered', async () => {
    const payment = await pay();
    await payment.arrived;
    assert.equal(payment.isAnswered(), false);
    payment.release();
    await payment.answer;
    await payment.stop();
  });

  test('does not wait long for a merchant that does not answer', async () => {
    const payment = await pay();
    await payment.answer;
    await payment.stop();
  });
});
