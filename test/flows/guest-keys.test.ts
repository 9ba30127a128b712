import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  DICTIONARY,
  expandResponses,
} from '../../src/modules/orders/placement/stored-responses.ts';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply } from '../support/session.ts';
import { addProduct, findStock } from '../support/shop.ts';
import {
  code,
  createStranger,
  guestCheckout,
  newEmail,
  orderOf,
  type PlacedByGuest,
} from '../support/strangers.ts';

/** Repeated orders of guests, on two servers of one shop. */
const db = await testDatabase();
const { database } = db;
const environment = {
  ...guestCheckout,
  JWT_SECRET: randomBytes(48).toString('base64url'),
  PENDING_ORDERS_MAX: '0',
  GUEST_PENDING_PER_ADDRESS_MAX: '0',
};
const server = await startTestServer(db, { environment });
const other = await startTestServer(db, { environment });
const admin = await server.asAdmin();

interface Sent {
  readonly key?: string;
  readonly token?: string;
  readonly email?: string;
  readonly address?: string;
  readonly name?: string;
}

/** Places an order of one unit of a product. */
function createSender(sku: string) {
  let sent = 0;
  return ({ key, token, email = 'Gus@Example.com', address = '192.0.2.1', name }: Sent) => {
    sent += 1;
    const { anonymous } = sent % 2 === 0 ? server : other;
    return createStranger(anonymous, address).post(
      '/api/orders',
      orderOf(
        sku,
        { email, ...(name === undefined ? {} : { name }) },
        token === undefined ? {} : { clientToken: token },
      ),
      key === undefined ? {} : { 'idempotency-key': key },
    );
  };
}

async function newSender() {
  const product = await addProduct(database, { onHand: 1_000 });
  const countReserved = async () => (await findStock(database, product.id)).reserved;
  return { send: createSender(product.sku), countReserved };
}

function idOf(reply: Reply): string {
  assert.equal(reply.status, 201, reply.text);
  return reply.json<PlacedByGuest>().id;
}

function isReplay(reply: Reply): boolean {
  return reply.headers.get('idempotent-replayed') === 'true';
}

for (const [what, by] of [
  ['an Idempotency-Key', 'key'],
  ['a clientToken', 'token'],
] as const) {
  describe(`${what} of a guest`, () => {
    test('takes effect once, and answers with the same bytes and token, on every server', async () => {
      const { send, countReserved } = await newSender();
      const same = { [by]: `same ${by}` };
      const replies = await Promise.all(Array.from({ length: 20 }, () => send(same)));
      const texts = new Set(replies.map(({ status, text }) => `${status} ${text}`));
      assert.equal(texts.size, 1, [...texts].join('\n'));
      assert.equal(replies.filter((reply) => !isReplay(reply)).length, 1);
      assert.ok(replies[0]!.json<PlacedByGuest>().orderToken.length > 100);
      assert.equal(await countReserved(), 1);
    });

    test('belongs to the address however it is written, and to no other address', async () => {
      const { send, countReserved } = await newSender();
      const first = idOf(await send({ [by]: 'once' }));
      const written = await send({ [by]: 'once', email: 'gus@example.COM' });
      // The address is part of the request.
      assert.equal(code(written), 'idempotency.key_reused');
      assert.notEqual(idOf(await send({ [by]: 'once', email: newEmail() })), first);
      assert.equal(await countReserved(), 2);
    });

    test('is refused for another order', async () => {
      const { send, countReserved } = await newSender();
      idOf(await send({ [by]: 'another' }));
      const reused = await send({ [by]: 'another', name: 'Somebody' });
      assert.equal(code(reused), 'idempotency.key_reused');
      assert.equal(await countReserved(), 1);
    });
  });
}

