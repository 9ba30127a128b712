import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  activeDemoUsers,
  type DemoAccount,
  loadDemoData,
} from '../../../src/main/start/demo-data.ts';
import { demoMenu } from '../../../src/main/start/demo-menu.ts';
import { placeDemoOrders } from '../../../src/main/start/demo-orders.ts';
import { disable } from '../../../src/modules/accounts/index.ts';
import { findAudit } from '../../support/audit-rows.ts';
import { testDatabase } from '../../support/database.ts';
import { findPriceChanges } from '../../support/price-changes.ts';
import { startTestServer } from '../../support/server.ts';
import { testAuthor } from '../../support/shop.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const { modules } = server.application;
let accounts: readonly DemoAccount[] = [];

test('servers that start together load the demo data once, and the demo passwords work', async () => {
  const results = await Promise.all(
    Array.from({ length: 4 }, () => loadDemoData(db.database, modules, 'GBP')),
  );
  const loaded = results.filter((accounts) => accounts !== null);
  assert.equal(loaded.length, 1);
  accounts = loaded[0]!;
  for (const { email, password, role, vip } of accounts) {
    const reply = await server.anonymous.post('/api/auth/login', { email, password });
    assert.equal(reply.status, 200, reply.text);
    const { user } = reply.json<{ user: { role: string; vip: boolean } }>();
    assert.deepEqual([user.role, user.vip], [role, vip]);
  }
  const menu = await server.anonymous.get('/api/products?limit=100&available=true');
  assert.equal(menu.json<{ data: unknown[] }>().data.length, demoMenu.length);
});

test('the audit names the demo data as what created its users and everything else', async () => {
  const rows = await findAudit(db.database);
  for (const { actorType, job, address } of rows) {
    assert.deepEqual([actorType, job, address], ['system', 'demo data', null]);
  }
  const users = rows.filter(({ type }) => type === 'user.created');
  assert.deepEqual(
    users.map(({ subjectId }) => subjectId),
    accounts.map(({ id }) => id),
  );
  const products = rows.filter(({ type }) => type === 'product.created');
  assert.equal(products.length, demoMenu.length);
  assert.equal(rows.filter(({ type }) => type === 'shop.changed').length, 1);
});

test('the log names the demo data as what set the prices', async () => {
  const logged = await findPriceChanges(db.database);
  for (const { actorType, job } of logged) {
    assert.deepEqual([actorType, job], ['system', 'demo data']);
  }
  const kinds = Object.groupBy(logged, ({ data }) => data.kind);
  assert.equal(kinds.product?.length, demoMenu.length);
  assert.deepEqual(Object.keys(kinds).sort(), [
    'charge',
    'discount',
    'modifier_group',
    'product',
    'tax_rate',
  ]);
});

interface Quote {
  readonly bill: {
    readonly subtotal: { readonly amount: number };
    readonly discounts: readonly { readonly code: string }[];
    readonly charges: readonly { readonly amount: { readonly amount: number } }[];
    readonly taxes: readonly {
      readonly percent: string;
      readonly amount: { readonly amount: number };
    }[];
    readonly total: { readonly amount: number };
  };
  readonly refusals: readonly { readonly code: string }[];
}

async function quote(body: Record<string, unknown>): Promise<Quote> {
  const reply = await server.anonymous.post('/api/quotes', body);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<Quote>();
}

const address = { line1: '1 High Street', city: 'Leeds', postalCode: 'LS1 4AP', country: 'GB' };

test('the demo menu shows every part of a bill', async () => {
  const { bill, refusals } = await quote({
    items: [
      {
        sku: 'FISH-CURRY',
        quantity: 1,
        modifiers: [{ code: 'HOT' }, { code: 'WITH-BREAD', quantity: 2 }],
      },
      { sku: 'LEMON-TART', quantity: 1 },
    ],
    discountCodes: ['welcome10'],
    fulfilment: { type: 'DELIVERY', address },
  });
  assert.deepEqual(refusals, []);
  assert.equal(bill.subtotal.amount, 1345 + 2 * 200 + 595);
  assert.deepEqual(
    bill.discounts.map(({ code }) => code),
    ['WELCOME10'],
  );
  assert.deepEqual(
    bill.charges.map(({ amount }) => amount.amount),
    [350],
  );
  assert.deepEqual(
    bill.taxes.map(({ percent }) => percent),
    ['20', '0'],
  );
  assert.equal(bill.total.amount, 2340 - 234 + 350);
});

