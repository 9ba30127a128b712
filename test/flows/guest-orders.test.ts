import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { addProduct } from '../support/shop.ts';
import {
  code,
  createStranger,
  guestCheckout,
  holdPlaced,
  newEmail,
  orderOf,
  type PlacedByGuest,
  pointers,
} from '../support/strangers.ts';

/** Orders without an account, over HTTP. */
const db = await testDatabase();
const { database } = db;
const server = await startTestServer(db, { environment: guestCheckout });
const closed = await startTestServer(db);
const admin = await server.asAdmin();
const customer = await server.signUp();
const { sku } = await addProduct(database, { priceMinor: 1_000, onHand: 100_000 });
const { anonymous } = server;

const hold = (order: PlacedByGuest, url = server.url) => holdPlaced(url, order);

async function countRows(table: 'orders' | 'users'): Promise<number> {
  const [row] = await database.run<{ count: number }>(
    `test.count_${table}`,
    `select count(*)::int as count from ${table}`,
    [],
  );
  return row!.count;
}

describe('a guest', () => {
  test('orders without an account, and pays, changes and cancels with the token of the order', async () => {
    const guest = { email: newEmail(), name: 'Ada', phone: '+44 20 7946 0000' };
    const reply = await createStranger(anonymous).post('/api/orders', orderOf(sku, guest));
    assert.equal(reply.status, 201, reply.text);
    const placed = reply.json<PlacedByGuest & { customer?: object }>();
    assert.equal(placed.customer, undefined);
    assert.equal(Object.keys(placed).at(-1), 'orderToken');
    assert.equal(reply.headers.get('location'), `/api/orders/${placed.id}`);

    const seen = await admin.get(`/api/orders/${placed.id}`);
    assert.deepEqual(seen.json().customer, {
      id: placed.customerId,
      email: guest.email,
      name: 'Ada',
      phone: '+442079460000',
      guest: true,
    });
    const holder = hold(placed);
    const read = await holder.get(`/api/orders/${placed.id}`);
    const { orderToken: _, ...order } = placed;
    assert.deepEqual(read.json(), order);
    const changed = await holder.patch(`/api/orders/${placed.id}/fulfilment`, {
      instructions: 'Ring twice',
    });
    assert.equal(changed.status, 200, changed.text);
    const paying = await holder.post('/api/payments/initiate', { orderId: placed.id });
    assert.equal(paying.status, 201, paying.text);
    const cancelled = await holder.post(`/api/orders/${placed.id}/cancel`, {});
    assert.equal(cancelled.status, 200, cancelled.text);
    const history = await admin.get(`/api/orders/${placed.id}/history`);
    const { data } = history.json<{ data: { type: string; actor: object }[] }>();
    const actor = { type: 'user', id: placed.customerId, role: 'customer' };
    assert.deepEqual(
      data.map((event) => [event.type, event.actor]),
      ['order.placed', 'order.readdressed', 'payment.initiated', 'order.cancelled'].map((type) => [
        type,
        actor,
      ]),
    );
  });

  test('must pay within the time for guests', async () => {
    const brief = await startTestServer(db, {
      environment: {
        ...guestCheckout,
        GUEST_ORDER_EXPIRY_MINUTES: '7',
        ORDER_EXPIRY_MINUTES: '30',
      },
    });
    const minutes = ({ createdAt, expiresAt }: PlacedByGuest) =>
      (Date.parse(expiresAt!) - Date.parse(createdAt)) / 60_000;
    const stranger = createStranger(brief.anonymous);
    const own = await stranger.post('/api/orders', orderOf(sku, { email: newEmail() }));
    assert.equal(minutes(own.json()), 7);
    const byStaff = await admin.post('/api/orders', orderOf(sku, { name: 'By phone' }));
    assert.equal(minutes(byStaff.json()), 30);
    const ofCustomer = await customer.post('/api/orders', orderOf(sku));
    assert.equal(minutes(ofCustomer.json()), 30);
  });

  test('has a token that opens no other order, and is not a caller where anyone may order', async () => {
    const stranger = createStranger(anonymous);
    const [first, second] = await Promise.all(
      [1, 2].map(async () => {
        const reply = await stranger.post('/api/orders', orderOf(sku, { email: newEmail() }));
        return reply.json<PlacedByGuest>();
      }),
    );
    assert.equal(code(await hold(first!).get(`/api/orders/${second!.id}`)), 'orders.not_found');
    const holder = hold(first!);
    assert.equal(code(await holder.post('/api/orders', orderOf(sku))), 'auth.unauthenticated');
    const again = await holder.post('/api/orders', orderOf(sku, { email: newEmail() }));
    assert.equal(again.status, 201, again.text);
    assert.notEqual(again.json<PlacedByGuest>().customerId, first!.customerId);
    // Where guests cannot order, the token is of somebody who may not.
    const elsewhere = hold(first!, closed.url);
    assert.equal(code(await elsewhere.post('/api/orders', orderOf(sku))), 'auth.forbidden');
  });

  test('gets the same reply whether their address has an account or not', async () => {
    const { email } = customer.identity;
    const stranger = createStranger(anonymous);
    const post = async (path: string, address: string) => {
      const reply = await stranger.post(path, orderOf(sku, { email: address }));
      const body = reply.json();
      for (const own of ['id', 'number', 'customerId', 'createdAt', 'updatedAt', 'expiresAt']) {
        delete body[own];
      }
      delete body.orderToken;
      const fulfilment = body.fulfilment as { promisedFor?: string } | undefined;
      delete fulfilment?.promisedFor;
      return [reply.status, body];
    };
    for (const path of ['/api/orders', '/api/quotes']) {
      assert.deepEqual(await post(path, email.toUpperCase()), await post(path, newEmail()));
    }
    const listed = await customer.get('/api/orders');
    const ids = listed.json<{ data: { customerId: string }[] }>().data;
    assert.ok(ids.every(({ customerId }) => customerId === customer.identity.userId));
    const [row] = await database.run<{ count: number }>(
      'test.count_accounts',
      `select count(*)::int as count from users where email_key = $1::text and not guest`,
      [email.toLowerCase()],
    );
    assert.equal(row!.count, 1);
  });
});

