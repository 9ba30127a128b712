import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Locator } from 'playwright-core';
import { formatMoney } from '../../web/shared/money.ts';
import { until } from '../support/until.ts';
import {
  type Dish,
  listSmallTargets,
  listViolations,
  type Pages,
  phone,
  waitUntilLoaded,
} from './pages-bench.ts';

interface Amount {
  readonly amount: number;
  readonly currency: string;
}

interface BilledOrder {
  readonly id: string;
  readonly number: string;
  readonly items: readonly { readonly total: Amount }[];
  readonly bill: {
    readonly subtotal: Amount;
    readonly discounts: readonly { readonly amount: Amount }[];
    readonly charges: readonly { readonly amount: Amount }[];
    readonly taxes: readonly { readonly base: Amount; readonly amount: Amount }[];
    readonly tip: Amount;
    readonly total: Amount;
  };
}

const GBP = (amount: number): Amount => ({ amount, currency: 'GBP' });
const shown = (money: Amount) => formatMoney(money, 'en-GB');

/** The bill of an order: on its page, on the board, and on paper. */
export function billingTests(pages: Pages): void {
  const create = async <Reply>(path: string, body: object): Promise<Reply> => {
    const reply = await pages.admin.post(path, body);
    assert.equal(reply.status, 201, reply.text);
    return reply.json<Reply>();
  };

  let menu: Promise<Dish> | undefined;

  /** Sets up a rate, a charge, a code, and a dish with a group, once for all tests, because each charge is for every order. */
  async function setUpMenu(): Promise<Dish> {
    const shop = await pages.admin.patch('/api/shop', { fulfilmentTypes: ['PICKUP', 'SHIPMENT'] });
    assert.equal(shop.status, 200, shop.text);
    const taxCategory = 'curry';
    await create('/api/tax-rates', { name: 'Curry tax', percent: '20', taxCategory });
    await create('/api/charges', {
      name: 'Box',
      kind: 'PACKAGING',
      amount: GBP(50),
      taxCategory,
      fulfilmentTypes: ['SHIPMENT'],
    });
    await create('/api/discounts', {
      code: 'CURRY-DAY',
      name: 'Curry day',
      kind: 'AMOUNT',
      amount: GBP(100),
      scope: 'ORDER',
    });
    const group = await create<{ id: string }>('/api/modifier-groups', {
      name: 'With it',
      min: 1,
      max: 3,
      modifiers: [
        { code: 'CURRY-HOT', name: 'Extra hot', price: GBP(0) },
        { code: 'CURRY-CHEESE', name: 'Cheese', price: GBP(120), quantityMax: 2 },
      ],
    });
    const dish = await pages.addDish('Madras Curry');
    const patched = await pages.admin.patch(`/api/products/${dish.id}`, {
      taxCategory,
      modifierGroupIds: [group.id],
    });
    assert.equal(patched.status, 200, patched.text);
    return dish;
  }

  /** Places an order that the rate, the charge, the code and the group all concern. */
  async function placeBilledOrder(): Promise<BilledOrder> {
    menu ??= setUpMenu();
    const { sku } = await menu;
    const customer = await pages.server.signUp();
    const reply = await customer.post('/api/orders', {
      items: [
        {
          sku,
          quantity: 2,
          modifiers: [{ code: 'CURRY-HOT' }, { code: 'CURRY-CHEESE', quantity: 2 }],
          note: 'No coriander',
        },
      ],
      discountCodes: ['curry-day'],
      tip: GBP(75),
      note: 'The blue door',
      fulfilment: {
        type: 'SHIPMENT',
        address: { line1: '1 Quay', city: 'York', postalCode: 'YO1', country: 'GB' },
      },
    });
    assert.equal(reply.status, 201, reply.text);
    return reply.json<BilledOrder>();
  }

  /** Asserts that a place shows every amount of a bill. */
  async function requireBill(place: Locator, { items, bill }: BilledOrder): Promise<void> {
    const text = await place.innerText();
    const amounts = [
      ...items.map(({ total }) => total),
      ...bill.charges.map(({ amount }) => amount),
      ...bill.taxes.map(({ amount }) => amount),
      bill.subtotal,
      bill.tip,
      bill.total,
    ];
    for (const amount of amounts)
      assert.ok(text.includes(shown(amount)), `${shown(amount)}: ${text}`);
    for (const { amount } of bill.discounts) assert.ok(text.includes(`-${shown(amount)}`), text);
  }

  describe('the bill of an order', () => {
    pages.test('the detail shows every row of the bill, and the board what to make', async () => {
      const order = await placeBilledOrder();
      const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
      const bill = page.getByRole('region', { name: 'Bill' });
      await bill.getByText('2 × Cheese').waitFor();
      await bill.getByText('No coriander').waitFor();
      await requireBill(bill, order);
      assert.equal(order.bill.total.amount, 2 * (500 + 2 * 120) - 100 + 50 + 75);
      await page.getByText('1 Quay').waitFor();
      await page.goto('/console/board');
      const card = page.getByRole('article', { name: `Order ${order.number}` });
      await card.getByText('Extra hot').waitFor();
      await card.getByText('2 × Cheese').waitFor();
      await card.getByText('No coriander').waitFor();
      await card.getByText('Shipment').waitFor();
    });

    pages.test('the receipt shows the sums of the API, and its tools are not printed', async () => {
      const order = await placeBilledOrder();
      const page = await pages.visit(pages.kitchen, `/console/orders/${order.id}`);
      await page.getByRole('link', { name: 'Receipt' }).click();
      const sheet = page.getByRole('article');
      await sheet.getByRole('heading', { name: `Receipt ${order.number}` }).waitFor();
      await sheet.getByText('Not paid').waitFor();
      await sheet.getByText('Holdfast').waitFor();
      await requireBill(sheet, order);
      const [tax] = order.bill.taxes;
      const row = sheet.getByRole('row', { name: 'Curry tax 20%' });
      await row.getByRole('cell', { name: shown(tax!.base) }).waitFor();
      await row.getByRole('cell', { name: shown(tax!.amount) }).waitFor();
      assert.equal(await page.getByRole('navigation').count(), 0);
      assert.deepEqual(await listViolations(page), []);
      assert.equal(await page.title(), `Receipt ${order.number}`);
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
      for (const width of [302, 794]) {
        await page.setViewportSize({ width, height: 1000 });
        const isWider = 'document.documentElement.scrollWidth > innerWidth';
        assert.equal(await page.evaluate<boolean>(isWider), false, `${width} px`);
      }
    });

    pages.test('the kitchen ticket shows what to make, without prices', async () => {
      const order = await placeBilledOrder();
      const page = await pages.visit(pages.kitchen, `/console/orders/${order.id}/ticket`);
      const sheet = page.getByRole('article');
      await sheet.getByRole('heading', { name: order.number }).waitFor();
      const text = await sheet.innerText();
      for (const part of ['SHIPMENT', '2 × Madras Curry', 'Extra hot', '2 × Cheese']) {
        assert.ok(text.includes(part), `${part}: ${text}`);
      }
      assert.ok(text.indexOf('No coriander') < text.indexOf('The blue door'), text);
      assert.equal(/[£€$]/.test(text), false, text);
      assert.deepEqual(await listViolations(page), []);
      await page.evaluate('window.print = () => { window.printed = true; }');
      await page.getByRole('button', { name: 'Print' }).click();
      assert.equal(await page.evaluate<boolean>('window.printed'), true);
      const cancelled = await pages.admin.post(`/api/orders/${order.id}/cancel`, {});
      assert.equal(cancelled.status, 200, cancelled.text);
      await page.reload();
      await sheet.getByText('Cancelled', { exact: true }).waitFor();
    });

    pages.test('a product offers the groups that were chosen for it, in their order', async () => {
      const groups = [];
      for (const name of ['Naan', 'Chutney']) {
        const modifiers = [{ code: name.toUpperCase(), name, price: GBP(100) }];
        groups.push(
          await create<{ id: string }>('/api/modifier-groups', { name, min: 0, max: 1, modifiers }),
        );
      }
      const dish = await pages.addDish('Offered Curry');
      const page = await pages.visit(pages.admin, `/console/products/${dish.id}`);
      await page.getByRole('combobox', { name: 'Menu section' }).fill('Curries');
      await page.getByLabel('Position').fill('7');
      const choice = page.getByRole('combobox', { name: 'Modifier groups' });
      for (const name of ['Naan', 'Chutney']) {
        await choice.click();
        await page.getByRole('option', { name }).click();
      }
      await page.getByRole('button', { name: 'Move Naan down' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('Naan is now 2 of 2.').waitFor();
      // Its button to move down is disabled now.
      const focused = await page.evaluate<string>('document.activeElement.ariaLabel');
      assert.equal(focused, 'Move Naan up');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      const reply = await pages.admin.get(`/api/products/${dish.id}`);
      const { modifierGroupIds, category, position } = reply.json<{
        modifierGroupIds: string[];
        category: string;
        position: number;
      }>();
      assert.deepEqual(modifierGroupIds, [groups[1]!.id, groups[0]!.id]);
      assert.deepEqual([category, position], ['Curries', 7]);

      await page.getByLabel('Position').fill('8');
      const changed = await pages.admin.patch(`/api/products/${dish.id}`, { position: 9 });
      assert.equal(changed.status, 200, changed.text);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('catalog.version_conflict').waitFor();
      assert.equal(await page.getByLabel('Position').inputValue(), '8');
      await page.getByRole('button', { name: 'Discard my changes' }).click();
      await until(async () => assert.equal(await page.getByLabel('Position').inputValue(), '9'));
    });

    pages.test('on a phone, prices and paper are no wider than the screen', async () => {
      const order = await placeBilledOrder();
      for (const path of [
        '/console/prices/taxes',
        '/console/prices/charges',
        '/console/prices/discounts',
        '/console/prices/modifiers',
        '/console/prices/modifiers/new',
        `/console/orders/${order.id}`,
        `/console/orders/${order.id}/receipt`,
        `/console/orders/${order.id}/ticket`,
      ]) {
        const page = await pages.visit(pages.admin, path, phone);
        await waitUntilLoaded(page);
        assert.deepEqual(await listSmallTargets(page), [], path);
        const isWider = 'document.documentElement.scrollWidth > innerWidth';
        assert.equal(await page.evaluate<boolean>(isWider), false, path);
        await page.close();
      }
    });
  });
}
