import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Database, Transaction } from '../../../../src/database/database.ts';
import type { ProviderEvent } from '../../../../src/drivers/payments/payment-provider.ts';
import type { Payments } from '../../../../src/modules/payments/index.ts';
import { testDatabase } from '../../../support/database.ts';
import { lockRows } from '../../../support/locked-rows.ts';
import { buildContext } from '../../../support/orders.ts';
import {
  captured,
  declined,
  openPaymentsShop,
  type PaymentServer,
} from '../../../support/payments.ts';
import { testCause } from '../../../support/shop.ts';
import { until } from '../../../support/until.ts';

const { database } = await testDatabase();
const shop = await openPaymentsShop(database);
const { provider } = shop;

/** Runs a server with background work while `use` runs. */
async function withServer(
  changes: Parameters<typeof shop.another>[0],
  use: (server: PaymentServer) => Promise<void>,
): Promise<void> {
  const server = shop.another(changes);
  server.start();
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

function deliver(to: Payments, event: ProviderEvent): Promise<void> {
  return to.receiveWebhook({ ...provider.sign(event), providerName: null, cause: testCause });
}

async function stored(eventId: string): Promise<{ status: string; outcome: string | null }[]> {
  return database.run(
    'test.stored_event',
    'select status, outcome from provider_events where event_id = $1::text',
    [eventId],
  );
}

/** Returns a database in which no capture can be written. */
function withoutLedger(): Database {
  const broken = (tx: Transaction): Transaction => ({
    ...tx,
    // An error thrown here does not fail the transaction in the database, so the commit must wait for it.
    pipelineCommit: (last) => last,
    run: (name, text, parameters) =>
      name === 'payments.insert_matches' || name === 'payments.insert_capture'
        ? Promise.reject(new Error('the ledger cannot be written'))
        : tx.run(name, text, parameters),
  });
  return { ...database, transaction: (work) => database.transaction((tx) => work(broken(tx))) };
}

/** Returns what is stored of a finished event: its payload, and the reference of the charge that it reported. */
async function readKept(
  eventId: string,
): Promise<{ kind: string | null; charge: string | null }[]> {
  return database.run(
    'test.kept_of_event',
    `select payload ->> 'kind' as kind, provider_reference as charge
       from provider_events
      where event_id = $1::text`,
    [eventId],
  );
}

describe('a webhook on a running server', () => {
  test('leaves no payload if its charge simply paid its order, and keeps that of any other', async () => {
    const { paymentId } = await shop.opened();
    const atOnce = captured(paymentId, provider.pay(paymentId));
    const second = captured(paymentId, provider.pay(paymentId));
    await withServer({}, (server) => deliver(server, atOnce));
    await shop.tell(second);
    const other = await shop.opened();
    const byInbox = captured(other.paymentId, provider.pay(other.paymentId));
    await shop.tell(byInbox);
    for (const event of [atOnce, byInbox]) {
      const charge = event.kind === 'captured' ? event.capture.providerReference : null;
      assert.deepEqual(await readKept(event.id), [{ kind: null, charge }]);
    }
    assert.deepEqual(await readKept(second.id), [{ kind: 'captured', charge: null }]);
  });

  test('has paid its order when it is acknowledged, and is not applied again when it is repeated', async () => {
    const { orderId, paymentId } = await shop.opened();
    const event = captured(paymentId, provider.pay(paymentId));
    await withServer({}, async (server) => {
      await deliver(server, event);
      assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
      assert.deepEqual(await stored(event.id), [{ status: 'APPLIED', outcome: 'matched' }]);
      await deliver(server, event);
      assert.deepEqual(server.outcomes(), ['accepted', 'duplicate', 'matched']);
    });
    assert.deepEqual(await shop.listEventTypes(orderId), [
      ...['order.placed', 'payment.initiated', 'payment.captured', 'order.confirmed'],
    ]);
  });

  test('closes the other pages of an order that it pays', async () => {
    const { orderId, paymentId } = await shop.opened();
    await shop.tell(declined(paymentId));
    await withServer({}, async (server) => {
      const { result } = await server.initiatePayment(buildContext(shop.customer), orderId);
      await deliver(server, captured(paymentId, provider.pay(paymentId)));
      assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
      assert.equal((await shop.getPayment(paymentId)).status, 'CAPTURED');
      assert.equal((await shop.getPayment(result.view.payment.id)).status, 'EXPIRED');
    });
  });

  test('is stored if it cannot be applied, together with those received with it', async () => {
    const one = await shop.opened();
    const other = await shop.opened();
    const events = [one, other].map(({ paymentId }) =>
      captured(paymentId, provider.pay(paymentId)),
    );
    await withServer({ database: withoutLedger(), attemptsMax: 1_000_000 }, async (broken) => {
      await Promise.all(events.map((event) => deliver(broken, event)));
    });
    for (const { id } of events) {
      assert.deepEqual(await stored(id), [{ status: 'RECEIVED', outcome: null }]);
    }
    while ((await shop.payments.applyDueEvents()) > 0);
    for (const { orderId } of [one, other]) {
      assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
    }
  });

  test('does not wait for a lock on its order', async () => {
    const { orderId, paymentId } = await shop.opened();
    const held = await lockRows(database, 'select from orders where id = $1 for update', [orderId]);
    const event = captured(paymentId, provider.pay(paymentId));
    await withServer({}, async (server) => {
      try {
        await deliver(server, event);
        assert.deepEqual(await stored(event.id), [{ status: 'RECEIVED', outcome: null }]);
      } finally {
        await held.release();
      }
      await until(async () => {
        assert.equal((await shop.getOrder(orderId)).status, 'CONFIRMED');
      });
    });
  });
});
