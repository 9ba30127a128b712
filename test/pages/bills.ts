import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { newId } from '../../src/shared/ids.ts';
import { until } from '../support/until.ts';
import { listSmallTargets, listViolations, openTab, type Pages, phone } from './pages-bench.ts';

/** Orders with everything that a bill can have, from the customer's phone to the receipt. */
export function billTests(pages: Pages): void {
  const gbp = (amount: number) => ({ amount, currency: 'GBP' });

  async function create(path: string, body: object): Promise<{ id: string }> {
    const reply = await pages.admin.post(path, body);
    assert.equal(reply.status, 201, reply.text);
    return reply.json<{ id: string }>();
  }

  const addDiscount = (code: string, more: object) =>
    create('/api/discounts', {
      code,
      name: `Offer ${code}`,
      kind: 'AMOUNT',
      amount: gbp(100),
      scope: 'ORDER',
      active: true,
      ...more,
    });

  async function apply(page: Page, code: string): Promise<void> {
    await page.getByLabel('Discount code').fill(code);
    await page.getByRole('button', { name: 'Apply' }).click();
  }

  /** Lists the rows of the bill on the page, such as `Tip £1.00`. */
  const listRows = (page: Page) =>
    page.evaluate<string[]>(`
      [...document.querySelectorAll('.bill > div')].map((row) =>
        [...row.children].map((one) => one.textContent).join(' '))
    `);

  describe('the bill', () => {
    pages.test(
      'a person orders a curry with options for delivery with a code and a tip, pays, and gets a receipt that adds up',
      async () => {
        const group = await create('/api/modifier-groups', {
          name: 'Side',
          min: 1,
          max: 2,
          modifiers: [
            { code: 'BILLED-RICE', name: 'Pilau rice', price: gbp(295) },
            { code: 'BILLED-NAAN', name: 'Naan', price: gbp(300) },
          ],
        });
        await create('/api/products', {
          sku: 'BILLED-CURRY',
          name: 'Billed Curry',
          price: gbp(1250),
          onHand: 10,
          taxCategory: 'billed',
          modifierGroupIds: [group.id],
        });
        await create('/api/tax-rates', {
          name: 'VAT',
          percent: '20',
          taxCategory: 'billed',
          active: true,
        });
        await create('/api/charges', {
          name: 'Courier',
          kind: 'DELIVERY',
          amount: gbp(350),
          taxCategory: 'billed',
          active: true,
        });
        await addDiscount('BILLED10', { kind: 'PERCENT', amount: undefined, percent: '10' });

        const shop = await pages.visit(null, '/shop', phone);
        await shop.getByRole('button', { name: 'Add Billed Curry' }).click();
        const sheet = shop.getByRole('dialog', { name: 'Billed Curry' });
        await sheet.getByLabel(/^Pilau rice/).check();
        await sheet.getByLabel(/^Naan/).check();
        await sheet.getByLabel('A note for this dish').fill('No onions');
        await sheet.getByRole('button', { name: 'One more Billed Curry' }).click();
        await sheet.getByRole('button', { name: 'Add to cart' }).getByText('£36.90').waitFor();
        await sheet.getByRole('button', { name: 'Add to cart' }).click();
        await shop.getByRole('link', { name: '2 items View cart £36.90' }).click();

        await shop.getByLabel('Delivery', { exact: true }).check();
        await shop.getByText('Enter the address for the delivery').waitFor();
        await shop.getByLabel('Street and number').fill('1 Example Street');
        await shop.getByLabel('Town or city').fill('London');
        await apply(shop, ' billed10 ');
        await shop.getByRole('button', { name: 'Remove billed10' }).waitFor();
        await shop.getByRole('button', { name: '5% £1.85' }).click();
        const rows = [
          'Subtotal £36.90',
          'Offer BILLED10 (BILLED10) -£3.69',
          'Courier £3.50',
          'Tip £1.85',
          'Total £38.56',
          'Includes VAT 20% £6.12',
        ];
        const total = shop.getByText('£38.56');
        await total.waitFor();
        assert.deepEqual(await listRows(shop), rows);
        assert.deepEqual(await listViolations(shop), []);
        assert.deepEqual(await listSmallTargets(shop), []);
        await shop.reload();
        // What was chosen is stored, but not where a guest lives.
        await shop.getByText('Enter the address for the delivery').waitFor();
        assert.equal(await shop.getByLabel('Street and number').inputValue(), '');
        await shop.getByLabel('Street and number').fill('1 Example Street');
        await shop.getByLabel('Town or city').fill('London');
        await total.waitFor();
        assert.deepEqual(await listRows(shop), rows);

        await shop.getByRole('link', { name: 'Sign in to order' }).click();
        await shop.getByRole('button', { name: 'Create an account' }).click();
        await shop.getByLabel('E-mail').fill(`${newId()}@example.com`);
        await shop.getByLabel('Password').fill('a long pass phrase');
        await shop.getByRole('button', { name: 'Create the account' }).click();
        await total.waitFor();
        assert.deepEqual(await listRows(shop), rows);
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        await shop.getByRole('button', { name: 'Pay £38.56' }).click();
        await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
        assert.deepEqual(await listRows(shop), rows);
        await shop.getByText('1 Example Street').waitFor();

        await shop.getByRole('link', { name: 'Receipt to print' }).click();
        await shop.getByRole('heading', { name: 'Receipt' }).waitFor();
        const receipt = shop.getByRole('article');
        for (const text of [
          'Billed Curry',
          '+£2.95',
          'Naan',
          'Note: No onions',
          'Paid',
          'London',
        ]) {
          await receipt
            .getByText(text, { exact: text === 'Paid' })
            .first()
            .waitFor();
        }
        assert.deepEqual(await listRows(shop), rows);
        assert.deepEqual(await listViolations(shop), []);
        await shop.emulateMedia({ media: 'print' });
        assert.equal(await shop.getByRole('button', { name: 'Print' }).isVisible(), false);
      },
    );

    pages.test('two tabs agree about delivery and tip, whichever changed it last', async () => {
      const dish = await pages.addDish('Delivered Pie');
      const customer = await pages.server.signUp();
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
      const first = await pages.visit(customer, '/shop/cart', phone);
      const second = await openTab(first, '/shop/cart');
      const delivery = (page: Page) => page.getByLabel('Delivery', { exact: true });
      const chooseDelivery = async (page: Page, street: string) => {
        await page.bringToFront();
        await delivery(page).check();
        await page.getByLabel('Street and number').fill(street);
        await page.getByLabel('Town or city').fill('London ');
      };
      const waitForStreet = (page: Page, street: string) =>
        until(async () => {
          assert.equal(await page.getByLabel('Street and number').inputValue(), street);
        });
      await chooseDelivery(first, '1 First Street');
      await waitForStreet(second, '1 First Street');
      await chooseDelivery(second, '2 Second Street');
      await waitForStreet(first, '2 Second Street');
      await second.getByRole('button', { name: '10%' }).click();
      await first.bringToFront();
      await first.locator('[aria-pressed=true]').getByText('10%').waitFor();
      await first.getByLabel('Pick up').check();
      await until(async () => assert.ok(await second.getByLabel('Pick up').isChecked()));
      await second.bringToFront();
      await delivery(second).check();
      await waitForStreet(second, '2 Second Street');
      await until(async () => assert.ok(await delivery(first).isChecked()));
      interface Cart {
        readonly fulfilment: {
          readonly address: { readonly line1: string; readonly city: string };
        };
      }
      await until(async () => {
        const { fulfilment } = (await customer.get('/api/cart')).json<Cart>();
        assert.equal(fulfilment.address.line1, '2 Second Street');
        assert.equal(fulfilment.address.city, 'London');
      });
    });

    pages.test('a code that does not apply is refused in plain words', async () => {
      const dish = await pages.addDish('Refused Pie');
      const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
      await addDiscount('OFF-REF', { active: false });
      await addDiscount('SOON-REF', { startsAt: day(1) });
      await addDiscount('LATE-REF', { startsAt: day(-2), endsAt: day(-1) });
      await addDiscount('SPENT-REF', { usesMax: 1 });
      const items = [{ sku: dish.sku, quantity: 1 }];
      const used = await (await pages.server.signUp()).post('/api/orders', {
        items,
        discountCodes: ['SPENT-REF'],
      });
      assert.equal(used.status, 201, used.text);

      const shop = await pages.visit(null, '/shop', phone);
      await shop.getByRole('button', { name: `Add ${dish.name}` }).click();
      await shop.getByRole('link', { name: 'View cart' }).click();
      const codes = shop.locator('.codes');
      for (const [code, words] of [
        ['NONE-REF', 'There is no such code. Please check how it is written.'],
        ['not a code!', 'There is no such code. Please check how it is written.'],
        ['OFF-REF', 'This code is no longer valid.'],
        ['SOON-REF', 'This code is not valid yet.'],
        ['LATE-REF', 'This code has expired.'],
        ['SPENT-REF', 'This code has been used too often and is no longer valid.'],
      ] as const) {
        await apply(shop, code);
        await codes.getByText(words).waitFor();
        assert.equal(await shop.getByRole('button', { name: /^Remove/ }).count(), 0, code);
      }
    });

    pages.test(
      'a code that may apply later stays in the cart with its reason, and keeps it from being ordered',
      async () => {
        const dish = await pages.addDish('Waiting Pie');
        await addDiscount('BIG-WAIT', { minimumSubtotal: gbp(1000) });
        await addDiscount('OTHER-WAIT', { scope: 'LINES', skus: ['NOTHING-LIKE-IT'] });
        await addDiscount('BEST-WAIT', { amount: gbp(300) });
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
        const shop = await pages.visit(customer, '/shop/cart', phone);
        const codes = shop.locator('.codes');
        const order = shop.getByRole('button', { name: 'Order and pay' });
        await apply(shop, 'OTHER-WAIT');
        await codes.getByText('This code is not for anything in your cart.').waitFor();
        await shop.getByText('Remove the code that does not apply to order without it.').waitFor();
        assert.ok(await order.isDisabled());
        await shop.getByRole('button', { name: 'Remove OTHER-WAIT' }).click();
        await apply(shop, 'BIG-WAIT');
        await codes.getByText('Your order is too small for this code.').waitFor();
        await shop.getByRole('button', { name: `One more ${dish.name}` }).click();
        await shop.locator('.bill').getByText('Offer BIG-WAIT').waitFor();
        await apply(shop, 'BEST-WAIT');
        await codes.getByText('This code cannot be combined with your other discount').waitFor();
        assert.deepEqual(await listViolations(shop), []);
        await shop.getByRole('button', { name: 'Remove BIG-WAIT' }).click();
        await order.click();
        await shop.getByRole('button', { name: 'Pay £7.00' }).waitFor();
      },
    );
  });
}
