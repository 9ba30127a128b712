import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProviderRefusedError } from '../../../../src/drivers/payments/payment-provider.ts';
import { testDatabase } from '../../../support/database.ts';
import { newSession, startSandbox } from '../../../support/sandbox.ts';
import { query } from '../../../support/until.ts';

const db = await testDatabase();
const bench = await startSandbox(db);
const { provider } = bench;

/** Opens a session and returns it with access to its webhooks as they arrive. */
async function open(changes: Parameters<typeof newSession>[0] = {}) {
  const request = newSession(changes);
  const { sessionId } = await provider.openSession(request);
  const events = async () =>
    (await bench.events()).filter(
      (event) => 'paymentId' in event && event.paymentId === request.paymentId,
    );
  return { request, sessionId, events };
}

async function act(reference: string, action: object): Promise<void> {
  const reply = await bench.act(reference, action);
  assert.equal(reply.status, 202, await reply.text());
  await bench.sandbox.deliveries.deliverDue();
}

test('paying creates one charge and one webhook', async () => {
  const { request, sessionId, events } = await open();
  await act(sessionId, { action: 'pay' });
  const [event, ...others] = await events();
  assert.deepEqual(others, []);
  assert(event?.kind === 'captured');
  assert.equal(event.capture.amountMinor, request.amountMinor);
  assert.deepEqual((await provider.findSession(sessionId))?.captures, [event.capture]);
});

test('a session can also be addressed by the id of our payment or by one of its charges', async () => {
  const { request, sessionId } = await open();
  await act(request.paymentId, { action: 'pay' });
  const [charge] = (await provider.findSession(sessionId))!.captures;
  await act(charge!.providerReference, { action: 'pay' });
  assert.equal((await provider.findSession(sessionId))?.captures.length, 2);
});

test('a webhook that is sent five times is one event of one charge', async () => {
  const { sessionId, events } = await open();
  await act(sessionId, { action: 'pay', times: 5 });
  const ids = (await events()).map(({ id }) => id);
  assert.equal(ids.length, 5);
  assert.equal(new Set(ids).size, 1);
  assert.equal((await provider.findSession(sessionId))?.captures.length, 1);
});

test('paying twice creates two charges, each with its own event', async () => {
  const { sessionId, events } = await open();
  await act(sessionId, { action: 'pay' });
  await act(sessionId, { action: 'pay', charges: 2 });
  assert.equal(new Set((await events()).map(({ id }) => id)).size, 3);
  assert.equal((await provider.findSession(sessionId))?.captures.length, 3);
});

test('a delayed webhook waits, while the charge is already recorded', async () => {
  const { sessionId, events } = await open();
  await act(sessionId, { action: 'pay', delayMs: 600_000 });
  assert.deepEqual(await events(), []);
  assert.equal((await provider.findSession(sessionId))?.captures.length, 1);
});

test('another amount and currency are charged, reported and recorded alike', async () => {
  const { sessionId, events } = await open();
  await act(sessionId, { action: 'pay', amount: 0, currency: 'EUR' });
  const [event] = await events();
  assert(event?.kind === 'captured');
  assert.partialDeepStrictEqual(event.capture, { amountMinor: 0, currency: 'EUR' });
  assert.deepEqual((await provider.findSession(sessionId))?.captures, [event.capture]);
});

test('a webhook sent before the response has arrived when the response does', async () => {
  const { sessionId, events } = await open();
  const reply = await bench.act(sessionId, { action: 'pay', beforeAnswer: true });
  assert.equal(reply.status, 202);
  assert.equal((await events()).length, 1);
});

test('out of order, an earlier failure is reported after the capture', async () => {
  const { request, sessionId, events } = await open();
  await act(sessionId, { action: 'pay', outOfOrder: true });
  assert.deepEqual(
    (await events()).map(({ kind }) => kind),
    ['captured'],
  );
  await query(
    db.url,
    'update sandbox.deliveries set next_attempt_at = now() where body like $1 and attempts = 0',
    [`%${request.paymentId}%`],
  );
  await bench.sandbox.deliveries.deliverDue();
  const [captured, failed] = await events();
  assert.equal(failed?.kind, 'failed');
  assert.ok(failed!.createdAt! < captured!.createdAt!);
});

