import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { createPasswordHasher } from '../../../src/modules/accounts/password-hasher.ts';
import { checkInvariants } from '../../../src/modules/operations/check-invariants.ts';
import type { OrderView } from '../../../src/modules/orders/schemas.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { addCharge, addTaxRate } from '../../support/pricing.ts';
import { assertProblem } from '../../support/rules.ts';
import { startTestServer } from '../../support/server.ts';
import { createSession, type Session } from '../../support/session.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { query } from '../../support/until.ts';
import { type InsertedOrder, insertBilledOrder } from '../operations/insert-billed-order.ts';

const NUMBER = 29;

describe('an upgrade offers the type of', () => {
  const address = `'{"type": "SHIPMENT", "address": {"line1": "x", "city": "x", "country": "GB"}}'`;
  const sources: readonly [what: string, type: string, statement: string][] = [
    ['an order', 'SHIPMENT', `update orders set fulfilment = ${address}`],
    [
      'a cart',
      'DINE_IN',
      `insert into carts (customer_id, version, fulfilment) select id, 2, '{"type": "DINE_IN"}' from users`,
    ],
    ['a tax rate', 'DINE_IN', `update tax_rates set fulfilment_types = '{DINE_IN,PICKUP}'`],
    [
      'a charge',
      'SHIPMENT',
      `update charges set kind = 'SERVICE', fulfilment_types = '{SHIPMENT}'`,
    ],
    ['a charge for delivery', 'DELIVERY', `update charges set kind = 'DELIVERY'`],
  ];
  for (const [what, type, statement] of sources) {
    test(`${what}, and nothing else but PICKUP`, async () => {
      const { database, url } = await openOldDatabase(NUMBER);
      const { id: customerId } = await addUser(database, { emailVerified: false });
      await addTaxRate(database);
      await addCharge(database, { kind: 'SERVICE' });
      const product = await addProduct(database);
      await insertBilledOrder(url, { ...plainOrder(product), status: 'PENDING', customerId });
      await query(url, statement);
      await migrate(database);
      assert.deepEqual(await query(url, 'select fulfilment_types as types from shop_settings'), [
        { types: ['PICKUP', type] },
      ]);
    });
  }
});

type OldOrder = Omit<InsertedOrder, 'status' | 'customerId'>;

function plainOrder(product: { readonly id: string; readonly sku: string }): OldOrder {
  return {
    lines: [
      {
        product,
        quantity: 1,
        basePriceMinor: 250,
        modifiers: null,
        discountMinor: null,
        taxMinor: null,
      },
    ],
    bill: null,
    totalMinor: 250,
    discountIds: [],
  };
}

