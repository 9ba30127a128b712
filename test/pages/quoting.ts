import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { listViolations, type Pages, phone } from './pages-bench.ts';

/** The shop shows only the server's totals. A guest's cart, which only the browser stores, is priced by quotes. */
export function quotingTests(pages: Pages): void {
  const gbp = (amount: number) => ({ amount, currency: 'GBP' });

  const totalIn = (page: Page) => page.getByRole('main').locator('.cart-end');

  async function setPrice(dish: { id: string }, amount: number): Promise<void> {
    const reply = await pages.admin.patch(`/api/products/${dish.id}`, { price: gbp(amount) });
    assert.equal(reply.status, 200, reply.text);
  }

  describe('the totals of a cart', () => {
    pages.test("a guest's totals come from the server, not from an earlier menu", async () => {
      const [pie, tart] = [await pages.addDish('Quoted Pie'), await pages.addDish('Quoted Tart')];
      const shop = await pages.visit(null, '/shop', phone);
      await shop.getByRole('button', { name: `Add ${tart.name}` }).click();
      await shop.getByRole('link', { name: '1 item View cart £5.00' }).waitFor();
      await setPrice(pie, 650);
      await shop.getByRole('button', { name: `Add ${pie.name}` }).click();
      await shop.getByRole('button', { name: `One more ${pie.name}` }).click();
      await shop.getByRole('link', { name: '3 items View cart £18.00' }).click();
      await totalIn(shop).getByText('£18.00').waitFor();
      await shop.getByText('£6.50 each').waitFor();
      await shop.getByText('£13.00', { exact: true }).waitFor();
      await setPrice(pie, 700);
      await shop.getByRole('button', { name: `One less ${tart.name}` }).click();
      await totalIn(shop).getByText('£14.00').waitFor();
      await shop.getByText('£7.00 each').waitFor();
      await setPrice(pie, 750);
      await shop.reload();
      await totalIn(shop).getByText('£15.00').waitFor();
      assert.deepEqual(await listViolations(shop), []);
    });

    pages.test(
      'totals are unknown while the server is unavailable, and return when it does',
      async () => {
        const dish = await pages.addDish('Distant Pie');
        const shop = await pages.visit(null, '/shop', phone);
        await shop.getByRole('button', { name: `Add ${dish.name}` }).click();
        await shop.getByRole('link', { name: '1 item View cart £5.00' }).click();
        await totalIn(shop).getByText('£5.00').waitFor();
        await shop.context().setOffline(true);
        await shop.getByRole('button', { name: `One more ${dish.name}` }).click();
        // Until the server responds, the last total is shown as pending.
        await totalIn(shop).locator('[aria-busy=true]').getByText('£5.00').waitFor();
        const alert = shop.getByRole('alert');
        await alert.getByText('The server cannot be reached.').waitFor();
        await totalIn(shop).getByText('Not known now').waitFor();
        await shop.getByLabel(`2 of ${dish.name}`).waitFor();
        assert.equal(await shop.getByText('£10.00').count(), 0);
        assert.deepEqual(await listViolations(shop), []);
        await shop.context().setOffline(false);
        await totalIn(shop).getByText('£10.00').waitFor();
        await alert.waitFor({ state: 'detached' });
      },
    );

    pages.test(
      'totals leave out what is sold out, which a guest sees before signing in',
      async () => {
        const [gone, few] = [await pages.addDish('Gone Pie'), await pages.addDish('Rare Pie', 2)];
        const shop = await pages.visit(null, '/shop', phone);
        for (const { name } of [gone, few]) {
          await shop.getByRole('button', { name: `Add ${name}` }).click();
          await shop.getByRole('button', { name: `One more ${name}` }).click();
        }
        const reply = await pages.admin.patch(`/api/products/${gone.id}`, { active: false });
        assert.equal(reply.status, 200, reply.text);
        await pages.order(await pages.server.signUp(), few);
        await shop.getByRole('link', { name: /^4 items View cart/ }).click();
        await shop.getByText('Sold out: please remove it').waitFor();
        await shop.getByText('Only 1 left').waitFor();
        await totalIn(shop).getByText('£10.00').waitFor();
        // The line that is left out has no total.
        const line = shop.getByRole('listitem').filter({ hasText: gone.name });
        assert.equal(await line.getByText('£5.00 each').count(), 1);
        assert.equal(await line.getByText('…', { exact: true }).count(), 0);
      },
    );

    pages.test(
      "a customer's totals are pending until the server has responded to a change",
      async () => {
        const dish = await pages.addDish('Slow Pie');
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
        const shop = await pages.visit(customer, '/shop/cart', phone);
        await totalIn(shop).getByText('£10.00').waitFor();
        await setPrice(dish, 600);
        let release = () => {};
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        await shop.route('**/api/cart/items/*', async (route) => {
          await released;
          await route.continue();
        });
        await shop.getByRole('button', { name: `One more ${dish.name}` }).click();
        await shop.getByLabel(`3 of ${dish.name}`).waitFor();
        await totalIn(shop).locator('[aria-busy=true]').getByText('£10.00').waitFor();
        assert.ok(await shop.getByRole('button', { name: 'Order and pay' }).isDisabled());
        release();
        await totalIn(shop).getByText('£18.00').waitFor();
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        await shop.getByRole('button', { name: 'Pay £18.00' }).waitFor();
      },
    );
  });
}
