import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const server = await startTestServer(await testDatabase(), { background: true });
const admin = await server.asAdmin();
const gbp = (amount: number) => ({ amount, currency: 'GBP' });

async function create(path: string, body: object): Promise<string> {
  const reply = await admin.post(path, body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json<{ id: string }>().id;
}

interface ShownMail {
  readonly orderId: string;
  readonly text: string;
  readonly html: string;
}

test('a mail shows the bill of its order, what was chosen for the lines, and where it goes', async () => {
  const group = await create('/api/modifier-groups', {
    name: 'Extras',
    min: 0,
    max: 2,
    modifiers: [{ code: 'SEEDS', name: 'Seeds & <salt>', price: gbp(50), quantityMax: 2 }],
  });
  await create('/api/products', {
    sku: 'NAAN',
    name: 'Naan',
    price: gbp(450),
    onHand: 100,
    modifierGroupIds: [group],
  });
  await create('/api/tax-rates', { name: 'VAT', percent: '20' });
  await create('/api/charges', {
    name: 'Delivery',
    kind: 'DELIVERY',
    amount: gbp(350),
    taxCategory: 'untaxed',
  });
  await create('/api/discounts', {
    code: 'WELCOME10',
    name: '10 % off',
    kind: 'PERCENT',
    percent: '10',
    scope: 'ORDER',
  });
  const offered = await admin.patch('/api/shop', { fulfilmentTypes: ['PICKUP', 'DELIVERY'] });
  assert.equal(offered.status, 200, offered.text);
  const customer = await server.signUp();
  const placed = await customer.post('/api/orders', {
    items: [{ sku: 'NAAN', quantity: 2, modifiers: [{ code: 'SEEDS', quantity: 2 }], note: 'hot' }],
    discountCodes: ['welcome10'],
    tip: gbp(100),
    fulfilment: {
      type: 'DELIVERY',
      address: { line1: '1 High St', city: 'York', postalCode: 'YO1 7HZ', country: 'GB' },
    },
  });
  assert.equal(placed.status, 201, placed.text);
  const { id } = placed.json<{ id: string }>();

  const mail = await until(async () => {
    const { data } = (await admin.get('/api/operations/mail')).json<{ data: ShownMail[] }>();
    const found = data.find(({ orderId }) => orderId === id);
    assert.ok(found);
    return found;
  });
  const lines = [
    '2 x Naan: 11.00 GBP',
    '  + 2 x Seeds & <salt>, 0.50 GBP each',
    '  Note: hot',
    'Subtotal: 11.00 GBP',
    '10 % off (WELCOME10): -1.10 GBP',
    'Delivery: 3.50 GBP',
    'Tip: 1.00 GBP',
    'Total: 14.40 GBP',
    'includes VAT 20 %: 1.65 GBP',
  ];
  assert.ok(mail.text.includes('\nDelivery to: 1 High St, York, YO1 7HZ, GB\n\n'), mail.text);
  assert.ok(mail.text.includes(`\n\n${lines.join('\n')}\n\n`), mail.text);
  for (const text of ['Seeds &amp; &lt;salt&gt;', 'Note: hot', '-1.10 GBP', '1.65 GBP', 'York']) {
    assert.ok(mail.html.includes(text), `${text} in ${mail.html}`);
  }
});