describe('after an upgrade', async () => {
  const old = await openOldDatabase(NUMBER);
  const { database, url } = old;
  const credentials = { email: 'ada@example.com', password: 'a pass of the older version' };
  const customerId = newId();
  const passwordHash = await createPasswordHasher().hash(credentials.password);
  await query(
    url,
    'insert into users (id, email, email_key, password_hash) values ($1, $2, $2, $3)',
    [customerId, credentials.email, passwordHash],
  );
  const product = await addProduct(database, { priceMinor: 250, onHand: 20 });
  const chargeId = await addCharge(database, { tax_category: 'untaxed' });
  await addTaxRate(database, { fulfilment_types: ['DINE_IN'], tax_category: 'meals' });
  const insert = (status: string, order = plainOrder(product)) =>
    insertBilledOrder(url, { ...order, status, customerId });
  const delivered = await insert('PENDING', {
    ...plainOrder(product),
    bill: {
      pricesIncludeTax: true,
      tipMinor: 100,
      discounts: [],
      charges: [{ chargeId, kind: 'DELIVERY', name: 'Delivery', amountMinor: 350, taxMinor: 0 }],
      taxes: [],
    },
    totalMinor: 700,
  });
  const picked = await insert('PENDING');
  const eaten = await insert('COMPLETED');
  const cancelled = await insert('CANCELLED');
  // Such a country was accepted, and so was eating in without a table.
  const address = {
    line1: '12 Sea Road',
    line2: null,
    city: 'Whitby',
    region: null,
    postalCode: 'YO21 3PU',
    country: 'UK',
  };
  const state = (id: string, fulfilment: object) =>
    query(url, 'update orders set fulfilment = $2 where id = $1', [id, fulfilment]);
  await state(delivered, { type: 'DELIVERY', address });
  await state(eaten, { type: 'DINE_IN' });
  await query(url, `update orders set shipping_address = '1 Old Street' where id = '${cancelled}'`);
  await query(
    url,
    `insert into carts (customer_id, version, tip_minor, fulfilment) values ($1, 3, 100, $2)`,
    [customerId, { type: 'DELIVERY', address }],
  );
  await query(
    url,
    `insert into cart_items (id, customer_id, product_id, quantity)
     values (gen_random_uuid(), $1, $2, 2)`,
    [customerId, product.id],
  );
  const before = await query(
    url,
    `select id, status, total_minor, created_at as "createdAt" from orders order by id`,
  );

  await migrate(database);
  const server = await startTestServer(old);
  const customer = await logIn();
  const admin = await server.asAdmin();

  async function logIn(): Promise<Session> {
    const reply = await server.anonymous.post('/api/auth/login', credentials);
    assert.equal(reply.status, 200, reply.text);
    const { accessToken, user } = reply.json<{ accessToken: string; user: { id: string } }>();
    assert.equal(user.id, customerId);
    return createSession(server.url, { ...credentials, accessToken, userId: user.id });
  }

  async function readOrder(id: string): Promise<OrderView> {
    const reply = await customer.get(`/api/orders/${id}`);
    assert.equal(reply.status, 200, reply.text);
    return reply.json<OrderView>();
  }

  test('the shop is as it was: always open, without slots, and with the types that it used', async () => {
    const shop = (await server.anonymous.get('/api/shop')).json();
    const { fulfilmentTypes, open, acceptingOrders, leadMinutes, slotMinutes, version } = shop;
    assert.deepEqual(
      { fulfilmentTypes, open, acceptingOrders, leadMinutes, slotMinutes, version },
      {
        fulfilmentTypes: ['PICKUP', 'DELIVERY', 'DINE_IN'],
        open: true,
        acceptingOrders: true,
        leadMinutes: 0,
        slotMinutes: 0,
        version: 1,
      },
    );
  });

  test('orders are unchanged, and promised for the time at which they were placed', async () => {
    const rows = await query(
      url,
      `select id, status, total_minor, created_at as "createdAt" from orders order by id`,
    );
    assert.deepEqual(rows, before);
    const none = { requestedFor: null, contact: null, instructions: null, table: null };
    for (const [id, type, where] of [
      [delivered, 'DELIVERY', address],
      [picked, 'PICKUP', null],
      [eaten, 'DINE_IN', null],
      [cancelled, 'PICKUP', null],
    ] as const) {
      const { fulfilment, createdAt } = await readOrder(id);
      assert.deepEqual(fulfilment, { ...none, type, address: where, promisedFor: createdAt });
    }
    assert.equal((await readOrder(cancelled)).shippingAddress, '1 Old Street');
    const { data } = (await customer.get('/api/orders')).json<{ data: OrderView[] }>();
    assert.deepEqual(data.map(({ id }) => id).sort(), [delivered, picked, eaten, cancelled].sort());
    const history = await customer.get(`/api/orders/${delivered}/history`);
    assert.equal(history.status, 200, history.text);
  });

  test('an e-mail address still has one account', async () => {
    const reply = await server.anonymous.post('/api/auth/signup', credentials);
    assertProblem(reply, 409, 'accounts.email_taken');
  });

  test('a cart that is to be delivered is ordered at the same price', async () => {
    const cart = (await customer.get('/api/cart')).json<{
      version: number;
      refusals: unknown[];
      fulfilment: object;
      total: { amount: number };
    }>();
    assert.deepEqual([cart.version, cart.refusals, cart.total.amount], [3, [], 500 + 350 + 100]);
    const placed = await customer.post('/api/cart/checkout', {});
    assert.equal(placed.status, 201, placed.text);
    const { fulfilment, total, createdAt } = placed.json<OrderView>();
    assert.deepEqual(fulfilment, { ...cart.fulfilment, promisedFor: createdAt });
    assert.equal(total.amount, 950);
  });

  test('open orders can be changed, get a place in a slot, and are cancelled', async () => {
    const offered = await admin.patch('/api/shop', { slotMinutes: 30, slotOrdersMax: 1 });
    assert.equal(offered.status, 200, offered.text);
    const [slot] = (
      await server.anonymous.get(`/api/slots?type=DELIVERY&date=${tomorrow()}`)
    ).json<{
      data: { start: string }[];
    }>().data;
    const change = { requestedFor: slot!.start, instructions: 'Ring twice' };
    const changed = await customer.patch(`/api/orders/${delivered}/fulfilment`, change);
    assert.equal(changed.status, 200, changed.text);
    const { fulfilment, total } = changed.json<OrderView>();
    assert.deepEqual(
      [fulfilment.promisedFor, fulfilment.instructions, fulfilment.address, total.amount],
      [slot!.start, 'Ring twice', address, 700],
    );
    for (const id of [delivered, picked]) {
      const ended = await customer.post(`/api/orders/${id}/cancel`, {});
      assert.equal(ended.status, 200, ended.text);
    }
    assert.deepEqual(await query(url, 'select places from slots where places > 0'), []);
  });

  test('every invariant holds', async () => {
    const { invariants } = await checkInvariants(database);
    assert.deepEqual(
      invariants.filter(({ ok }) => !ok),
      [],
    );
  });
});

function tomorrow(): string {
  return new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
}
