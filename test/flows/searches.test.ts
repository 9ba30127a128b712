import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';

/** Searches ignore case, accents and the Unicode normalization form. */
const db = await testDatabase();
const server = await startTestServer(db, {
  environment: { PENDING_ORDERS_MAX: '0' },
});
const admin = await server.asAdmin();

const names = ['Café crème', 'Smørrebrød', 'Käsespätzle', 'Straßenbrot', 'Pure 100%', 'Żurek'];
for (const [index, name] of names.entries()) {
  const sku = `DISH-${index}`;
  const price = { amount: 500, currency: 'GBP' };
  const made = await admin.post('/api/products', { sku, name, price, onHand: 100 });
  assert.equal(made.status, 201, made.text);
}

async function signUp(email: string, name: string) {
  const customer = await server.signUp();
  assert.equal((await customer.patch('/api/auth/profile', { name })).status, 200);
  await db.database.run(
    'test.email',
    'update users set email = $2::text, email_key = $2::text where id = $1::uuid',
    [customer.identity.userId, email],
  );
  return customer;
}

const muller = await signUp('müller@example.com', 'Jürgen Müller');
await signUp('muller2@example.com', 'Jurgen Muller');

for (const [index] of names.entries()) {
  const placed = await muller.post('/api/orders', {
    items: [{ sku: `DISH-${index}`, quantity: 1 }],
  });
  assert.equal(placed.status, 201, placed.text);
}

type Session = typeof admin;
interface Found {
  data: { name: string; email: string; items: { name: string }[]; customerId: string }[];
}

async function find(session: Session, path: string, search: string): Promise<Found['data']> {
  const reply = await session.get(`${path}?search=${encodeURIComponent(search)}&limit=100`);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Found>().data;
}

const searches: readonly (readonly [search: string, name: string])[] = [
  ['cafe', 'Café crème'],
  ['CAFÉ', 'Café crème'],
  ['Cafe\u0301 cre\u0300me', 'Café crème'],
  ['café creme', 'Café crème'],
  ['smorrebrod', 'Smørrebrød'],
  ['SMØRRE', 'Smørrebrød'],
  ['kasespatzle', 'Käsespätzle'],
  ['strasse', 'Straßenbrot'],
  ['STRAẞE', 'Straßenbrot'],
  ['100%', 'Pure 100%'],
  ['％', 'Pure 100%'],
  ['zurek', 'Żurek'],
  ['dish-5', 'Żurek'],
  ['ż', 'Żurek'],
];

describe('products', () => {
  for (const [search, name] of searches) {
    test(search, async () => {
      const found = await find(admin, '/api/products', search);
      assert(
        found.some((product) => product.name === name),
        JSON.stringify(found),
      );
      assert(found.length < names.length);
    });
  }
});

for (const [who, session] of [
  ['staff', admin],
  ['the customer', muller],
] as const) {
  describe(`orders, for ${who}`, () => {
    for (const [search, name] of searches) {
      test(search, async () => {
        const found = await find(session, '/api/orders', search);
        const sold = found.flatMap(({ items }) => items.map((item) => item.name));
        assert(sold.includes(name), JSON.stringify(sold));
        assert(found.length < names.length);
      });
    }
  });
}

test('orders are found by the e-mail of their customer, with or without accents', async () => {
  for (const search of ['muller@example.com', 'MÜLLER@', 'mu\u0308ller@example', 'müll']) {
    assert.equal((await find(admin, '/api/orders', search)).length, names.length, search);
  }
  assert.equal((await find(admin, '/api/orders', 'mueller')).length, 0);
});

test('users are found by name and e-mail, with or without accents', async () => {
  const both = ['muller2@example.com', 'müller@example.com'];
  for (const search of ['jurgen', 'JÜRGEN', 'Ju\u0308rgen', 'muller', 'müller', 'MÜLLER']) {
    const found = await find(admin, '/api/users', search);
    assert.deepEqual(found.map(({ email }) => email).sort(), both, search);
  }
  assert.deepEqual(await find(admin, '/api/users', 'mueller'), []);
});
