import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import type { Session } from '../support/session.ts';
import { besides, type Pages, phone } from './pages-bench.ts';

/** A session ends and begins for all tabs of a browser, whichever of them notices first. */
export function tabTests(pages: Pages): void {
  async function signIn(page: Page, { identity }: Session): Promise<void> {
    await page.getByLabel('E-mail').fill(identity.email);
    await page.getByLabel('Password', { exact: true }).fill(identity.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Fills the form of a refund, and gives the dialog that holds it. */
  async function beginRefund(page: Page) {
    await page.getByRole('button', { name: 'Refund…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Refund' });
    await dialog.getByLabel('Amount').fill('1.25');
    await dialog.getByLabel('Reason').fill('It was cold');
    return dialog;
  }

  /** What a person does who comes back to a tab after a while. */
  async function comeBack(page: Page): Promise<void> {
    await page.evaluate(`
      const { now } = Date;
      Date.now = () => now() + 3_600_000;
      dispatchEvent(new Event('visibilitychange'));
    `);
  }

  describe('a session in several tabs', () => {
    pages.test(
      'of the shop that ended begins again in all, with the cart of its user',
      async () => {
        const dish = await pages.addDish('Pie of Many Tabs');
        const [customer, another] = [await pages.server.signUp(), await pages.server.signUp()];
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
        await another.put(`/api/cart/items/${dish.sku}`, { quantity: 7 });
        const first = await pages.visit(customer, '/shop', phone);
        const [onMenu, onForm] = [await besides(first), await besides(first)];
        const tabs = [first, onMenu, onForm];
        for (const [who, count] of [
          [customer, 2],
          [another, 7],
        ] as const) {
          for (const tab of tabs) await tab.getByRole('button', { name: 'Sign out' }).waitFor();
          await first.context().clearCookies();
          for (const tab of tabs) {
            await tab.getByRole('button', { name: `One more ${dish.name}` }).click();
            await tab.getByRole('link', { name: 'Sign in' }).first().waitFor();
          }
          for (const tab of [onForm, first]) {
            await tab.getByRole('link', { name: 'Sign in' }).first().click();
            await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
          }
          await signIn(first, who);
          for (const tab of tabs) {
            await tab.getByRole('button', { name: 'Sign out' }).waitFor();
            await tab.getByRole('link', { name: `Cart ${count} items` }).waitFor();
            await tab.getByRole('heading', { name: 'Sign in' }).waitFor({ state: 'detached' });
          }
        }
      },
    );

    pages.test('of the shop that ended leaves the cart in its tab when another opens', async () => {
      const dish = await pages.addDish('Pie of Two Tabs');
      const customer = await pages.server.signUp();
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
      const shop = await pages.visit(customer, '/shop/cart', phone);
      await shop.getByLabel(`2 of ${dish.name}`).waitFor();
      await shop.context().clearCookies();
      const other = await besides(shop);
      await shop.getByRole('link', { name: 'Sign in', exact: true }).first().waitFor();
      await other.getByRole('link', { name: 'Sign in', exact: true }).waitFor();
      await shop.getByLabel(`2 of ${dish.name}`).waitFor();
    });

    pages.test('of the console that ended begins again in all, over their forms', async () => {
      const dish = await pages.addDish('Refund of Two Tabs');
      const order = await pages.paidOrder(await pages.server.signUp(), dish);
      const admin = await pages.server.signInAs('admin');
      const first = await pages.visit(admin, `/console/orders/${order.id}`);
      const second = await besides(first, `/console/orders/${order.id}`);
      const dialogs = [await beginRefund(first), await beginRefund(second)] as const;
      await first.context().clearCookies();
      for (const dialog of dialogs) {
        await dialog.getByRole('button', { name: 'Refund £1.25' }).click();
        await dialog.getByRole('button', { name: 'Sign in again' }).waitFor();
      }
      await dialogs[0].getByRole('button', { name: 'Sign in again' }).click();
      await signIn(first, admin);
      for (const dialog of dialogs) {
        await dialog.getByText('You are signed in again: try once more.').waitFor();
        assert.equal(await dialog.getByLabel('Reason').inputValue(), 'It was cold');
      }
      await second.getByText('What you typed is still here.').waitFor({ state: 'detached' });
      await dialogs[1].getByRole('button', { name: 'Refund £1.25' }).click();
      await second.getByText('captured £5.00, refunded £1.25').waitFor();
    });

    pages.test(
      'of the console leaves a form when it ends, and not when one signs out',
      async () => {
        const dish = await pages.addDish('Refund beside a Tab');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const admin = await pages.server.signInAs('admin');
        const page = await pages.visit(admin, `/console/orders/${order.id}`);
        const dialog = await beginRefund(page);
        await page.context().clearCookies();
        const other = await besides(page, '/console/board');
        await other.getByLabel('E-mail').waitFor();
        await comeBack(page);
        const ended = page.getByText('What you typed is still here.');
        await ended.waitFor();
        assert.equal(await dialog.getByLabel('Reason').inputValue(), 'It was cold');
        await signIn(other, admin);
        await ended.waitFor({ state: 'detached' });
        assert.equal(await dialog.getByLabel('Reason').inputValue(), 'It was cold');
        await other.getByRole('button', { name: 'Your account' }).click();
        await other.getByRole('menuitem', { name: 'Sign out' }).click();
        await page.getByLabel('E-mail').waitFor();
        await dialog.waitFor({ state: 'detached' });
      },
    );
  });
}
