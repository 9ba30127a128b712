import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  InvalidEventError,
  type ProviderEvent,
  ProviderUnavailableError,
} from '../../../../src/drivers/payments/payment-provider.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { eventObject, type StripeEvent, stripeId } from '../../../support/stripe/objects.ts';
import { newStripeSession, startStripeBench } from '../../../support/stripe-bench.ts';

const { stripe, provider, driver, read } = await startStripeBench();
const { books } = stripe;

async function opened(amountMinor = 1_295, currency = 'GBP') {
  const request = newStripeSession({ amountMinor, currency });
  const { sessionId } = await provider.openSession(request);
  return { paymentId: request.paymentId, sessionId };
}

async function paid(amountMinor = 1_295) {
  const { paymentId, sessionId } = await opened(amountMinor);
  books.pay(sessionId);
  return { paymentId, reference: getReference(sessionId) };
}

function getReference(sessionId: string): string {
  return String(books.sessions.get(sessionId)?.payment_intent);
}

/** The fields of every event besides its kind. */
function buildHead({ id, type, created }: StripeEvent) {
  return { id, type, createdAt: new Date(created * 1_000) };
}

function lastEvent(type: string): StripeEvent {
  const event = books.events.findLast((it) => it.type === type);
  assert.ok(event, type);
  return event;
}

test('a paid session is a capture, identified by its payment intent', async () => {
  const { paymentId, sessionId } = await opened();
  const event = books.pay(sessionId);
  assert.deepEqual(await read(event), {
    ...buildHead(event),
    kind: 'captured',
    paymentId,
    capture: { providerReference: getReference(sessionId), amountMinor: 1_295, currency: 'GBP' },
  });
});

test('the charged amount counts, not the requested one', async () => {
  const { sessionId } = await opened(500);
  const event = await read(books.pay(sessionId, { amount: 300, currency: 'isk' }));
  assert.equal(event.kind, 'captured');
  const { amountMinor, currency } = event.capture;
  assert.deepEqual([amountMinor, currency], [3, 'ISK']);
});

test('a bank debit captures when it succeeds, not when it is authorized', async () => {
  const { paymentId, sessionId } = await opened();
  const authorized = books.payLater(sessionId);
  assert.deepEqual(await read(authorized), { ...buildHead(authorized), kind: 'ignored' });
  const event = await read(books.settlePayment(sessionId, 'succeeded'));
  assert.equal(event.kind, 'captured');
  assert.equal(event.paymentId, paymentId);
  assert.equal(event.capture.providerReference, getReference(sessionId));
});

test('a failed bank debit, a declined card and an expired session are reported as such', async () => {
  const debit = await opened();
  books.payLater(debit.sessionId);
  const bounced = books.settlePayment(debit.sessionId, 'failed');
  const { paymentId } = debit;
  const failed = { ...buildHead(bounced), kind: 'failed', paymentId, reason: null };
  assert.deepEqual(await read(bounced), failed);

  const card = await opened();
  const declined = books.decline(card.sessionId);
  assert.deepEqual(await read(declined), {
    ...buildHead(declined),
    kind: 'failed',
    paymentId: card.paymentId,
    reason: 'Your card was declined.',
  });

  const left = await opened();
  books.expireSession(left.sessionId);
  const expired = lastEvent('checkout.session.expired');
  const over = { ...buildHead(expired), kind: 'expired', paymentId: left.paymentId };
  assert.deepEqual(await read(expired), over);
});

test('our own refund is reported with our ids and its charge, and when it ends', async () => {
  const { paymentId, reference } = await paid();
  const refundId = newId();
  const request = { refundId, paymentId, providerReference: reference, currency: 'GBP' };
  books.refundsBegin = 'pending';
  const { providerRefundId } = await provider.refund({ ...request, amountMinor: 400 });
  books.refundsBegin = 'succeeded';
  const reported = (event: StripeEvent, state: string, failure: string | null) => ({
    ...buildHead(event),
    kind: 'refund',
    refundId,
    paymentId,
    providerRefundId,
    providerReference: reference,
    state,
    amountMinor: 400,
    currency: 'GBP',
    failure,
  });
  const begun = lastEvent('charge.refunded');
  assert.deepEqual(await read(begun), reported(begun, 'PENDING', null));
  const ended = books.settleRefund(providerRefundId, 'succeeded');
  assert.deepEqual(await read(ended), reported(ended, 'SUCCEEDED', null));
  const bounced = books.settleRefund(providerRefundId, 'failed');
  assert.deepEqual(await read(bounced), reported(bounced, 'FAILED', 'lost_or_stolen_card'));
});

test('a refund made in the dashboard has no refund of ours', async () => {
  const { reference } = await paid();
  const refund = books.createRefund({ payment_intent: reference, amount: '300' });
  const event = await read(lastEvent('charge.refunded'));
  assert.equal(event.kind, 'refund');
  assert.deepEqual(
    [event.refundId, event.paymentId, event.providerRefundId, event.providerReference],
    [null, null, refund.id, reference],
  );
  assert.deepEqual([event.amountMinor, event.state], [300, 'SUCCEEDED']);
});

