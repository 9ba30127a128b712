import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forgetPayments } from '../../../../src/modules/payments/personal-data/erase.ts';
import { markClosed } from '../../../../src/modules/payments/queries.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildContext, coded } from '../../../support/orders.ts';
import { captured, openPaymentsShop } from '../../../support/payments.ts';
import { addUser, apiKey } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider, payments, customer } = shop;

const initiate = (orderId: string, key?: string) =>
  payments.initiatePayment(buildContext(customer, key, { orderId }), orderId);

async function listPaymentsOfOrder(orderId: string) {
  return (await payments.listOrderPayments(shop.admin, orderId, {})).data;
}

describe('initiating a payment', () => {
  test('returns a page, and the same one while it is open', async () => {
    const orderId = await shop.order();
    const first = (await initiate(orderId)).result;
    const second = (await initiate(orderId)).result;
    assert.deepEqual([first.isNew, second.isNew], [true, false]);
    assert.deepEqual(second.view, first.view);
    assert.equal(first.view.payment.status, 'OPEN');
    assert.equal(provider.countCalls('openSession'), 1);
    const { request } = provider.sessions.get(first.view.payment.id)!;
    assert.equal(request.returnUrl, `http://shop.example/shop?order=${orderId}`);
    assert.deepEqual([request.amountMinor, request.currency], [500, 'GBP']);
    assert.equal(request.customerEmail, `${customer.id}@example.com`);
  });

  test('keeps the request for a page that may be open until it is closed, also of an erased person', async () => {
    const orderId = await shop.order();
    const findRequest = async () => {
      const [row] = await database.run<{ id: string; email: string | null; isKept: boolean }>(
        'test.stored_request',
        `select id, session_request ->> 'customerEmail' as email, session_request is not null as "isKept"
           from payments
          where order_id = $1::uuid`,
        [orderId],
      );
      return row!;
    };
    provider.failNext('openSession', 'after');
    await assert.rejects(initiate(orderId), coded('payments.provider_unavailable'));
    const before = await findRequest();
    await database.transaction((tx) => forgetPayments(tx, [orderId]));
    assert.deepEqual(await findRequest(), before, 'another request would not find the page');
    assert.equal(before.email, `${customer.id}@example.com`);
    await markClosed(database, before.id);
    assert.deepEqual(await findRequest(), { id: before.id, email: null, isKept: false });
  });

  test('keeps the request to the provider only until there is a page', async () => {
    const orderId = await shop.order();
    const countRequests = async () => {
      const [row] = await database.run<{ count: number }>(
        'test.stored_requests',
        'select count(session_request)::int as count from payments where order_id = $1::uuid',
        [orderId],
      );
      return row!.count;
    };
    provider.failNext('openSession', 'after');
    await assert.rejects(initiate(orderId), coded('payments.provider_unavailable'));
    assert.equal(await countRequests(), 1);
    await initiate(orderId);
    assert.equal(await countRequests(), 0);
  });

  test('is allowed for an API key that may write orders, and refused to another customer', async () => {
    const orderId = await shop.order();
    const byMachine = buildContext(apiKey('orders:write'));
    const { result } = await payments.initiatePayment(byMachine, orderId);
    assert.equal(result.view.payment.orderId, orderId);
    const stranger = buildContext(await addUser(database));
    await assert.rejects(payments.initiatePayment(stranger, orderId), coded('orders.not_found'));
  });

  test('ten times at once creates one payment, one page and one event', async () => {
    const orderId = await shop.order();
    const results = await Promise.all(Array.from({ length: 10 }, () => initiate(orderId)));
    assert.equal(new Set(results.map(({ result }) => result.view.payment.id)).size, 1);
    assert.equal(new Set(results.map(({ result }) => result.view.checkoutUrl)).size, 1);
    assert.equal(results.filter(({ result }) => result.isNew).length, 1);
    assert.equal((await listPaymentsOfOrder(orderId)).length, 1);
    assert.deepEqual(await shop.listEventTypes(orderId), ['order.placed', 'payment.initiated']);
  });

  for (const fault of ['before', 'after'] as const) {
    test(`whose provider call is lost ${fault} its effect leaves the payment open, and a retry gets the one page`, async () => {
      const orderId = await shop.order();
      provider.failNext('openSession', fault);
      await assert.rejects(initiate(orderId), coded('payments.provider_unavailable'));
      const [left] = await listPaymentsOfOrder(orderId);
      assert.equal(left?.status, 'OPEN');
      assert.equal(left?.checkoutUrl, null);
      const retried = (await initiate(orderId)).result;
      assert.equal(retried.isNew, true);
      assert.equal(retried.view.payment.id, left?.id);
      assert.equal((await listPaymentsOfOrder(orderId)).length, 1);
    });
  }

  test('by many at once is not affected by a refusal or a lost response of one', async () => {
    const orderIds = await Promise.all(Array.from({ length: 6 }, () => shop.order()));
    const [cancelled, foreign, ...own] = orderIds as [string, string, ...string[]];
    await shop.cancel(cancelled);
    const stranger = buildContext(await addUser(database));
    provider.failNext('openSession', 'after');
    const results = await Promise.allSettled([
      initiate(cancelled),
      payments.initiatePayment(stranger, foreign),
      ...own.map((orderId) => initiate(orderId)),
    ]);
    const codes = results.map((result) =>
      result.status === 'fulfilled' ? 'opened' : (result.reason as { code: string }).code,
    );
    assert.deepEqual(codes.toSorted(), [
      ...['opened', 'opened', 'opened', 'orders.not_found'],
      ...['payments.not_payable', 'payments.provider_unavailable'],
    ]);
    for (const orderId of own) await initiate(orderId);
    for (const orderId of own) {
      const [payment, ...others] = await listPaymentsOfOrder(orderId);
      assert.equal(payment?.status, 'OPEN');
      assert.equal(others.length, 0);
      assert.deepEqual(await shop.listEventTypes(orderId), ['order.placed', 'payment.initiated']);
    }
  });

  test('returns the first response to a repeat with the same key, even if the order has been paid since', async () => {
    const orderId = await shop.order();
    const first = await initiate(orderId, 'key-of-payment');
    const { id } = first.result.view.payment;
    await shop.tell(captured(id, provider.pay(id)));
    const repeat = await initiate(orderId, 'key-of-payment');
    assert.equal(repeat.replayed, true);
    assert.deepEqual(repeat.result, first.result);
    await assert.rejects(
      payments.initiatePayment(buildContext(customer, 'key-of-payment', { orderId: id }), id),
      coded('idempotency.key_reused'),
    );
    await assert.rejects(initiate(orderId), coded('payments.not_payable'));
  });

  test('a repeat that overlaps with the first is its replay, even if the order has ended meanwhile', async (t) => {
    const orderId = await shop.order();
    const open = provider.openSession.bind(provider);
    const gates: (() => void)[] = [];
    t.mock.method(provider, 'openSession', async (request: Parameters<typeof open>[0]) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return open(request);
    });
    const both = [initiate(orderId, 'raced'), initiate(orderId, 'raced')];
    await until(async () => assert.equal(gates.length, 2));
    gates[0]!();
    const { result } = await Promise.race(both);
    await shop.cancel(orderId);
    await shop.settle();
    assert.equal((await shop.getPayment(result.view.payment.id)).status, 'EXPIRED');
    gates[1]!();
    const answers = await Promise.all(both);
    assert.deepEqual(
      answers.map((answer) => answer.result),
      [result, result],
    );
    assert.deepEqual(answers.map(({ replayed }) => replayed).sort(), [false, true]);
  });

  test('a webhook that arrives before the response does not disturb it', async () => {
    const orderId = await shop.order();
    const answer = initiate(orderId);
    const paid = (async () => {
      for (;;) {
        const [payment] = await listPaymentsOfOrder(orderId);
        if (payment !== undefined && provider.sessions.has(payment.id)) {
          return shop.tell(captured(payment.id, provider.pay(payment.id)));
        }
      }
    })();
    const [{ result }] = await Promise.all([answer, paid]);
    assert.match(result.view.checkoutUrl, /^https:/);
    assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
  });

  test('is limited to the owner and to orders that are neither ended nor paid', async () => {
    const stranger = await addUser(database);
    const orderId = await shop.order();
    await assert.rejects(
      payments.initiatePayment(buildContext(stranger), orderId),
      coded('orders.not_found'),
    );
    await shop.cancel(orderId);
    await assert.rejects(initiate(orderId), coded('payments.not_payable'));
    await assert.rejects(initiate(customer.id), coded('orders.not_found'));
  });

  test('pays an order that was confirmed by hand, which keeps its status', async () => {
    const orderId = await shop.order();
    const input = { status: 'CONFIRMED' } as const;
    await shop.orders.changeStatus(buildContext(shop.admin), { orderId, input, ifMatch: null });
    const { id } = (await initiate(orderId)).result.view.payment;
    await shop.tell(captured(id, provider.pay(id)));
    const standing = await shop.getOrder(orderId);
    assert.deepEqual([standing.status, standing.paymentStatus], ['CONFIRMED', 'PAID']);
    assert.equal((await shop.listEventTypes(orderId)).at(-1), 'payment.captured');
  });

  test('a page whose opening got no response is found and closed when its order ends', async () => {
    const orderId = await shop.order();
    provider.failNext('openSession', 'after');
    await assert.rejects(initiate(orderId), coded('payments.provider_unavailable'));
    const [payment] = await listPaymentsOfOrder(orderId);
    await shop.cancel(orderId);
    provider.failNext('closeSession', 'before', 'after');
    await shop.settle();
    assert.equal(provider.sessions.get(payment!.id)?.isClosed, true);
    assert.equal((await shop.getPayment(payment!.id)).status, 'EXPIRED');
  });
});

