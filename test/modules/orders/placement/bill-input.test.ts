import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BillView } from '../../../../src/modules/pricing/index.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { addDiscount, addModifierGroup, findUses } from '../../../support/pricing.ts';
import { assertProblem } from '../../../support/rules.ts';
import { startTestServer } from '../../../support/server.ts';
import type { Reply, Session } from '../../../support/session.ts';
import { addProduct, offerEveryType } from '../../../support/shop.ts';

/** What a request may state about its bill, for orders and quotes alike. */
const db = await testDatabase();
await offerEveryType(db.database);
const server = await startTestServer(db, { environment: { PENDING_ORDERS_MAX: '0' } });
const customer = await server.signUp();
const curry = await addProduct(db.database, { priceMinor: 1_000, onHand: 1_000_000 });
const codes = Array.from({ length: 60 }, (_, index) => `M-${index}`);
await addModifierGroup(
  db.database,
  curry.id,
  codes.map((code) => ({ code, priceMinor: 10, quantityMax: 50 })),
);
const discountId = await addDiscount(db.database, { code: 'Welcome-10' });

const line = { sku: curry.sku, quantity: 1 };
const address = { line1: '1 High Street', city: 'York', postalCode: 'YO1 7AA', country: 'GB' };
const gbp = (amount: number) => ({ amount, currency: 'GBP' });
const named = (some: readonly string[]) => some.map((code) => ({ code }));

function withModifiers(modifiers: unknown) {
  return { items: [{ ...line, modifiers }] };
}

const place = (body: object, headers = {}) => customer.post('/api/orders', body, headers);
const quote = (body: object) => customer.post('/api/quotes', body);

async function countOrders(): Promise<number> {
  const [row] = await db.database.run<{ count: number }>(
    'test.count_all_orders',
    'select count(*)::int as count from orders',
    [],
  );
  return row!.count;
}

