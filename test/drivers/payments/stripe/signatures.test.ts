import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  InvalidSignatureError,
  type RawWebhook,
} from '../../../../src/drivers/payments/payment-provider.ts';
import { newStripeSession, startStripeBench } from '../../../support/stripe-bench.ts';

const { stripe, provider, driver } = await startStripeBench();
const { sessionId } = await provider.openSession(newStripeSession());
const event = stripe.books.pay(sessionId);

async function isRefused(request: RawWebhook): Promise<void> {
  await assert.rejects(async () => provider.readWebhook(request), InvalidSignatureError);
}

async function isAccepted(request: RawWebhook): Promise<void> {
  assert.equal((await provider.readWebhook(request)).id, event.id);
}

function withHeader(header: string | string[]): RawWebhook {
  return { ...stripe.sign(event), headers: { 'stripe-signature': header } };
}

function buildSignature({ headers }: RawWebhook): string {
  return String(headers['stripe-signature']);
}

test('a clock difference of five minutes is tolerated, and no more', async () => {
  const at = new Date('2026-11-20T12:00:00Z');
  const after = (seconds: number) => new Date(at.getTime() + seconds * 1_000);
  const signed = stripe.sign(event, { at });
  for (const seconds of [-300, -1, 0, 300]) await isAccepted({ ...signed, now: after(seconds) });
  for (const seconds of [-301, 301, 600]) await isRefused({ ...signed, now: after(seconds) });
});

test('without a secret, as on a worker, everything is refused', async () => {
  const worker = driver({ webhookSecret: null });
  for (const secret of ['', 'null', stripe.webhookSecret]) {
    const request = stripe.sign(event, { secret });
    await assert.rejects(async () => worker.readWebhook(request), InvalidSignatureError);
  }
});

test('a foreign secret is refused', async () => {
  await isRefused(stripe.sign(event, { secret: 'whsec_of_somebody_else' }));
});

test('a single changed byte, anywhere, is refused', async () => {
  const signed = stripe.sign(event);
  for (const at of [0, 10, signed.body.length - 1]) {
    const body = Buffer.from(signed.body);
    body[at]! ^= 1;
    await isRefused({ ...signed, body });
  }
});

test('bytes that text decoding would ignore are not ignored', async () => {
  const signed = stripe.sign(event);
  await isRefused({ ...signed, body: Buffer.concat([Buffer.from('\ufeff'), signed.body]) });
  const replaced = stripe.sign('{"name":"\ufffd"}');
  const body = Buffer.from('7b226e616d65223a22ff227d', 'hex');
  await isRefused({ ...replaced, body });
});

test('a missing or empty signature, or one of another scheme, is refused', async () => {
  const signed = stripe.sign(event);
  await isRefused({ ...signed, headers: {} });
  for (const header of ['', 'v1=00', 't=,v1=00', 't=1e9,v1=00', 'nonsense', 't=1']) {
    await isRefused(withHeader(header));
  }
  await isRefused(withHeader(buildSignature(signed).replace('v1=', 'v0=')));
  await isRefused({ ...signed, body: Buffer.alloc(0) });
});

test('an invalid header is refused before the body is checked', async () => {
  const body = null as unknown as Buffer;
  const old = stripe.sign(event, { at: new Date(Date.now() - 3_600_000) });
  await isRefused({ ...old, now: new Date(), body });
  const seconds = Math.floor(Date.now() / 1_000);
  for (const header of [
    '',
    'nonsense',
    `t=${seconds}`,
    `t=${seconds},v1=garbage`,
    `t=${seconds},v0=00`,
  ]) {
    await isRefused({ ...withHeader(header), body });
  }
});

test('another timestamp with the same signature is refused', async () => {
  const old = stripe.sign(event, { at: new Date(Date.now() - 3_600_000) });
  const seconds = Math.floor(Date.now() / 1_000);
  await isRefused(withHeader(buildSignature(old).replace(/^t=\d+/, `t=${seconds}`)));
  await isRefused(withHeader(`t=${seconds},${buildSignature(old)}`));
});

test('two signature headers are refused, since two readers could each use a different one', async () => {
  const signature = buildSignature(stripe.sign(event));
  await isRefused(withHeader([signature, signature]));
});

test('one of two signatures is enough while the secret rotates', async () => {
  const foreign = buildSignature(stripe.sign(event, { secret: 'whsec_of_before' })).split(
    ',v1=',
  )[1];
  await isAccepted(withHeader(`${buildSignature(stripe.sign(event))},v1=${foreign}`));
});
