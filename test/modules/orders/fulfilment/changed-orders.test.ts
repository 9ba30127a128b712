import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow } from '../../../support/event-reader.ts';
import { startTestServer } from '../../../support/server.ts';
import { createSession } from '../../../support/session.ts';
import { until } from '../../../support/until.ts';
import { addEndpoint } from '../../../support/webhooks.ts';
import { type OrderBody, startScheduledShop, timeIn } from './scheduled-shop.ts';

/** Who hears of a change of the fulfilment, on two servers that work in the background. */
const environment = {
  JWT_SECRET: 'the secret of these two servers long enough for both',
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
};
const shop = await startScheduledShop({ background: true, environment });
const { database, server, admin } = shop;
const other = await startTestServer({ database, url: server.databaseUrl }, { environment });
const elsewhere = createSession(other.url, admin.identity);

test('a change arrives in streams and at endpoints, and no server shows the order as it was', async () => {
  await shop.set();
  const { receiver } = await addEndpoint(admin);
  const { customer, order } = await shop.placeNew();
  assert.deepEqual((await shop.read(elsewhere, order.id)).fulfilment, order.fulfilment);
  const own = await follow(server.url, customer, `/api/orders/${order.id}/stream`);
  const ofStaff = await follow(other.url, admin, '/api/stream');
  const requestedFor = timeIn(1, '12:00');
  const reply = await customer.patch(`/api/orders/${order.id}/fulfilment`, {
    requestedFor,
    contact: { name: 'Grace H.' },
  });
  assert.equal(reply.status, 200, reply.text);
  const { fulfilment } = reply.json<OrderBody>();

  const types = ['order.rescheduled', 'order.readdressed'];
  for (const reader of [own, ofStaff]) {
    const ofOrder = () => reader.events.filter(({ data }) => data.orderId === order.id);
    await reader.until(() => ofOrder().at(-1)?.event === 'order.readdressed');
    assert.deepEqual(
      ofOrder()
        .slice(-2)
        .map(({ event, data }) => [event, data.sequence]),
      types.map((type, index) => [type, 2 + index]),
    );
  }
  await until(async () => assert.equal(receiver.ofOrder(order.id).length, 3));
  const bodies = receiver.ofOrder(order.id).map(({ body }) => body);
  assert.deepEqual(
    bodies.map(({ type }) => type),
    ['order.placed', ...types],
  );
  const { number } = order;
  assert.deepEqual(
    bodies.slice(1).map(({ data }) => data),
    [
      { number, from: order.fulfilment.promisedFor, to: requestedFor },
      { number, changed: ['contact'] },
    ],
  );
  await until(async () => {
    assert.deepEqual((await shop.read(elsewhere, order.id)).fulfilment, fulfilment);
  });
  assert.deepEqual((await shop.read(customer, order.id)).fulfilment, fulfilment);
  const page = await elsewhere.get('/api/orders');
  assert.deepEqual(page.json<{ data: OrderBody[] }>().data[0]!.fulfilment, fulfilment);
});