describe('input about the bill', () => {
  const invalid: [what: string, body: object, pointer: string][] = [
    [
      'a modifier twice in a line',
      withModifiers(named(['M-1', 'M-1'])),
      '/items/0/modifiers/1/code',
    ],
    ['51 modifiers in a line', withModifiers(named(codes.slice(0, 51))), '/items/0/modifiers'],
    [
      'a quantity of 0',
      withModifiers([{ code: 'M-1', quantity: 0 }]),
      '/items/0/modifiers/0/quantity',
    ],
    [
      'a quantity of 51',
      withModifiers([{ code: 'M-1', quantity: 51 }]),
      '/items/0/modifiers/0/quantity',
    ],
    [
      'half a modifier',
      withModifiers([{ code: 'M-1', quantity: 0.5 }]),
      '/items/0/modifiers/0/quantity',
    ],
    ['a modifier without a code', withModifiers([{ quantity: 1 }]), '/items/0/modifiers/0/code'],
    [
      'a price of a modifier',
      withModifiers([{ code: 'M-1', price: gbp(0) }]),
      '/items/0/modifiers/0/price',
    ],
    ['modifiers that are null', withModifiers(null), '/items/0/modifiers'],
    [
      'a note of a line with 201 characters',
      { items: [{ ...line, note: 'n'.repeat(201) }] },
      '/items/0/note',
    ],
    [
      'a note of a line with a control character',
      { items: [{ ...line, note: 'a\u0007b' }] },
      '/items/0/note',
    ],
    [
      'six codes',
      { items: [line], discountCodes: ['A', 'B', 'C', 'D', 'E', 'F'] },
      '/discountCodes',
    ],
    [
      'a code of look-alike letters',
      { items: [line], discountCodes: ['WЕLCOME-10'] },
      '/discountCodes/0',
    ],
    [
      'a code in full-width letters',
      { items: [line], discountCodes: ['Ｗelcome-10'] },
      '/discountCodes/0',
    ],
    [
      'a code with a zero-width space',
      { items: [line], discountCodes: ['Welcome\u200b-10'] },
      '/discountCodes/0',
    ],
    ['a code with a dotless i', { items: [line], discountCodes: ['ıd'] }, '/discountCodes/0'],
    [
      'a code with a Kelvin sign',
      { items: [line], discountCodes: ['\u212aelvin'] },
      '/discountCodes/0',
    ],
    ['a blank in a code', { items: [line], discountCodes: ['Welcome 10'] }, '/discountCodes/0'],
    ['an empty code', { items: [line], discountCodes: [''] }, '/discountCodes/0'],
    ['a code of blanks', { items: [line], discountCodes: ['   '] }, '/discountCodes/0'],
    [
      'a code of 41 characters',
      { items: [line], discountCodes: ['x'.repeat(41)] },
      '/discountCodes/0',
    ],
    [
      'a code after many blanks',
      { items: [line], discountCodes: [`${' '.repeat(10_000)}A`] },
      '/discountCodes/0',
    ],
    ['a code that is a number', { items: [line], discountCodes: [10] }, '/discountCodes/0'],
    ['a tip of -1', { items: [line], tip: gbp(-1) }, '/tip/amount'],
    ['a tip of half a penny', { items: [line], tip: gbp(0.5) }, '/tip/amount'],
    [
      'a tip in another currency',
      { items: [line], tip: { amount: 1, currency: 'EUR' } },
      '/tip/currency',
    ],
    ['a tip of 100,000,001', { items: [line], tip: gbp(100_000_001) }, '/tip/amount'],
    ['a tip without a currency', { items: [line], tip: { amount: 1 } }, '/tip/currency'],
    [
      'DELIVERY without an address',
      { items: [line], fulfilment: { type: 'DELIVERY' } },
      '/fulfilment/address',
    ],
    [
      'SHIPMENT with an address of null',
      { items: [line], fulfilment: { type: 'SHIPMENT', address: null } },
      '/fulfilment/address',
    ],
    [
      'an unknown fulfilment type',
      { items: [line], fulfilment: { type: 'DRONE' } },
      '/fulfilment/type',
    ],
    ['a fulfilment without a type', { items: [line], fulfilment: { address } }, '/fulfilment/type'],
    [
      'an address of 10,000 characters',
      delivered({ line1: 'x'.repeat(10_000) }),
      '/fulfilment/address/line1',
    ],
    ['an empty first line', delivered({ line1: '' }), '/fulfilment/address/line1'],
    ['a city of blanks', delivered({ city: ' \t ' }), '/fulfilment/address/city'],
    ['a country in small letters', delivered({ country: 'gb' }), '/fulfilment/address/country'],
    ['a country of three letters', delivered({ country: 'GBR' }), '/fulfilment/address/country'],
    ['an unknown member of an address', delivered({ floor: '3' }), '/fulfilment/address/floor'],
    [
      'an address that is a text',
      { items: [line], fulfilment: { type: 'DELIVERY', address: 'York' } },
      '/fulfilment/address',
    ],
  ];
  for (const [what, body, pointer] of invalid) {
    test(`refuses ${what} where it is, in an order and in a quote`, async () => {
      const before = await countOrders();
      assertProblem(await quote(body), 400, 'request.invalid', pointer);
      assertProblem(await place(body), 400, 'request.invalid', pointer);
      assert.equal(await countOrders(), before);
    });
  }

  test('names every error of a request at once', async () => {
    const reply = await place({
      items: [{ ...line, modifiers: named(['M-1', 'M-1']) }, { quantity: 1 }],
      tip: { amount: 1, currency: 'EUR' },
      fulfilment: { type: 'DELIVERY' },
    });
    const { errors } = reply.json<{ errors: { pointer: string }[] }>();
    assert.deepEqual(errors.map(({ pointer }) => pointer).sort(), [
      '/fulfilment/address',
      '/items/0/modifiers/1/code',
      '/items/1',
      '/tip/currency',
    ]);
  });

  test('accepts the largest of everything', async () => {
    const body = {
      items: [
        {
          ...line,
          modifiers: codes.slice(0, 50).map((code) => ({ code, quantity: 1 })),
          note: 'n'.repeat(200),
        },
      ],
      discountCodes: ['welcome-10'],
      tip: gbp(100_000_000),
      fulfilment: { type: 'DELIVERY', address: { ...address, line1: 'x'.repeat(200) } },
    };
    const placed = await place(body);
    assert.equal(placed.status, 201, placed.text);
    const { items, bill } = placed.json<{ items: { modifiers: unknown[] }[]; bill: BillView }>();
    assert.equal(items[0]!.modifiers.length, 50);
    assert.equal(bill.total.amount, 1_350 + 100_000_000);
  });

  test('trims blanks around codes, compares them without case, and counts one that is named twice once', async () => {
    const before = await findUses(db.database, discountId);
    const body = {
      items: [line],
      discountCodes: [' WELCOME-10', 'welcome-10\t', '\u00a0Welcome-10 '],
    };
    const { bill: quoted, refusals } = (await quote(body)).json<{
      bill: BillView;
      refusals: unknown[];
    }>();
    assert.deepEqual(refusals, []);
    const placed = await place(body);
    assert.equal(placed.status, 201, placed.text);
    const { bill } = placed.json<{ bill: BillView }>();
    assert.deepEqual(bill, quoted);
    assert.deepEqual(bill.discounts, [
      { discountId, code: 'Welcome-10', name: 'A discount', amount: gbp(100) },
    ]);
    const after = before.orders + 1;
    assert.deepEqual(await findUses(db.database, discountId), { counted: after, orders: after });
  });

  test('states the form of a code that does not have it', async () => {
    const cases: [body: object, detail: string][] = [
      [
        { items: [line], discountCodes: ['WELCOME 10'] },
        'does not have the expected form: Up to 40 letters, digits, dots, underscores and hyphens, a letter or digit first. Compared without case.',
      ],
      [
        withModifiers([{ code: 'M 1' }]),
        'does not have the expected form: Up to 64 letters, digits, dots, underscores and hyphens, a letter or digit first.',
      ],
    ];
    for (const [body, detail] of cases) {
      const reply = await place(body);
      assert.equal(reply.json<{ errors: { detail: string }[] }>().errors[0]!.detail, detail);
    }
  });

  test('has no note if the note is empty', async () => {
    const body = { items: [{ ...line, note: '' }], note: '' };
    const placed = await place(body);
    assert.equal(placed.status, 201, placed.text);
    const order = placed.json<{ note: unknown; items: { note: unknown }[] }>();
    assert.deepEqual([order.note, order.items[0]!.note], [null, null]);
    const quoted = (await quote(body)).json<{ items: { note: unknown }[] }>();
    assert.equal(quoted.items[0]!.note, null);
    const [stored] = await db.database.run<object>(
      'test.find_notes',
      `select orders.note, order_lines.note as "lineNote"
         from orders
         join order_lines on order_lines.order_id = orders.id
        where orders.id = $1::uuid`,
      [placed.json<{ id: string }>().id],
    );
    assert.deepEqual(stored, { note: null, lineNote: null });
  });

  test('refuses an unknown code in the form in which it was named', async () => {
    const reply = await place({
      items: [line],
      discountCodes: [' No-Such ', 'NO-SUCH', 'welcome-10'],
    });
    assertProblem(reply, 409, 'discounts.not_applicable');
    assert.deepEqual(reply.json().discounts, [{ code: 'No-Such', reason: 'unknown' }]);
  });
});