describe('from another network', () => {
  test('the same Idempotency-Key is another one: it tells nobody of the order', async () => {
    const { send } = await newSender();
    const [first, second] = [
      idOf(await send({ key: 'mine' })),
      idOf(await send({ key: 'mine', address: '192.0.2.2' })),
    ];
    assert.notEqual(first, second);
    assert.equal(idOf(await send({ key: 'mine', address: '::ffff:192.0.2.1' })), first);
  });

  test('the same IPv6 network is the same one, whatever the address in it', async () => {
    const { send } = await newSender();
    const from = async (address: string) => idOf(await send({ key: 'v6', address }));
    const first = await from('2001:db8:1:2::1');
    assert.equal(await from('2001:db8:1:2:ffff::7'), first);
    assert.notEqual(await from('2001:db8:1:3::1'), first);
  });

  test('the same clientToken is the same order: its key is pinned there too', async () => {
    const { send, countReserved } = await newSender();
    const first = idOf(await send({ token: 'roaming' }));
    const moved = { token: 'roaming', key: 'new key', address: '192.0.2.77' };
    assert.equal(idOf(await send(moved)), first);
    assert.ok(isReplay(await send(moved)));
    assert.equal(await countReserved(), 1);
  });
});

describe('a key', () => {
  test('without a guest’s address or of a wrong form is refused', async () => {
    const headers = { 'idempotency-key': 'a'.repeat(300) };
    const { sku } = await addProduct(database);
    const stranger = createStranger(server.anonymous);
    const wrong = await stranger.post('/api/orders', orderOf(sku, { email: newEmail() }), headers);
    assert.equal(code(wrong), 'idempotency.invalid_key');
  });

  test('of a customer, of a guest and of staff for that guest are three', async () => {
    const { sku } = await addProduct(database);
    const customer = await server.signUp();
    const { email } = customer.identity;
    const both = { clientToken: 'shared' };
    const headers = { 'idempotency-key': 'shared' };
    const guest = orderOf(sku, { email }, both);
    const replies = [
      await customer.post('/api/orders', orderOf(sku, undefined, both), headers),
      await createStranger(server.anonymous).post('/api/orders', guest, headers),
      await admin.post('/api/orders', guest, headers),
    ];
    assert.equal(new Set(replies.map(idOf)).size, 3);
    const again = await admin.post('/api/orders', guest, headers);
    assert.equal(again.text, replies[2]!.text);
    assert.ok(again.json<PlacedByGuest>().orderToken.length > 100);
  });

  test('of staff for guests without an address works too', async () => {
    const { sku } = await addProduct(database);
    const body = orderOf(sku, { name: 'By phone' }, { clientToken: 'phone' });
    const first = await admin.post('/api/orders', body);
    const again = await (await other.asAdmin()).post('/api/orders', body);
    assert.equal(idOf(again), idOf(first));
  });

  test('of an address in letters beyond the basic plane works too', async () => {
    const { send } = await newSender();
    const email = '𐐨𐐩@example.com';
    assert.equal(
      idOf(await send({ token: 'astral', email })),
      idOf(await send({ token: 'astral', email })),
    );
  });

  test('that stands for another order is found by the invariant', async () => {
    const { send } = await newSender();
    const id = idOf(await send({ token: 'checked', email: newEmail() }));
    // PostgreSQL 15 cannot return the value before the change.
    const setKey = (emailKey: string) =>
      database.run<{ before: string }>(
        'test.set_email_key',
        `with stored as (select id, guest_email_key as before from orders where id = $1::uuid)
         update orders set guest_email_key = $2::text
           from stored
          where orders.id = stored.id
         returning before`,
        [id, emailKey],
      );
    const [changed] = await setKey('somebody.else@example.com');
    const broken = await database.run<{ id: string }>(
      'test.client_tokens',
      'select id from inv_client_tokens',
      [],
    );
    assert.deepEqual(broken, [{ id }]);
    await setKey(changed!.before);
  });

  test('stores neither the token nor the address of its guest', async () => {
    const { send } = await newSender();
    const email = newEmail();
    const reply = await send({ key: 'stored', token: 'stored', email });
    const { orderToken, id } = reply.json<PlacedByGuest>();
    const rows = await database.run<{ responses: Buffer; dictionary: number }>(
      'test.responses',
      'select responses, dictionary from order_responses where $1::uuid = any(order_ids)',
      [id],
    );
    assert.ok(rows.length > 0);
    for (const { responses, dictionary } of rows) {
      assert.equal(dictionary, DICTIONARY);
      const stored = expandResponses(responses, dictionary).join('\n');
      assert.ok(stored.includes(id));
      assert.ok(!stored.includes(orderToken) && !stored.includes(email));
    }
  });
});
