import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Scope, scopes } from '../../../../src/shared/caller.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { createRule } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';
import { createSession, type Reply, type Session } from '../../../support/session.ts';
import { addProduct, findStock } from '../../../support/shop.ts';

const db = await testDatabase();
const server = await startTestServer(db, { environment: { PENDING_ORDERS_MAX: '2' } });
const admin = await server.asAdmin();
const gbp = (amount: number) => ({ amount, currency: 'GBP' });

interface Quote {
  readonly items: readonly { readonly sku: string }[];
  readonly bill: { readonly subtotal: object; readonly total: object };
  readonly refusals: readonly { readonly code: string; readonly [member: string]: unknown }[];
}

async function quote(session: Session, body: object): Promise<Quote> {
  const reply = await session.post('/api/quotes', body);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Quote>();
}

/** Returns the members of a problem document, except those that describe its request. */
function refusalIn(reply: Reply): object {
  assert.ok(reply.status >= 400, reply.text);
  const { type: _, status: __, instance: ___, requestId: ____, ...refusal } = reply.json();
  return refusal;
}

async function keyWith(scope: Scope): Promise<Session> {
  const reply = await admin.post('/api/api-keys', { name: scope, scopes: [scope] });
  const { id: userId, secret: accessToken } = reply.json<{ id: string; secret: string }>();
  return createSession(server.url, { email: '', password: '', accessToken, userId });
}

/** Counts everything that a quote could have written or reserved. */
async function countRows(): Promise<object> {
  const [counts] = await db.database.run<object>(
    'test.count_rows',
    `select (select count(*)::int from orders) as orders,
            (select count(*)::int from events) as events,
            (select count(*)::int from idempotency_keys) as keys,
            (select sum(reserved)::int from stock) as reserved`,
    [],
  );
  return counts!;
}

/** Returns a line as it is shown if nothing but its price applies. */
function plainItem(
  line: number,
  { id: productId, sku }: { readonly id: string; readonly sku: string },
  quantity: number,
  price: number,
  total: number,
): object {
  return {
    line,
    sku,
    productId,
    name: `Product ${sku}`,
    quantity,
    unitPrice: gbp(price),
    total: gbp(total),
    modifiers: [],
    note: null,
    basePrice: gbp(price),
    discount: gbp(0),
    tax: gbp(0),
    charged: gbp(total),
  };
}