test('the demo menu requires a choice of heat, and delivers for nothing from an amount on', async () => {
  const curry = await quote({ items: [{ sku: 'FISH-CURRY', quantity: 1 }] });
  assert.deepEqual(
    curry.refusals.map(({ code }) => code),
    ['catalog.modifiers_out_of_range'],
  );
  const lamb = await quote({
    items: [{ sku: 'LAMB-SHANK', quantity: 2 }],
    fulfilment: { type: 'DELIVERY', address },
  });
  assert.deepEqual(lamb.bill.charges, []);
  const eatenIn = await quote({
    items: [{ sku: 'LEMON-TART', quantity: 1 }],
    fulfilment: { type: 'DINE_IN', table: '7' },
  });
  assert.deepEqual(
    eatenIn.bill.taxes.map(({ percent, amount }) => [percent, amount.amount]),
    [['20', 99]],
  );
});

test('the demo shop is open at any hour, and has free slots for each type today or tomorrow', async () => {
  const shop = (await server.anonymous.get('/api/shop')).json<{
    open: boolean;
    acceptingOrders: boolean;
    timeZone: string;
    fulfilmentTypes: string[];
  }>();
  assert.deepEqual([shop.open, shop.acceptingOrders], [true, true]);
  assert.equal(shop.timeZone, Intl.DateTimeFormat().resolvedOptions().timeZone);
  assert.deepEqual(shop.fulfilmentTypes, ['PICKUP', 'DELIVERY', 'DINE_IN']);
  const tomorrow = Temporal.Now.plainDateISO(shop.timeZone).add({ days: 1 });
  for (const type of shop.fulfilmentTypes) {
    const reply = await server.anonymous.get(`/api/slots?type=${type}&date=${tomorrow}`);
    const { data } = reply.json<{ data: { available: number }[] }>();
    // Some fewer or more on the days on which the clock changes.
    assert.ok(data.length >= 90 && data.every(({ available }) => available === 6), type);
  }
});

interface ShownOrder {
  readonly status: string;
  readonly createdAt: string;
  readonly customer: { readonly name: string; readonly guest: boolean };
  readonly fulfilment: { readonly type: string; readonly promisedFor: string };
}

test('the demo has confirmed orders for now and for later, of customers and of guests', async () => {
  await placeDemoOrders(modules, accounts);
  const admin = await server.asAdmin();
  const { data } = (await admin.get('/api/orders')).json<{ data: ShownOrder[] }>();
  const minutesUntil = ({ createdAt, fulfilment }: ShownOrder) =>
    (Date.parse(fulfilment.promisedFor) - Date.parse(createdAt)) / 60_000;
  const shown = data
    .toSorted((a, b) => a.fulfilment.promisedFor.localeCompare(b.fulfilment.promisedFor))
    .map((order) => ({ order, minutes: minutesUntil(order) }));
  assert.ok(data.every(({ status }) => status === 'CONFIRMED'));
  assert.deepEqual(
    shown.map(({ minutes }) => [minutes >= 20, minutes <= 35, minutes >= 24 * 60]),
    [
      [true, true, false],
      [true, true, false],
      [true, false, false],
      [true, false, true],
    ],
  );
  assert.deepEqual(shown.map(({ order }) => order.fulfilment.type).sort(), [
    'DELIVERY',
    'DINE_IN',
    'PICKUP',
    'PICKUP',
  ]);
  assert.deepEqual(shown.map(({ order }) => order.customer.guest).sort(), [
    false,
    false,
    true,
    true,
  ]);
});

test('a database that is not empty stays unchanged', async () => {
  assert.equal(await loadDemoData(db.database, modules, 'GBP'), null);
});

test('demo users are reported until they can no longer sign in', async () => {
  const emails = await activeDemoUsers(db.database);
  assert.equal(emails.length, 4);
  for (const email of emails.filter((email) => !email.startsWith('admin'))) {
    await disable(db.database, testAuthor, email);
  }
  assert.deepEqual(await activeDemoUsers(db.database), ['admin@holdfast.example']);
});