test('a declined session reads as failed but can still be paid', async () => {
  const { sessionId, events } = await open();
  await act(sessionId, { action: 'decline' });
  assert.equal((await provider.findSession(sessionId))?.state, 'FAILED');
  const refused = await bench.act(sessionId, { action: 'pay', onlyIfOpen: true });
  assert.equal(refused.status, 409);
  assert.equal(((await refused.json()) as { code: string }).code, 'sandbox.session_over');
  await act(sessionId, { action: 'pay' });
  assert.equal((await provider.findSession(sessionId))?.state, 'PAID');
  assert.deepEqual(
    (await events()).map(({ kind }) => kind),
    ['failed', 'captured'],
  );
});

test('a page closed by the customer is reported', async () => {
  const { sessionId, events } = await open();
  await act(sessionId, { action: 'expire' });
  assert.equal((await provider.findSession(sessionId))?.state, 'EXPIRED');
  assert.deepEqual(
    (await events()).map(({ kind }) => kind),
    ['expired'],
  );
});

test('an unpaid session expires', async () => {
  const { sessionId } = await open({ expiresAt: new Date(Date.now() - 1_000) });
  assert.equal((await provider.findSession(sessionId))?.state, 'EXPIRED');
  assert.equal((await bench.act(sessionId, { action: 'pay', onlyIfOpen: true })).status, 409);
});

test('declining a paid session refunds nothing', async () => {
  const { sessionId } = await open();
  await act(sessionId, { action: 'pay' });
  await act(sessionId, { action: 'decline' });
  assert.equal((await provider.findSession(sessionId))?.state, 'PAID');
});

test('twenty concurrent payments create twenty charges, and none is lost', async () => {
  const { sessionId } = await open();
  await Promise.all(Array.from({ length: 20 }, () => bench.act(sessionId, { action: 'pay' })));
  assert.equal((await provider.findSession(sessionId))?.captures.length, 20);
});

test('an invalid action and an unknown session are refused', async () => {
  const { sessionId } = await open();
  for (const action of [
    {},
    { action: 'steal' },
    { action: 'pay', times: 0 },
    { action: 'pay', amount: -1 },
    { action: 'pay', amount: 1.5 },
    { action: 'pay', currency: 'gbp' },
    { action: 'pay', tip: 100 },
  ]) {
    assert.equal((await bench.act(sessionId, action)).status, 400, JSON.stringify(action));
  }
  assert.equal((await bench.act('sbs_unknown', { action: 'pay' })).status, 404);
  assert.equal((await provider.findSession(sessionId))?.state, 'OPEN');
});

test('a shop page with an invalid URL is refused', async () => {
  const request = newSession({ returnUrl: 'javascript:alert(1)' });
  await assert.rejects(async () => provider.openSession(request), ProviderRefusedError);
});

test("the merchant API requires the merchant's key", async () => {
  const { sessionId } = await open();
  const calls: [string, string][] = [
    ['GET', `/sandbox/api/sessions/${sessionId}`],
    ['POST', `/sandbox/api/sessions/${sessionId}/close`],
    ['POST', '/sandbox/api/sessions'],
    ['POST', '/sandbox/api/refunds'],
    ['GET', '/sandbox/api/refunds/x'],
    ['POST', '/sandbox/api/events'],
  ];
  for (const [method, path] of calls) {
    for (const authorization of ['', 'Bearer wrong', bench.sandbox.secrets.apiKey]) {
      const reply = await fetch(bench.url + path, { method, headers: { authorization } });
      assert.equal(reply.status, 401, `${method} ${path}`);
    }
  }
});