test('of several refunds an event about the charge reports its own, even if it arrives late', async () => {
  const { reference } = await paid(1_000);
  const made = [100, 200, 300].map((amount) => {
    const refund = books.createRefund({ payment_intent: reference, amount: String(amount) });
    return { refund, event: lastEvent('charge.refunded') };
  });
  for (const { refund, event } of made.reverse()) {
    const reported = await read(event);
    assert.equal(reported.kind, 'refund');
    assert.equal(reported.providerRefundId, refund.id);
  }
});

test('refunds that older API versions include in the event are read without a request', async () => {
  const { reference } = await paid();
  const refund = books.createRefund({ payment_intent: reference, amount: '300' });
  const event = lastEvent('charge.refunded');
  const refunds = { object: 'list', data: [refund], has_more: false, url: '/v1/refunds' };
  const object = { ...event.data.object, refunds } as StripeEvent['data']['object'];
  const older = { ...event, data: { ...event.data, object } };
  const asked = stripe.requests.length;
  const reported = await read(older);
  assert.equal(reported.kind === 'refund' && reported.providerRefundId, refund.id);
  assert.equal(stripe.requests.length, asked);
});

test('an event that needs data from Stripe is not acknowledged while Stripe is unavailable', async () => {
  const { reference } = await paid();
  books.createRefund({ payment_intent: reference });
  const event = lastEvent('charge.refunded');
  const lonely = driver({ apiBase: 'http://127.0.0.1:1' });
  await assert.rejects(
    async () => lonely.readWebhook(stripe.sign(event)),
    ProviderUnavailableError,
  );
});

test('an event about an unknown charge is only recorded', async () => {
  const { reference } = await paid();
  books.createRefund({ payment_intent: reference });
  const event = lastEvent('charge.refunded');
  const object = { ...event.data.object, payment_intent: 'pi_none' };
  const foreign = { ...event, data: { ...event.data, object } as StripeEvent['data'] };
  assert.equal((await read(foreign)).kind, 'ignored');
});

test('events caused by other software on the account are acknowledged and recorded', async () => {
  const { sessionId } = await opened();
  books.pay(sessionId);
  const session = structuredClone(books.sessions.get(sessionId)!);
  const intent = structuredClone(books.intents.get(getReference(sessionId))!);
  session.metadata = {};
  intent.metadata = {};
  const events = [
    eventObject('checkout.session.completed', session),
    eventObject('checkout.session.expired', session),
    eventObject('checkout.session.async_payment_failed', session),
    eventObject('payment_intent.payment_failed', intent),
    eventObject('payment_intent.succeeded', intent),
    eventObject('refund.created', intent),
  ];
  for (const event of events) {
    assert.deepEqual(await read(event), { ...buildHead(event), kind: 'ignored' });
  }
});

test('events read the same in any order and any number of times', async () => {
  const { sessionId } = await opened();
  const declined = books.decline(sessionId);
  const captured = books.pay(sessionId);
  const kinds: ProviderEvent['kind'][] = [];
  for (const event of [captured, declined, captured]) kinds.push((await read(event)).kind);
  assert.deepEqual(kinds, ['captured', 'failed', 'captured']);
});

const malformed: Record<string, (session: Record<string, unknown>) => void> = {
  'a fraction of a penny': (session) => Object.assign(session, { amount_total: 12.5 }),
  'a negative amount': (session) => Object.assign(session, { amount_total: -1 }),
  'an amount in words': (session) => Object.assign(session, { amount_total: '1295' }),
  'an amount beyond the range of numbers': (session) =>
    Object.assign(session, { amount_total: 2 ** 60 }),
  'no amount': (session) => Object.assign(session, { amount_total: null }),
  'a fraction of a krona': (session) =>
    Object.assign(session, { amount_total: 550, currency: 'isk' }),
  'no currency': (session) => Object.assign(session, { currency: null }),
  'a currency in words': (session) => Object.assign(session, { currency: 'pounds' }),
  'no payment intent': (session) => Object.assign(session, { payment_intent: null }),
  'a payment intent that is a number': (session) => Object.assign(session, { payment_intent: 7 }),
  'a payment that is a number': (session) => Object.assign(session, { metadata: { paymentId: 7 } }),
};

for (const [what, change] of Object.entries(malformed)) {
  test(`a paid session with ${what} is a malformed event`, async () => {
    const { sessionId } = await opened();
    const event = books.pay(sessionId);
    change(event.data.object as unknown as Record<string, unknown>);
    await assert.rejects(read(event), InvalidEventError);
  });
}

test('signed bytes that are not an event are malformed', async () => {
  const event = { id: stripeId('evt'), type: 'charge.refunded', created: 1, data: { object: {} } };
  const bodies = [
    'not json',
    '[]',
    'null',
    '{}',
    JSON.stringify({ ...event, id: 7 }),
    JSON.stringify({ ...event, type: 'a\u0000b' }),
    JSON.stringify({ ...event, created: 'yesterday' }),
    JSON.stringify({ ...event, data: {} }),
    JSON.stringify(event),
    JSON.stringify({ ...event, object: 'v2.core.event' }),
  ];
  for (const body of bodies) {
    await assert.rejects(async () => provider.readWebhook(stripe.sign(body)), InvalidEventError);
  }
});