describe('an order without credentials', () => {
  test('is refused where guests cannot order, before its body is read', async () => {
    for (const body of [orderOf(sku, { email: newEmail() }), orderOf(sku), { items: [] }]) {
      const reply = await closed.anonymous.post('/api/orders', body);
      assert.equal(code(reply), 'auth.unauthenticated');
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer');
    }
    const quoted = await closed.anonymous.post('/api/quotes', orderOf(sku, { email: newEmail() }));
    assert.equal(code(quoted), 'auth.unauthenticated');
    assert.equal(code(await closed.anonymous.post('/api/quotes', orderOf(sku))), '200');
  });

  test('is refused unless it names its guest, and with credentials that are wrong', async () => {
    assert.equal(code(await anonymous.post('/api/orders', orderOf(sku))), 'auth.unauthenticated');
    const reply = await anonymous.post('/api/orders', orderOf(sku, { email: newEmail() }), {
      authorization: 'Bearer wrong',
    });
    assert.equal(code(reply), 'auth.unauthenticated');
  });

  const address = {
    line1: '12 Sea Road',
    city: 'Whitby',
    postalCode: 'YO21 3PU',
    country: 'GB',
  };
  const invalid: readonly [string, object, object, readonly string[]][] = [
    ['no address', { name: 'Ada' }, {}, ['/guest/email']],
    ['an address without a domain', { email: 'ada@localhost' }, {}, ['/guest/email']],
    ['an address that imitates another', { email: 'аdmin@example.com' }, {}, ['/guest/email']],
    ['an address that is too long', { email: `${'a'.repeat(250)}@b.cd` }, {}, ['/guest/email']],
    [
      'a phone number in national form',
      { email: 'a@b.cd', phone: '020 7946 0000' },
      {},
      ['/guest/phone'],
    ],
    [
      'a phone number that does not exist',
      { email: 'a@b.cd', phone: '+44 1' },
      {},
      ['/guest/phone'],
    ],
    [
      'a phone number of another country',
      { email: 'a@b.cd', phone: '0151 23456789' },
      { fulfilment: { type: 'PICKUP', address } },
      ['/guest/phone'],
    ],
    ['a name with a line break', { email: 'a@b.cd', name: 'A\nB' }, {}, ['/guest/name']],
    ['a name that is too long', { email: 'a@b.cd', name: 'x'.repeat(201) }, {}, ['/guest/name']],
    ['a field that there is not', { email: 'a@b.cd', vip: true }, {}, ['/guest/vip']],
    ['a customer too', { email: 'a@b.cd' }, { customerId: newId() }, ['/customerId']],
    ['two faults', { phone: 'x' }, {}, ['/guest/email', '/guest/phone']],
  ];
  for (const [what, guest, others, expected] of invalid) {
    test(`is refused with ${what}, and leaves nothing behind`, async () => {
      const before = [await countRows('orders'), await countRows('users')];
      const stranger = createStranger(anonymous);
      for (const path of ['/api/orders', '/api/quotes']) {
        const reply = await stranger.post(path, orderOf(sku, guest, others));
        assert.equal(reply.status, 400, reply.text);
        assert.deepEqual(pointers(reply), expected);
      }
      assert.deepEqual([await countRows('orders'), await countRows('users')], before);
    });
  }

  test('reads a phone number in national form as one of the country of its address', async () => {
    const guest = { email: newEmail(), phone: '020 7946 0000' };
    const fulfilment = { type: 'PICKUP', address };
    const reply = await createStranger(anonymous).post(
      '/api/orders',
      orderOf(sku, guest, { fulfilment }),
    );
    assert.equal(reply.status, 201, reply.text);
    const seen = await admin.get(`/api/orders/${reply.json<PlacedByGuest>().id}`);
    assert.equal(seen.json<{ customer: { phone: string } }>().customer.phone, '+442079460000');
  });

  test('cannot override the shop', async () => {
    const override = { override: true, reason: 'I want it' };
    const body = orderOf(sku, { email: newEmail() }, override);
    assert.equal(code(await createStranger(anonymous).post('/api/orders', body)), 'auth.forbidden');
  });

  test('leaves no guest behind if it is refused', async () => {
    const before = await countRows('users');
    const { sku: rare } = await addProduct(database, { onHand: 0 });
    const body = orderOf(rare, { email: newEmail() });
    const reply = await createStranger(anonymous).post('/api/orders', body);
    assert.equal(code(reply), 'inventory.insufficient_stock');
    assert.equal(await countRows('users'), before);
  });
});

describe('a customer who is signed in', () => {
  test('cannot order as a guest', async () => {
    const body = orderOf(sku, { email: newEmail() });
    assert.deepEqual(pointers(await customer.post('/api/orders', body)), ['/guest']);
    assert.deepEqual(pointers(await customer.post('/api/quotes', body)), ['/guest']);
    const own = await customer.post('/api/orders', orderOf(sku));
    assert.equal(own.json<{ orderToken?: string }>().orderToken, undefined);
  });
});
