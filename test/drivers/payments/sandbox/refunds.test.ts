import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderRefusedError } from '../../../../src/drivers/payments/payment-provider.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { newSession, startSandbox } from '../../../support/sandbox.ts';
import { query } from '../../../support/until.ts';

const db = await testDatabase();
const bench = await startSandbox(db);
const { provider } = bench;

async function paidSession(refunds?: string) {
  const request = newSession();
  const { sessionId } = await provider.openSession(request);
  const action = { action: 'pay', ...(refunds === undefined ? {} : { refunds }) };
  assert.equal((await bench.act(sessionId, action)).status, 202);
  const [capture] = (await provider.findSession(sessionId))!.captures;
  return {
    refundId: newId(),
    paymentId: request.paymentId,
    providerReference: capture!.providerReference,
    amountMinor: 500,
    currency: 'GBP',
  };
}

async function listEvents(refundId: string) {
  await bench.sandbox.deliveries.deliverDue();
  return (await bench.events()).filter(
    (event) => event.kind === 'refund' && event.refundId === refundId,
  );
}

/** Skips the ten seconds that a slow refund takes. */
async function settle(refundId: string): Promise<void> {
  await query(db.url, 'update sandbox.refunds set settles_at = now() where refund_id = $1', [
    refundId,
  ]);
  await query(
    db.url,
    'update sandbox.deliveries set next_attempt_at = now() where body like $1 and attempts = 0',
    [`%${refundId}%`],
  );
}

test('a refund succeeds at once and is reported by webhook', async () => {
  const request = await paidSession();
  const refund = await provider.refund(request);
  assert.equal(refund.state, 'SUCCEEDED');
  const [event, ...others] = await listEvents(request.refundId);
  assert.deepEqual(others, []);
  assert.partialDeepStrictEqual(event, {
    type: 'refund.succeeded',
    providerRefundId: refund.providerRefundId,
    paymentId: request.paymentId,
    providerReference: request.providerReference,
    amountMinor: 500,
  });
});

test('a refund set to fail on the page fails with a reason', async () => {
  const request = await paidSession('fail');
  const refund = await provider.refund(request);
  assert.equal(refund.state, 'FAILED');
  assert.match(refund.failure ?? '', /\w/);
  const [event] = await listEvents(request.refundId);
  assert.equal(event?.type, 'refund.failed');
});

for (const [mode, end] of [
  ['succeed_later', 'SUCCEEDED'],
  ['fail_later', 'FAILED'],
] as const) {
  test(`a refund set to ${mode.replace('_', ' ')} is pending, and then ${end}`, async () => {
    const request = await paidSession(mode);
    const asked = { ...request, providerRefundId: null };
    assert.equal((await provider.refund(request)).state, 'PENDING');
    assert.equal((await provider.findRefund(asked))?.state, 'PENDING');
    assert.deepEqual(await listEvents(request.refundId), []);
    await settle(request.refundId);
    assert.equal((await provider.findRefund(asked))?.state, end);
    assert.equal((await provider.refund(request)).state, end);
    const [event] = await listEvents(request.refundId);
    assert.partialDeepStrictEqual(event, { kind: 'refund', state: end });
  });
}

test('one refund requested twenty times at once is one refund with one event', async () => {
  const request = await paidSession();
  const refunds = await Promise.all(Array.from({ length: 20 }, () => provider.refund(request)));
  assert.equal(new Set(refunds.map(({ providerRefundId }) => providerRefundId)).size, 1);
  assert.equal((await listEvents(request.refundId)).length, 1);
});

test('a refund repeated with another amount is refused permanently', async () => {
  const request = await paidSession();
  await provider.refund(request);
  await assert.rejects(
    async () => provider.refund({ ...request, amountMinor: 501 }),
    ProviderRefusedError,
  );
});

test('a charge unknown to the sandbox can be refunded, even without a payment', async () => {
  const request = {
    refundId: newId(),
    paymentId: null,
    providerReference: 'a foreign charge / 7',
    amountMinor: 1,
    currency: 'EUR',
  };
  assert.equal((await provider.refund(request)).state, 'SUCCEEDED');
  const [event] = await listEvents(request.refundId);
  assert.partialDeepStrictEqual(event, { paymentId: null, currency: 'EUR' });
});
