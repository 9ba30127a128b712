import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  InvalidSignatureError,
  type OpenSession,
  type PaymentProvider,
  type ProviderEvent,
  ProviderRefusedError,
  ProviderUnavailableError,
  type RawWebhook,
} from '../../src/drivers/payments/payment-provider.ts';
import { newId } from '../../src/shared/ids.ts';

/** A driver with the provider, or with a fake of it. */
export interface ProviderBench {
  readonly provider: PaymentProvider;
  /** The same driver with an unreachable address. */
  readonly unreachable: PaymentProvider;
  newSession(changes?: Partial<OpenSession>): OpenSession;
  /** Pays on the page as the customer does. Resolves with the webhook that reports it. */
  pay(sessionId: string): Promise<RawWebhook>;
  decline(sessionId: string): Promise<RawWebhook>;
  /** Makes the next call take effect at the provider and loses its response. */
  dropNextAnswer(): void;
  /** Counts the refunds that the provider has recorded for a charge. */
  countRefunds(providerReference: string): Promise<number>;
}

/** Tests what the payments module relies on, whatever the driver. */
export function paymentProviderContract(name: string, bench: ProviderBench): void {
  const { provider } = bench;

  async function paid(changes: Partial<OpenSession> = {}) {
    const request = bench.newSession(changes);
    const session = await provider.openSession(request);
    const event = await provider.readWebhook(await bench.pay(session.sessionId));
    assert.equal(event.kind, 'captured');
    return { request, session, event };
  }

  function buildRefund(event: ProviderEvent & { kind: 'captured' }, amountMinor: number) {
    const { providerReference, currency } = event.capture;
    return {
      refundId: newId(),
      paymentId: event.paymentId,
      providerReference,
      amountMinor,
      currency,
    };
  }

  test(`${name}: a new session is open, has a page, and lists no capture`, async () => {
    const session = await provider.openSession(bench.newSession());
    assert.match(session.checkoutUrl, /^https?:\/\//);
    assert.deepEqual(await provider.findSession(session.sessionId), {
      state: 'OPEN',
      captures: [],
    });
  });

  test(`${name}: opening twice with one key opens one session`, async () => {
    const request = bench.newSession();
    const sessions = await Promise.all([
      provider.openSession(request),
      provider.openSession(request).catch((error: unknown) => {
        // A provider may report that the first is still in progress. Then a repeat gets the session.
        assert.ok(error instanceof ProviderUnavailableError);
        return provider.openSession(request);
      }),
    ]);
    assert.deepEqual(sessions[0], sessions[1]);
    assert.deepEqual(await provider.openSession(request), sessions[0]);
  });

  test(`${name}: a lost response leaves one session, which the repeat finds`, async () => {
    const request = bench.newSession();
    bench.dropNextAnswer();
    const first = await provider.openSession(request).catch((error: unknown) => {
      // Some drivers repeat automatically, with the same key.
      assert.ok(error instanceof ProviderUnavailableError);
      return null;
    });
    const second = await provider.openSession(request);
    if (first !== null) assert.deepEqual(first, second);
    assert.equal((await provider.findSession(second.sessionId))?.state, 'OPEN');
  });

  test(`${name}: one key for two amounts is refused permanently`, async () => {
    const request = bench.newSession();
    await provider.openSession(request);
    await assert.rejects(
      async () => provider.openSession({ ...request, amountMinor: request.amountMinor + 1 }),
      ProviderRefusedError,
    );
  });

  test(`${name}: a payment is reported as a capture of its amount and found in the session`, async () => {
    const { request, session, event } = await paid({ amountMinor: 590 });
    assert.equal(event.paymentId, request.paymentId);
    assert.equal(event.capture.amountMinor, 590);
    assert.equal(event.capture.currency, request.currency);
    assert.deepEqual(await provider.findSession(session.sessionId), {
      state: 'PAID',
      captures: [event.capture],
    });
  });

  for (const currency of ['JPY', 'KWD']) {
    test(`${name}: ${currency} is reported in the minor unit in which it was requested`, async () => {
      const { event } = await paid({ amountMinor: 12_340, currency });
      assert.deepEqual([event.capture.amountMinor, event.capture.currency], [12_340, currency]);
    });
  }

  test(`${name}: a declined payment is reported as failed, and nothing is captured`, async () => {
    const request = bench.newSession();
    const { sessionId } = await provider.openSession(request);
    const event = await provider.readWebhook(await bench.decline(sessionId));
    assert.equal(event.kind, 'failed');
    assert.equal(event.paymentId, request.paymentId);
    assert.deepEqual((await provider.findSession(sessionId))?.captures, []);
  });

  test(`${name}: a closed session is expired, and closing it again is no error`, async () => {
    const request = bench.newSession();
    const { sessionId } = await provider.openSession(request);
    const close = { sessionId, key: `close-${request.paymentId}` };
    await provider.closeSession(close);
    await provider.closeSession(close);
    await provider.closeSession({ sessionId, key: `again-${request.paymentId}` });
    assert.equal((await provider.findSession(sessionId))?.state, 'EXPIRED');
  });

  test(`${name}: closing a paid session changes nothing`, async () => {
    const { request, session } = await paid();
    await provider.closeSession({ sessionId: session.sessionId, key: `c-${request.paymentId}` });
    assert.equal((await provider.findSession(session.sessionId))?.state, 'PAID');
  });

  test(`${name}: a session that was never opened is not found`, async () => {
    assert.equal(await provider.findSession(`none_${randomBytes(8).toString('hex')}`), null);
  });

  test(`${name}: a refund is found by our id`, async () => {
    const { event } = await paid();
    const request = buildRefund(event, 100);
    const refund = await provider.refund(request);
    assert.equal(refund.state, 'SUCCEEDED');
    for (const providerRefundId of [null, refund.providerRefundId]) {
      assert.deepEqual(await provider.findRefund({ ...request, providerRefundId }), refund);
    }
  });

  test(`${name}: requesting one refund twice, or again after a lost response, refunds the money once`, async () => {
    const { event } = await paid();
    const request = buildRefund(event, event.capture.amountMinor);
    bench.dropNextAnswer();
    await provider.refund(request).catch((error: unknown) => {
      assert.ok(error instanceof ProviderUnavailableError);
    });
    const first = await provider.refund(request);
    assert.deepEqual(await provider.refund(request), first);
    assert.equal(await bench.countRefunds(request.providerReference), 1);
  });

  test(`${name}: two partial refunds are two refunds`, async () => {
    const { event } = await paid();
    await provider.refund(buildRefund(event, 100));
    await provider.refund(buildRefund(event, 200));
    assert.equal(await bench.countRefunds(event.capture.providerReference), 2);
  });

  test(`${name}: a refund that was never requested is not found`, async () => {
    const { event } = await paid();
    const unknown = { ...buildRefund(event, 100), providerRefundId: null };
    assert.equal(await provider.findRefund(unknown), null);
  });

  test(`${name}: an unreachable provider is an unknown outcome, never a refusal`, async () => {
    const { unreachable } = bench;
    const session = bench.newSession();
    const calls = [
      () => unreachable.openSession(session),
      () => unreachable.closeSession({ sessionId: 'cs_1', key: 'key' }),
      () => unreachable.findSession('cs_1'),
      () =>
        unreachable.refund({
          refundId: newId(),
          paymentId: session.paymentId,
          providerReference: 'pi_1',
          amountMinor: 1,
          currency: 'GBP',
        }),
      () =>
        unreachable.findRefund({
          refundId: newId(),
          providerRefundId: 're_1',
          providerReference: 'pi_1',
        }),
    ];
    for (const call of calls) await assert.rejects(async () => call(), ProviderUnavailableError);
  });

  test(`${name}: a webhook is the same event each time it is read`, async () => {
    const { sessionId } = await provider.openSession(bench.newSession());
    const webhook = await bench.pay(sessionId);
    assert.deepEqual(await provider.readWebhook(webhook), await provider.readWebhook(webhook));
  });

  test(`${name}: an altered, unsigned, stale or future webhook is refused`, async () => {
    const { sessionId } = await provider.openSession(bench.newSession());
    const webhook = await bench.pay(sessionId);
    const altered = Buffer.from(webhook.body);
    altered[altered.length - 2]! ^= 1;
    const minutes = (count: number) => new Date(webhook.now.getTime() + count * 60_000);
    const refused: RawWebhook[] = [
      { ...webhook, body: altered },
      { ...webhook, body: Buffer.concat([webhook.body, Buffer.from(' ')]) },
      { ...webhook, headers: {} },
      { ...webhook, now: minutes(6) },
      { ...webhook, now: minutes(-6) },
    ];
    for (const request of refused) {
      await assert.rejects(async () => provider.readWebhook(request), InvalidSignatureError);
    }
  });
}
