import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  InvalidEventError,
  InvalidSignatureError,
  ProviderUnavailableError,
} from '../../../../src/drivers/payments/payment-provider.ts';
import { createSandboxProvider } from '../../../../src/drivers/payments/sandbox/index.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import {
  newSession,
  signedHeaders,
  startSandbox,
  webhookSecret,
} from '../../../support/sandbox.ts';

const db = await testDatabase();
const { provider } = await startSandbox(db);

/** Reads an event signed with the secret by a sender other than the sandbox. */
async function read(event: unknown, headers?: Record<string, string>) {
  const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
  return provider.readWebhook({ headers: headers ?? signedHeaders(body), body, now: new Date() });
}

function capture(data: Record<string, unknown> = {}, head: Record<string, unknown> = {}) {
  return {
    id: `evt_${randomBytes(6).toString('hex')}`,
    type: 'payment.captured',
    createdAt: '2026-01-02T03:04:05.678Z',
    data: {
      paymentId: newId(),
      providerReference: `ref_${randomBytes(6).toString('hex')}`,
      amount: 590,
      currency: 'GBP',
      ...data,
    },
    ...head,
  };
}

test('a capture is translated into our terms', async () => {
  const event = capture();
  assert.deepEqual(await read(event), {
    id: event.id,
    type: 'payment.captured',
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    kind: 'captured',
    paymentId: event.data.paymentId,
    capture: {
      providerReference: event.data.providerReference,
      amountMinor: 590,
      currency: 'GBP',
    },
  });
});

test('a failed payment, a closed page and the end of a refund are translated into our terms', async () => {
  const kinds = {
    'payment.failed': { kind: 'failed' },
    'payment.expired': { kind: 'expired' },
    'refund.succeeded': { kind: 'refund', state: 'SUCCEEDED', failure: null },
    'refund.failed': { kind: 'refund', state: 'FAILED' },
  };
  for (const [type, expected] of Object.entries(kinds)) {
    const refundId = newId();
    const event = await read(capture({ refundId }, { type }));
    assert.partialDeepStrictEqual(event, expected);
    if (event.kind === 'refund') {
      assert.equal(event.refundId, refundId);
      assert.equal(event.amountMinor, 590);
    }
  }
});

test('an unknown type is acknowledged without effect, and additional fields are ignored', async () => {
  const other = await read({ id: 'evt_1', type: 'payout.paid', data: 'whatever' });
  assert.equal(other.kind, 'ignored');
  assert.equal((await read(capture({ fee: 12 }, { livemode: false }))).kind, 'captured');
});

const malformed: Readonly<Record<string, unknown>> = {
  'no object': [],
  'no id': { type: 'payment.captured', data: {} },
  'an id that is a number': capture({}, { id: 7 }),
  'an empty id': capture({}, { id: '' }),
  'an endless id': capture({}, { id: 'e'.repeat(201) }),
  'a type that is a list': capture({}, { type: ['payment.captured'] }),
  'an invalid time': capture({}, { createdAt: 'yesterday' }),
  'no data': capture({}, { data: undefined }),
  'a fraction of a penny': capture({ amount: 590.5 }),
  'an amount as text': capture({ amount: '590' }),
  'a negative amount': capture({ amount: -1 }),
  'no amount': capture({ amount: undefined }),
  'an amount that was rounded': capture({ amount: 2 ** 53 }),
  'a payment that is a number': capture({ paymentId: 7 }),
  'a payment that is null': capture({ paymentId: null }),
  'a reference that is an object': capture({ providerReference: {} }),
  'no reference': capture({ providerReference: undefined }),
  'a reference with NUL': capture({ providerReference: 'a\0b' }),
  'an invalid currency': capture({ currency: 'pounds' }),
  'a failure of a numbered payment': capture({ paymentId: 7 }, { type: 'payment.failed' }),
  'a refund without its id': capture({}, { type: 'refund.succeeded' }),
  'a refund whose id is a number': capture({ refundId: 7 }, { type: 'refund.failed' }),
  'no JSON': '{"id": "evt_1",',
};

for (const [what, event] of Object.entries(malformed)) {
  test(`a genuine event with ${what} is malformed`, async () => {
    await assert.rejects(() => read(event), InvalidEventError);
  });
}

test('a forged, altered, stale, early or foreign event is refused', async () => {
  const body = JSON.stringify(capture());
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);
  const foreign = `whsec_${randomBytes(32).toString('base64')}`;
  const refused: Record<string, string>[] = [
    {},
    { ...signedHeaders(body), 'webhook-signature': 'v1,Zm9yZ2Vk' },
    signedHeaders(`${body} `),
    signedHeaders(body, { at: minutes(-6) }),
    signedHeaders(body, { at: minutes(6) }),
    signedHeaders(body, { secret: foreign }),
  ];
  for (const headers of refused) {
    await assert.rejects(() => read(body, headers), InvalidSignatureError);
  }
  assert.equal((await read(body, signedHeaders(body, { at: minutes(-4) }))).kind, 'captured');
});

test("a signed event from another sender also becomes part of the sandbox's records", async () => {
  const request = newSession();
  const { sessionId } = await provider.openSession(request);
  const event = capture({ paymentId: request.paymentId });
  await Promise.all(Array.from({ length: 20 }, () => read(event)));
  const { providerReference } = event.data;
  assert.deepEqual(await provider.findSession(sessionId), {
    state: 'PAID',
    captures: [{ providerReference, amountMinor: 590, currency: 'GBP' }],
  });
});

test('a signed failure ends the session, but a later capture counts', async () => {
  const request = newSession();
  const { sessionId } = await provider.openSession(request);
  await read(capture({ paymentId: request.paymentId }, { type: 'payment.failed' }));
  assert.equal((await provider.findSession(sessionId))?.state, 'FAILED');
  await read(capture({ paymentId: request.paymentId }));
  assert.equal((await provider.findSession(sessionId))?.state, 'PAID');
});

test('a signed end of a refund determines what the sandbox reports from then on', async () => {
  const refundId = newId();
  const asked = { refundId, providerRefundId: null, providerReference: 'ref_1' };
  assert.equal(await provider.findRefund(asked), null);
  await read(capture({ refundId, providerReference: 'ref_1' }, { type: 'refund.failed' }));
  assert.equal((await provider.findRefund(asked))?.state, 'FAILED');
  await read(capture({ refundId, providerReference: 'ref_1' }, { type: 'refund.succeeded' }));
  assert.equal((await provider.findRefund(asked))?.state, 'SUCCEEDED');
});

test('while the sandbox is unavailable its own events are acknowledged, but not those of other senders', async () => {
  const away = createSandboxProvider({ baseUrl: () => 'http://127.0.0.1:1', webhookSecret });
  const body = Buffer.from(JSON.stringify(capture()));
  const now = new Date();
  await assert.rejects(
    async () => away.readWebhook({ headers: signedHeaders(body), body, now }),
    ProviderUnavailableError,
  );
  const forgedMark = { ...signedHeaders(body), 'sandbox-origin': 'x' };
  await assert.rejects(
    async () => away.readWebhook({ headers: forgedMark, body, now }),
    ProviderUnavailableError,
  );
});
