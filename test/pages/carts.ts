import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { newId } from '../../src/shared/ids.ts';
import type { Session } from '../support/session.ts';
import { until } from '../support/until.ts';
import { openTab, type Pages, phone } from './pages-bench.ts';

interface CartBody {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/** The cart of one customer with several tabs or devices, or with an earlier cart. */
export function cartTests(pages: Pages): void {
  const add = (page: Page, dish: { name: string }) =>
    page.getByRole('button', { name: `Add ${dish.name}` }).click();
  const waitForCount = (page: Page, count: number) =>
    page.getByRole('link', { name: `Cart ${count} item` }).waitFor();

  /** Finds a dish in the cart, whose buttons also contain its name. */
  const findLine = (page: Page, dish: { name: string }) =>
    page.getByRole('strong').getByText(dish.name, { exact: true });

  async function fillCredentials(page: Page, email: string, password: string): Promise<void> {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(password);
  }

  async function listItems(customer: Session): Promise<[string, number][]> {
    const { items } = (await customer.get('/api/cart')).json<CartBody>();
    return items.map(({ sku, quantity }) => [sku, quantity]);
  }

  describe('the cart of one customer', () => {
    pages.test('two tabs of a guest both show what was added in either', async () => {
      const [pie, tart] = [await pages.addDish('Tabbed Pie'), await pages.addDish('Tabbed Tart')];
      const first = await pages.visit(null, '/shop', phone);
      const second = await openTab(first);
      await add(first, pie);
      await waitForCount(second, 1);
      await add(second, tart);
      await waitForCount(first, 2);
      await first.getByRole('link', { name: 'View cart' }).click();
      await findLine(first, pie).waitFor();
      await findLine(first, tart).waitFor();
    });

    pages.test('ordered dishes do not return to the cart from another tab', async () => {
      const dish = await pages.addDish('Ordered Pie');
      const first = await pages.visit(null, '/shop', phone);
      const second = await openTab(first, '/shop/sign-in?then=/cart');
      const third = await openTab(first, '/shop/cart');
      await add(first, dish);
      await third.getByRole('link', { name: 'Sign in to order' }).waitFor();
      await first.goto('/shop/sign-in?then=/cart');
      await first.getByRole('button', { name: 'Create an account' }).click();
      await fillCredentials(first, `${newId()}@example.com`, 'a long pass phrase');
      await first.getByRole('button', { name: 'Create the account' }).click();
      await first.getByRole('button', { name: 'Order and pay' }).click();
      await first.getByRole('button', { name: /^Pay/ }).waitFor();
      for (const other of [second, third]) {
        await other.getByText('Your cart is empty.').waitFor();
        await other.reload();
        await other.getByText('Your cart is empty.').waitFor();
      }
    });

    pages.test(
      'signing in merges both carts once, with the larger quantity of each product',
      async () => {
        const [pie, tart, cake] = [
          await pages.addDish('Merged Pie'),
          await pages.addDish('Merged Tart'),
          await pages.addDish('Merged Cake'),
        ];
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${pie.sku}`, { quantity: 2 });
        await customer.put(`/api/cart/items/${cake.sku}`, { quantity: 1 });
        const shop = await pages.visit(null, '/shop', phone);
        for (const dish of [pie, tart, cake]) await add(shop, dish);
        await shop.getByRole('button', { name: `One more ${cake.name}` }).click();
        const other = await openTab(shop);
        await shop.goto('/shop/sign-in');
        await fillCredentials(shop, customer.identity.email, customer.identity.password);
        await shop.getByRole('button', { name: 'Sign in', exact: true }).click();
        const merged: [string, number][] = [
          [pie.sku, 2],
          [cake.sku, 2],
          [tart.sku, 1],
        ];
        await waitForCount(shop, 5);
        await waitForCount(other, 5);
        assert.deepEqual(await listItems(customer), merged);
        await other.reload();
        await waitForCount(other, 5);
        assert.deepEqual(await listItems(customer), merged);
      },
    );

    pages.test(
      'a cart changed elsewhere at an equal total is shown before it can be ordered',
      async () => {
        const [pie, tart] = [await pages.addDish('Seen Pie'), await pages.addDish('Unseen Tart')];
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${pie.sku}`, { quantity: 1 });
        const shop = await pages.visit(customer, '/shop/cart', phone);
        await findLine(shop, pie).waitFor();
        await customer.delete(`/api/cart/items/${pie.sku}`);
        await customer.put(`/api/cart/items/${tart.sku}`, { quantity: 1 });
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        await shop.getByText('The cart has changed.').waitFor();
        await findLine(shop, tart).waitFor();
        assert.equal(await findLine(shop, pie).count(), 0);
        await until(async () => assert.deepEqual(await listItems(customer), [[tart.sku, 1]]));
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        await shop.getByRole('button', { name: /^Pay/ }).waitFor();
        assert.deepEqual(await listItems(customer), []);
      },
    );

    pages.test('a note that another device stored with the cart is shown and ordered', async () => {
      const dish = await pages.addDish('Noted Pie');
      const customer = await pages.server.signUp();
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
      const noted = await customer.patch('/api/cart', { note: 'Ring twice' });
      assert.equal(noted.status, 200, noted.text);
      const shop = await pages.visit(customer, '/shop/cart', phone);
      const note = shop.getByLabel('A note for the kitchen');
      await until(async () => assert.equal(await note.inputValue(), 'Ring twice'));
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByText('Note: Ring twice').waitFor();
    });

    pages.test('two tabs of a signed-in customer both show every change', async () => {
      const dish = await pages.addDish('Twin Pie');
      const customer = await pages.server.signUp();
      const first = await pages.visit(customer, '/shop', phone);
      const second = await openTab(first, '/shop');
      await add(first, dish);
      await waitForCount(second, 1);
      await second.getByRole('button', { name: `One more ${dish.name}` }).click();
      await waitForCount(first, 2);
    });

    pages.test(
      'a tab whose first read of the cart was overtaken by a change reads it again',
      async () => {
        const dish = await pages.addDish('Overtaken Pie');
        const customer = await pages.server.signUp();
        const first = await pages.visit(customer, '/shop', phone);
        const second = await first.context().newPage();
        const [requested, changed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        await second.route('**/api/cart', async (route) => {
          const response = await route.fetch();
          requested.resolve();
          await changed.promise;
          await route.fulfill({ response });
        });
        await second.goto('/shop');
        await requested.promise;
        const added = first.waitForResponse((reply) => reply.url().includes('/api/cart/items/'));
        await add(first, dish);
        await added;
        // If the message about the change arrives only after the first read has ended, the result must be the same.
        await second.evaluate('new Promise(requestAnimationFrame)');
        changed.resolve();
        await waitForCount(second, 1);
      },
    );
  });
}
