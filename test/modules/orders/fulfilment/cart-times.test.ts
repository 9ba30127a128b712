import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Session } from '../../../support/session.ts';
import {
  address,
  type OrderBody,
  onlyIn,
  type Problem,
  refusedWith,
  startScheduledShop,
  timeIn,
} from './scheduled-shop.ts';

const shop = await startScheduledShop();
const { server } = shop;

interface CartBody {
  readonly fulfilment: OrderBody['fulfilment'] | null;
  readonly refusals: readonly Problem[];
  readonly version: number;
}

const times = ['17:00', '17:20', '17:40', '18:00', '18:20', '18:40', '19:00', '19:20', '19:40'];

async function openIn(days: number): Promise<string[]> {
  await shop.set({
    openingHours: onlyIn(days, ['17:00', '20:00']),
    slotMinutes: 20,
    slotOrdersMax: 1,
  });
  return times.map((time) => timeIn(days, time));
}

async function fillCart(fulfilment: object | null): Promise<{ session: Session; cart: CartBody }> {
  const session = await server.signUp();
  const { sku } = (shop.order() as { items: { sku: string }[] }).items[0]!;
  const item = await session.post('/api/cart/items', { sku, quantity: 1 });
  assert.equal(item.status, 200, item.text);
  return { session, cart: await state(session, fulfilment) };
}

async function state(session: Session, fulfilment: object | null): Promise<CartBody> {
  const reply = await session.patch('/api/cart', { fulfilment });
  assert.equal(reply.status, 200, reply.text);
  return reply.json<CartBody>();
}

const codes = ({ refusals }: CartBody) => refusals.map(({ code }) => code);
const checkOut = (session: Session, body: object = {}) => session.post('/api/cart/checkout', body);

describe('the fulfilment of a cart', () => {
  test('is kept whole, and the checkout takes its time and its place', async () => {
    const slots = await openIn(2);
    const fulfilment = {
      type: 'DELIVERY',
      requestedFor: slots[3]!.replace('Z', '+00:00'),
      address,
      contact: { name: 'Ada', phone: '020 7946 0000' },
      instructions: 'Blue door',
    };
    const { session, cart } = await fillCart(fulfilment);
    const kept = {
      ...fulfilment,
      requestedFor: slots[3],
      contact: { name: 'Ada', phone: '+442079460000' },
      table: null,
    };
    assert.deepEqual(cart.fulfilment, kept);
    assert.deepEqual(codes(cart), []);
    assert.deepEqual(await shop.countPlaces(slots[3]!), [0]);
    const order = (await checkOut(session)).json<OrderBody>();
    assert.deepEqual(order.fulfilment, { ...kept, promisedFor: slots[3] });
    assert.deepEqual(await shop.countPlaces(slots[3]!), [1]);
    assert.equal((await session.get('/api/cart')).json<CartBody>().fulfilment, null);
  });

  test('shows why it would be refused, and a refused checkout changes nothing', async () => {
    const slots = await openIn(3);
    await shop.placeNew({ type: 'PICKUP', requestedFor: slots[0] });
    const { session, cart } = await fillCart({ type: 'PICKUP', requestedFor: slots[0] });
    assert.deepEqual(codes(cart), ['fulfilment.slot_full']);
    assert.deepEqual(cart.refusals[0]!.nextTimes, slots.slice(1, 7));
    const refused = refusedWith(await checkOut(session), 'fulfilment.slot_full');
    assert.deepEqual(refused.nextTimes, slots.slice(1, 7));
    assert.equal((await session.get('/api/cart')).json<CartBody>().version, cart.version);
    // What the request states goes before what the cart states, whole.
    const order = await checkOut(session, {
      fulfilment: { type: 'PICKUP', requestedFor: slots[1] },
    });
    assert.equal(order.json<OrderBody>().fulfilment.promisedFor, slots[1]);
    assert.deepEqual(await shop.countPlaces(slots[0]!, slots[1]!), [1, 1]);
  });

  test('is decided by the shop as it is at checkout', async () => {
    const slots = await openIn(4);
    const { session } = await fillCart({ type: 'DINE_IN', table: '7', requestedFor: slots[0] });
    await shop.set({ fulfilmentTypes: ['PICKUP'], openingHours: {} });
    const cart = (await session.get('/api/cart')).json<CartBody>();
    assert.deepEqual(codes(cart), ['fulfilment.type_not_offered', 'fulfilment.time_not_available']);
    refusedWith(await checkOut(session), 'fulfilment.type_not_offered');
    await shop.set({ acceptingOrders: false });
    refusedWith(await checkOut(session), 'orders.shop_paused');
  });

  test('that was stored before tables were needed is refused with its location', async () => {
    await shop.set();
    const { session } = await fillCart({ type: 'DINE_IN', table: '7' });
    await shop.database.run(
      'test.store_cart',
      `update carts set fulfilment = '{"type": "DINE_IN"}' where customer_id = $1::uuid`,
      [session.identity.userId],
    );
    const { errors } = refusedWith(await checkOut(session), 'request.invalid', 400);
    assert.deepEqual(
      errors?.map(({ pointer }) => pointer),
      ['/fulfilment/table'],
    );
  });

  test('that is left out is the first type of the shop', async () => {
    await shop.set({ fulfilmentTypes: ['DELIVERY', 'PICKUP'] });
    const { session, cart } = await fillCart(null);
    assert.deepEqual(codes(cart), ['request.invalid']);
    const { errors } = refusedWith(await checkOut(session), 'request.invalid', 400);
    assert.equal(errors?.[0]?.pointer, '/fulfilment/address');
    const order = await checkOut(session, { fulfilment: { type: 'DELIVERY', address } });
    assert.equal(order.status, 201, order.text);
  });
});
