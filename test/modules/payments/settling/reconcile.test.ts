import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../../support/database.ts';
import { buildContext } from '../../../support/orders.ts';
import { captured, openPaymentsShop } from '../../../support/payments.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider, payments } = shop;
const since = new Date(Date.now() - 60_000);

async function reconcile() {
  const report = await payments.reconcilePayments({ since });
  while ((await payments.applyDueEvents()) > 0);
  return report;
}

describe('reconciliation', () => {
  test('repairs a payment whose webhook never arrived, once, however many servers run it', async () => {
    const { orderId, paymentId } = await shop.opened();
    const { providerReference } = provider.pay(paymentId);
    const reports = await Promise.all([reconcile(), reconcile()]);
    const healed = reports.flatMap((report) => report.healed);
    assert.deepEqual(healed, [
      {
        id: paymentId,
        what: `the charge ${providerReference} was paid at the provider and was missing here`,
      },
    ]);
    assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
    const again = await reconcile();
    assert.deepEqual([again.healed, again.differing], [[], []]);
    assert.ok(again.payments > 0);
  });

  test('refunds money that was paid twice at the provider', async () => {
    const { orderId, paymentId } = await shop.paid();
    provider.pay(paymentId);
    await reconcile();
    await shop.settle();
    assert.equal((await shop.listEventTypes(orderId)).at(-1), 'refund.succeeded');
  });

  test('expires a payment whose page is closed at the provider', async () => {
    const { orderId, paymentId } = await shop.opened();
    provider.sessions.get(paymentId)!.isClosed = true;
    await reconcile();
    assert.equal((await shop.getPayment(paymentId)).status, 'EXPIRED');
    const again = await payments.initiatePayment(buildContext(shop.customer), orderId);
    assert.notEqual(again.result.view.payment.id, paymentId);
  });

  test('detects that a refund was reversed', async () => {
    const { orderId, paymentId } = await shop.paid();
    const { result } = await payments.refundPayment(buildContext(shop.admin), paymentId, {
      reason: 'Cold',
    });
    await shop.settle();
    provider.refunds.get(result.refund.id)!.result.state = 'FAILED';
    const { healed } = await reconcile();
    assert.deepEqual(healed, [
      { id: result.refund.id, what: 'SUCCEEDED here but FAILED at the provider' },
    ]);
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
  });

  test('reports each charge that differs at the provider', async () => {
    const { paymentId } = await shop.paid();
    const session = provider.sessions.get(paymentId)!;
    const surplus = provider.pay(paymentId);
    const odd = await shop.opened();
    const flagged = provider.pay(odd.paymentId, { amountMinor: 499 });
    await shop.tell(captured(paymentId, surplus), captured(odd.paymentId, flagged));
    await shop.settle();
    assert.deepEqual((await reconcile()).differing, []);
    const known = session.captures;
    session.captures = known.filter((one) => one !== surplus);
    provider.sessions.get(odd.paymentId)!.captures = [];
    const { differing } = await reconcile();
    assert.deepEqual(
      new Set(differing.map(({ id, what }) => `${id} ${what}`)),
      new Set([
        `${paymentId} the charge ${surplus.providerReference} is known here but not at the provider`,
        `${odd.paymentId} the charge ${flagged.providerReference} is known here but not at the provider`,
      ]),
    );
    session.captures = known;
    provider.sessions.get(odd.paymentId)!.captures = [flagged];
  });

  test('finds flagged money whose webhook never arrived, and refunds it once the order is paid', async () => {
    const { orderId, paymentId } = await shop.opened();
    provider.pay(paymentId, { amountMinor: 499 });
    provider.pay(paymentId);
    await reconcile();
    await shop.settle();
    assert.equal((await shop.getOrder(orderId)).paymentStatus, 'PAID');
    const { charges } = await shop.getPayment(paymentId);
    assert.deepEqual(
      charges.map(({ kind }) => kind),
      ['matched'],
    );
  });

  test('reports what it cannot repair and what it could not query', async () => {
    const { paymentId } = await shop.paid();
    const session = provider.sessions.get(paymentId)!;
    const captures = session.captures;
    session.captures = [];
    const { differing } = await reconcile();
    assert.deepEqual(differing, [
      { id: paymentId, what: 'captured here but not paid at the provider' },
    ]);
    session.captures = captures;
    provider.failNext('findSession', 'before');
    const { unreachable } = await reconcile();
    assert.equal(unreachable.length, 1);
  });
});