function delivered(change: object) {
  return { items: [line], fulfilment: { type: 'DELIVERY', address: { ...address, ...change } } };
}

describe('a key that was used', () => {
  const bodies: [what: string, change: object][] = [
    ['another modifier', withModifiers([{ code: 'M-2' }])],
    ['another quantity of a modifier', withModifiers([{ code: 'M-1', quantity: 2 }])],
    ['a note of a line', { items: [{ ...line, modifiers: [{ code: 'M-1' }], note: 'hot' }] }],
    ['another tip', { tip: gbp(201) }],
    ['no tip', { tip: undefined }],
    ['no code', { discountCodes: [] }],
    ['another fulfilment', { fulfilment: { type: 'DINE_IN', table: '7' } }],
  ];
  const body = {
    ...withModifiers([{ code: 'M-1' }]),
    tip: gbp(200),
    discountCodes: ['Welcome-10'],
    fulfilment: { type: 'PICKUP' },
  };

  test('is refused for an order with another modifier, tip, code or fulfilment, and repeated for the same', async () => {
    const key = { 'idempotency-key': newId() };
    await assertBelongs((changed, session = customer) => session.post('/api/orders', changed, key));
  });

  test('so is a clientToken, whatever the key', async () => {
    const clientToken = newId();
    await assertBelongs((changed) =>
      place({ ...changed, clientToken }, { 'idempotency-key': newId() }),
    );
  });

  async function assertBelongs(
    send: (body: object, session?: Session) => Promise<Reply>,
  ): Promise<void> {
    const first = await send(body);
    assert.equal(first.status, 201, first.text);
    for (const [what, change] of bodies) {
      const reply = await send({ ...body, ...change });
      assert.equal(reply.json().code, 'idempotency.key_reused', `${what}: ${reply.text}`);
    }
    const again = await send(body);
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
  }
});