describe('POST /api/quotes', () => {
  test('lists everything that is wrong with the modifiers of all lines; a placement has the first kind, with all its errors', async () => {
    const option = (code: string) => ({ code, name: code, price: gbp(50) });
    const [heat, extras] = await Promise.all([
      createRule(admin, '/api/modifier-groups', {
        name: 'Heat',
        min: 1,
        max: 1,
        modifiers: [option('ALL-MILD'), option('ALL-HOT')],
      }),
      createRule(admin, '/api/modifier-groups', {
        name: 'Extras',
        min: 0,
        max: 2,
        modifiers: [{ ...option('ALL-RICE'), quantityMax: 2 }, option('ALL-NAAN')],
      }),
    ]);
    const curry = await createRule(admin, '/api/products', {
      sku: 'ALL-CURRY',
      name: 'Curry',
      price: gbp(1_000),
      onHand: 10,
      modifierGroupIds: [heat.id, extras.id],
    });
    const line = (...modifiers: object[]) => ({ sku: curry.sku, quantity: 1, modifiers });
    const mild = { code: 'ALL-MILD' };
    const rangeErrors = [
      line(mild, { code: 'ALL-HOT' }, { code: 'ALL-RICE', quantity: 3 }),
      line({ code: 'ALL-NAAN' }),
    ];
    const items = [
      line(mild, { code: 'NO-SUCH' }, { code: 'NOR-THIS' }),
      ...rangeErrors,
      line({ code: 'NO-SUCH' }),
      line(mild),
    ];
    const { items: priced, refusals } = await quote(server.anonymous, { items });
    assert.equal(priced.length, 1);
    const outOfRange = 'catalog.modifiers_out_of_range';
    assert.deepEqual(
      refusals.map(({ code, group, errors }) => [
        code,
        group,
        (errors as { pointer: string }[]).map(({ pointer }) => pointer),
      ]),
      [
        [
          'catalog.unknown_modifier',
          undefined,
          ['/items/0/modifiers/1/code', '/items/0/modifiers/2/code', '/items/3/modifiers/0/code'],
        ],
        [outOfRange, heat.id, ['/items/1/modifiers/1']],
        [outOfRange, extras.id, ['/items/1/modifiers/2', '/items/1/modifiers/2']],
        [outOfRange, heat.id, ['/items/2/modifiers']],
        [outOfRange, heat.id, ['/items/3/modifiers']],
      ],
    );

    const customer = await server.signUp();
    const refused = await customer.post('/api/orders', { items });
    assert.deepEqual(refusalIn(refused), refusals[0]);
    const first = (await quote(customer, { items: rangeErrors })).refusals[0]!;
    assert.equal(first.group, heat.id);
    assert.deepEqual(refusalIn(await customer.post('/api/orders', { items: rangeErrors })), first);
  });

  test('prices an order for any caller, and reserves and writes nothing', async () => {
    const rice = await addProduct(db.database, { priceMinor: 295 });
    const naan = await addProduct(db.database, { priceMinor: 260 });
    const before = await countRows();
    const body = {
      items: [
        { sku: rice.sku, quantity: 2, unitPrice: gbp(295) },
        { productId: naan.id, quantity: 1 },
      ],
      expectedTotal: gbp(850),
      note: 'no coriander',
    };
    const customer = await server.signUp();
    for (const session of [server.anonymous, customer, admin]) {
      assert.deepEqual(await quote(session, body), {
        items: [plainItem(1, rice, 2, 295, 590), plainItem(2, naan, 1, 260, 260)],
        bill: {
          subtotal: gbp(850),
          pricesIncludeTax: true,
          discounts: [],
          charges: [],
          taxes: [],
          tip: gbp(0),
          total: gbp(850),
        },
        refusals: [],
      });
    }
    assert.deepEqual(await countRows(), before);
    assert.deepEqual(await findStock(db.database, rice.id), { onHand: 10, reserved: 0 });
  });

  test('uses the current prices', async () => {
    const pie = await addProduct(db.database, { priceMinor: 500 });
    const body = { items: [{ sku: pie.sku, quantity: 3 }] };
    assert.deepEqual((await quote(server.anonymous, body)).bill.total, gbp(1500));
    await admin.patch(`/api/products/${pie.id}`, { price: gbp(650) });
    assert.deepEqual((await quote(server.anonymous, body)).bill.total, gbp(1950));
  });

  test('contains the same refusals as a placement, member for member', async () => {
    const pie = await addProduct(db.database, { priceMinor: 500, onHand: 4 });
    const customer = await server.signUp();
    const bodies = [
      { items: [{ sku: 'NO-SUCH-PIE', quantity: 1 }] },
      { items: [{ productId: newId(), quantity: 1 }] },
      { items: [{ sku: pie.sku, quantity: 5 }] },
      { items: [{ sku: pie.sku, quantity: 1, unitPrice: gbp(400) }] },
      { items: [{ sku: pie.sku, quantity: 1 }], expectedTotal: gbp(1) },
    ];
    const codes = [];
    for (const body of bodies) {
      const { refusals } = await quote(customer, body);
      assert.deepEqual(refusals, [refusalIn(await customer.post('/api/orders', body))]);
      codes.push(refusals[0]!.code);
    }
    assert.deepEqual(codes, [
      'catalog.unknown_product',
      'catalog.unknown_product',
      'inventory.insufficient_stock',
      'orders.price_changed',
      'orders.price_changed',
    ]);
  });

  test('lists all refusals at once and omits lines that cannot be priced', async () => {
    const pie = await addProduct(db.database, { priceMinor: 500, onHand: 4 });
    const body = {
      items: [
        { sku: 'NO-SUCH-PIE', quantity: 1 },
        { sku: pie.sku, quantity: 5, unitPrice: gbp(400) },
      ],
      expectedTotal: gbp(2400),
    };
    const { items, bill, refusals } = await quote(server.anonymous, body);
    assert.deepEqual(
      items.map(({ sku }) => sku),
      [pie.sku],
    );
    assert.deepEqual([bill.subtotal, bill.total], [gbp(2500), gbp(2500)]);
    assert.deepEqual(
      refusals.map(({ code, lines, errors }) => ({ code, lines, errors })),
      [
        {
          code: 'catalog.unknown_product',
          lines: undefined,
          errors: [
            {
              pointer: '/items/0/sku',
              detail: 'There is no such product for sale.',
            },
          ],
        },
        {
          code: 'inventory.insufficient_stock',
          lines: [{ sku: pie.sku, requested: 5, available: 4 }],
          errors: undefined,
        },
        {
          code: 'orders.price_changed',
          lines: [{ sku: pie.sku, expected: gbp(400), current: gbp(500) }],
          errors: undefined,
        },
      ],
    );
  });

  test('counts only the caller’s unpaid orders', async () => {
    const pie = await addProduct(db.database);
    const body = { items: [{ sku: pie.sku, quantity: 1 }] };
    const customer = await server.signUp();
    for (let placed = 0; placed < 2; placed += 1) {
      assert.deepEqual((await quote(customer, body)).refusals, []);
      assert.equal((await customer.post('/api/orders', body)).status, 201);
    }
    const { refusals } = await quote(customer, body);
    assert.deepEqual(refusals, [refusalIn(await customer.post('/api/orders', body))]);
    assert.equal(refusals[0]!.code, 'orders.pending_limit');
    assert.deepEqual((await quote(server.anonymous, body)).refusals, []);
    const { userId: customerId } = customer.identity;
    assert.deepEqual((await quote(admin, { ...body, customerId })).refusals, []);
  });

  test('tells staff that the customer they name cannot order', async () => {
    const pie = await addProduct(db.database);
    const body = { items: [{ sku: pie.sku, quantity: 1 }], customerId: newId() };
    const { refusals } = await quote(admin, body);
    assert.deepEqual(refusals, [refusalIn(await admin.post('/api/orders', body))]);
  });

  test('names a customer only for callers who may place orders for customers', async () => {
    const pie = await addProduct(db.database);
    const body = { items: [{ sku: pie.sku, quantity: 1 }] };
    const named = { ...body, customerId: (await server.signUp()).identity.userId };
    for (const session of [admin, await keyWith('orders:write')]) {
      assert.deepEqual((await quote(session, named)).refusals, []);
    }
    const others = [
      await server.signInAs('kitchen'),
      ...(await Promise.all(scopes.filter((scope) => scope !== 'orders:write').map(keyWith))),
    ];
    for (const session of others) {
      const reply = await session.post('/api/quotes', named);
      assert.equal(reply.status, 403, reply.text);
      assert.equal(reply.json<{ code: string }>().code, 'auth.forbidden');
      assert.deepEqual((await quote(session, body)).refusals, []);
    }
  });

  test('is refused only for its shape', async () => {
    const items = [{ sku: 'PIE', quantity: 1 }];
    const bodies = {
      '/items': { items: [] },
      '/items/0': { items: [{ quantity: 1 }] },
      '/items/0/quantity': { items: [{ sku: 'PIE', quantity: 0 }] },
      '/items/0/unitPrice/currency': {
        items: [{ sku: 'PIE', quantity: 1, unitPrice: { amount: 1, currency: 'EUR' } }],
      },
      '/clientToken': { items, clientToken: 'token' },
      '/customerId': { items, customerId: newId() },
    };
    for (const [pointer, body] of Object.entries(bodies)) {
      const reply = await server.anonymous.post('/api/quotes', body);
      assert.equal(reply.status, 400, reply.text);
      const { code, errors } = reply.json<{ code: string; errors: { pointer: string }[] }>();
      assert.deepEqual([code, errors[0]?.pointer], ['request.invalid', pointer]);
    }
  });
});
