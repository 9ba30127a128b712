import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRule, type RuleBody } from '../../../support/rules.ts';
import type { Session } from '../../../support/session.ts';
import { address, type OrderBody, refusedWith, startScheduledShop } from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { admin } = shop;

const pounds = (amount: number) => ({ amount, currency: 'GBP' });

function addDelivery(amount: number, postalCodes: readonly string[] | null, more: object = {}) {
  const charge = { name: `Delivery ${amount}`, kind: 'DELIVERY', amount: pounds(amount) };
  return createRule(admin, '/api/charges', { ...charge, postalCodes, ...more });
}

async function edit({ id }: RuleBody, body: object): Promise<void> {
  const reply = await admin.patch(`/api/charges/${id}`, body);
  assert.equal(reply.status, 200, reply.text);
}

const to = (postalCode: string | null) => ({ ...address, postalCode });
const delivery = (postalCode: string) => ({ type: 'DELIVERY', address: to(postalCode) });
const move = (session: Session, { id }: OrderBody, postalCode: string | null, more: object = {}) =>
  session.patch(`/api/orders/${id}/fulfilment`, { address: { ...to(postalCode), ...more } });

describe('another address', () => {
  test('with the same delivery charge is taken, and the bill stays', async () => {
    await shop.set();
    const near = await addDelivery(300, ['YO21']);
    const also = await addDelivery(300, ['YO22']);
    const far = await addDelivery(700, ['YO1']);
    const { customer, order } = await shop.placeNew(delivery('YO21 3PU'));
    for (const code of ['YO21 1AA', 'YO22 4AB']) {
      const reply = await move(customer, order, code);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.json<OrderBody>().total, order.total);
    }
    for (const code of ['YO1 1AA', 'E1 4AB', null]) {
      refusedWith(await move(customer, order, code), 'fulfilment.out_of_area');
      refusedWith(await move(admin, order, code), 'fulfilment.out_of_area');
    }
    assert.equal((await shop.read(customer, order.id)).version, 3);
    for (const rule of [near, also, far]) await edit(rule, { active: false });
  });

  test('in the same area stays possible after its charge was edited or ended', async () => {
    await shop.set();
    const near = await addDelivery(300, ['YO21', 'YO22']);
    const { customer, order } = await shop.placeNew(delivery('YO21 3PU'));
    await edit(near, { amount: pounds(400) });
    const next = await move(customer, order, 'YO22 1AA');
    assert.equal(next.status, 200, next.text);
    assert.deepEqual(next.json<OrderBody>().total, order.total);
    // The same postal code, in an area that is not delivered to any more.
    await edit(near, { postalCodes: ['E1'] });
    const door = await move(customer, order, 'YO22 1AA', { line2: 'Back door' });
    assert.equal(door.status, 200, door.text);
    refusedWith(await move(customer, order, 'YO21 3PU'), 'fulfilment.out_of_area');
    const contact = await customer.patch(`/api/orders/${order.id}/fulfilment`, {
      instructions: 'Hello',
    });
    assert.equal(contact.status, 200, contact.text);
    await edit(near, { active: false });
  });

  test('counts what the charge is for this order: after discounts, and free from a subtotal', async () => {
    await shop.set();
    const near = await addDelivery(300, ['YO21'], { freeFrom: pounds(500) });
    const all = await addDelivery(300, null);
    const few = await shop.placeNew(delivery('YO21 3PU'));
    const items = [{ ...(shop.order() as { items: object[] }).items[0], quantity: 2 }];
    const many = await shop.placeNew(delivery('YO21 3PU'), { items });
    assert.equal((await move(few.customer, few.order, 'E1 4AB')).status, 200);
    refusedWith(await move(many.customer, many.order, 'E1 4AB'), 'fulfilment.out_of_area');
    const free = await createRule(admin, '/api/discounts', {
      code: 'FREEDEL',
      name: 'Free delivery',
      kind: 'FREE_DELIVERY',
    });
    const discounted = await shop.placeNew(delivery('YO21 3PU'), { discountCodes: ['FREEDEL'] });
    assert.equal(discounted.order.total.amount, 250);
    assert.equal((await move(discounted.customer, discounted.order, 'E1 4AB')).status, 200);
    for (const rule of [near, all]) await edit(rule, { active: false });
    await admin.patch(`/api/discounts/${free.id}`, { active: false });
  });

  test('is free to choose without charges, and of pickups always', async () => {
    await shop.set();
    const delivered = await shop.placeNew(delivery('YO21 3PU'));
    assert.equal((await move(delivered.customer, delivered.order, null)).status, 200);
    const shipped = await shop.placeNew({ type: 'SHIPMENT', address });
    assert.equal((await move(shipped.customer, shipped.order, 'E1')).status, 200);
    const near = await addDelivery(300, ['YO21']);
    const picked = await shop.placeNew({ type: 'PICKUP' });
    assert.equal((await move(picked.customer, picked.order, 'E1 4AB')).status, 200);
    await edit(near, { active: false });
  });

  test('cannot be left out where the type needs one', async () => {
    await shop.set();
    for (const type of ['DELIVERY', 'SHIPMENT']) {
      const { customer, order } = await shop.placeNew({ type, address });
      const reply = await customer.patch(`/api/orders/${order.id}/fulfilment`, { address: null });
      const { errors } = refusedWith(reply, 'request.invalid', 400);
      assert.equal(errors?.[0]?.pointer, '/address');
    }
    const { customer, order } = await shop.placeNew({ type: 'PICKUP', address });
    const reply = await customer.patch(`/api/orders/${order.id}/fulfilment`, { address: null });
    assert.equal(reply.json<OrderBody>().fulfilment.address, null);
  });
});