describe('reading payments', () => {
  test('is allowed for their owner and staff; for others they do not exist', async () => {
    const { orderId, paymentId } = await shop.opened();
    const stranger = await addUser(database);
    const kitchen = await addUser(database, { role: 'kitchen' });
    assert.equal((await payments.getPayment(customer, paymentId)).orderId, orderId);
    assert.equal((await payments.getPayment(kitchen, paymentId)).orderId, orderId);
    await assert.rejects(payments.getPayment(stranger, paymentId), coded('payments.not_found'));
    await assert.rejects(
      payments.listOrderPayments(stranger, orderId, {}),
      coded('orders.not_found'),
    );
  });

  test('returns the number of the order', async () => {
    const { orderId } = await shop.opened();
    const [payment] = await listPaymentsOfOrder(orderId);
    const sent = provider.sessions.get(payment!.id)?.request.orderNumber;
    assert.equal(payment?.orderNumber, sent);
    const { data } = await payments.listPayments({ orderId });
    assert.deepEqual(data, [payment]);
  });

  test('lists them in pages, newest first, each once', async () => {
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await payments.listPayments({
        limit: 3,
        ...(cursor === undefined ? {} : { cursor }),
      });
      seen.push(...page.data.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.deepEqual(seen, [...seen].sort().reverse());
    const open = await payments.listPayments({ status: 'OPEN', limit: 100 });
    assert.ok(open.data.length > 0 && open.data.every(({ status }) => status === 'OPEN'));
    const first = await payments.listPayments({ limit: 1 });
    await assert.rejects(
      payments.listPayments({ status: 'OPEN', cursor: first.nextCursor! }),
      coded('request.invalid_cursor'),
    );
  });
});
