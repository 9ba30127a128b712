import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { type Pages, phone, tablet } from './pages-bench.ts';

/** The course of an order, from the customer's phone through the kitchen's board to the counter. */
export function orderingTests(pages: Pages): void {
  describe('ordering', () => {
    pages.test(
      'a customer orders, pays and follows what the kitchen does with the order',
      async () => {
        const dish = await pages.addDish('Harbour Pie');
        const board = await pages.visit(pages.kitchen, '/console/board', tablet);
        await board.getByText('Live', { exact: true }).waitFor();

        const shop = await pages.visit(null, '/shop', phone);
        await shop.getByRole('button', { name: `Add ${dish.name}` }).click();
        await shop.getByRole('button', { name: `One more ${dish.name}` }).click();
        await shop.getByRole('link', { name: 'View cart' }).click();
        await shop.getByRole('link', { name: 'Sign in to order' }).click();
        await shop.getByRole('button', { name: 'Create an account' }).click();
        await shop.getByLabel('Name').fill('Nora');
        await shop.getByLabel('E-mail').fill(`${newId()}@example.com`);
        await shop.getByLabel('Password').fill('a long pass phrase');
        await shop.getByRole('button', { name: 'Create the account' }).click();
        await shop.getByLabel('A note for the kitchen').fill('No onions');
        await shop.getByRole('button', { name: 'Order and pay' }).click();

        await shop.getByRole('button', { name: 'Pay £10.00' }).click();
        await shop.waitForURL(/\/shop\/orders\//);
        await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();

        const card = board.getByRole('article').filter({ hasText: dish.name });
        await card.getByText('New', { exact: true }).waitFor();
        await card.getByText('No onions').waitFor();
        for (const [action, headline] of [
          ['Start', 'Your order is being prepared'],
          ['Ready', 'Your order is ready'],
          ['Handed over', 'Enjoy!'],
        ] as const) {
          await card.getByRole('button', { name: action }).tap();
          await shop.getByRole('heading', { name: headline }).waitFor();
        }
        await card.waitFor({ state: 'detached' });
      },
    );

    pages.test('an order can be paid again after a declined card', async () => {
      const dish = await pages.addDish('Declined Pie');
      const customer = await pages.server.signUp();
      const order = await pages.order(customer, dish);
      const shop = await pages.visit(customer, `/shop/orders/${order.id}`, phone);
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByRole('button', { name: 'Decline' }).click();
      await shop.getByRole('link', { name: /shop/i }).click();
      await shop.getByRole('heading', { name: 'Not paid yet' }).waitFor();
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
    });

    pages.test("a customer who orders too late sees the API's refusal", async () => {
      const dish = await pages.addDish('Last Pie', 1);
      const [customer, quicker] = await Promise.all([pages.server.signUp(), pages.server.signUp()]);
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
      const shop = await pages.visit(customer, '/shop/cart', phone);
      const button = shop.getByRole('button', { name: 'Order and pay' });
      await button.waitFor();
      await pages.order(quicker, dish);
      const [reply] = await Promise.all([
        shop.waitForResponse(/\/api\/cart\/checkout$/),
        button.click(),
      ]);
      const { code, title } = (await reply.json()) as { code: string; title: string };
      assert.equal(code, 'inventory.insufficient_stock');
      assert.equal(await shop.getByRole('alert').textContent(), title);
      await shop.getByText(`${dish.name}: you wanted 1, 0 are left.`).waitFor();
      await shop.getByText('Sold out: please remove it').waitFor();
    });

    pages.test('a customer cancels an unpaid order and sees it in the list of orders', async () => {
      const dish = await pages.addDish('Regret Pie');
      const customer = await pages.server.signUp();
      const order = await pages.order(customer, dish);
      const shop = await pages.visit(customer, '/shop/orders', phone);
      await shop.getByRole('link', { name: new RegExp(order.number) }).click();
      shop.on('dialog', (dialog) => dialog.accept());
      await shop.getByRole('button', { name: 'Cancel the order' }).click();
      await shop.getByRole('heading', { name: 'This order was cancelled' }).waitFor();
      await shop.getByText('You cancelled it.').waitFor();
      await shop.getByRole('link', { name: 'My orders' }).click();
      await shop
        .getByRole('link', { name: new RegExp(order.number) })
        .getByText('Cancelled')
        .waitFor();
    });

    pages.test('the menu can be used with the keyboard alone', async () => {
      const dish = await pages.addDish('Keyed Pie');
      const shop = await pages.visit(null, '/shop');
      const focused = () => shop.locator(':focus').getAttribute('aria-label');
      await shop.getByRole('button', { name: `Add ${dish.name}` }).focus();
      await shop.keyboard.press('Enter');
      await shop.getByLabel(`1 of ${dish.name}`).waitFor();
      assert.equal(await focused(), `One more ${dish.name}`);
      await shop.keyboard.press('Shift+Tab');
      await shop.keyboard.press('Enter');
      await shop.getByRole('button', { name: `Add ${dish.name}` }).waitFor();
      assert.equal(await focused(), `Add ${dish.name}`);
    });

    pages.test('an admin undoes a tap on the board', async () => {
      const dish = await pages.addDish('Hasty Pie');
      await pages.paidOrder(await pages.server.signUp(), dish);
      const board = await pages.visit(pages.admin, '/console/board', tablet);
      const column = (name: string) =>
        board.getByRole('region', { name }).getByRole('article').filter({ hasText: dish.name });
      await column('To make').getByRole('button', { name: 'Start' }).tap();
      await column('Being made').waitFor();
      await board.getByRole('button', { name: 'Undo' }).tap();
      await column('To make').waitFor();
    });
  });
}
