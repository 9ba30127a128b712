import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import type { Session } from '../support/session.ts';
import { openTab, type Pages, phone } from './pages-bench.ts';

/** A session ends and begins in all tabs of a browser, whichever tab notices first. */
export function tabTests(pages: Pages): void {
  async function signIn(page: Page, { identity }: Session): Promise<void> {
    await page.getByLabel('E-mail').fill(identity.email);
    await page.getByLabel('Password', { exact: true }).fill(identity.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** Fills in the form of a refund and returns its dialog. */
  async function fillInRefund(page: Page) {
    await page.getByRole('button', { name: 'Refund…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Refund' });
    await dialog.getByLabel('Amount').fill('1.25');
    await dialog.getByLabel('Reason').fill('It was cold');
    return dialog;
  }

  /** Simulates a user who returns to a tab after an hour. */
  async function returnToTab(page: Page): Promise<void> {
    await page.evaluate(`
      const { now } = Date;
      Date.now = () => now() + 3_600_000;
      dispatchEvent(new Event('visibilitychange'));
    `);
  }

  describe('a session in several tabs', () => {
    pages.test(
      'a new session begins in all tabs of the shop, with the cart of its user',
      async () => {
        const dish = await pages.addDish('Pie of Many Tabs');
        const [customer, another] = [await pages.server.signUp(), await pages.server.signUp()];
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
        await another.put(`/api/cart/items/${dish.sku}`, { quantity: 7 });
        const first = await pages.visit(customer, '/shop', phone);
        const [onMenu, onForm] = [await openTab(first), await openTab(first)];
        const tabs = [first, onMenu, onForm];
        for (const [who, count] of [
          [customer, 2],
          [another, 7],
        ] as const) {
          for (const tab of tabs) await tab.getByRole('button', { name: 'Sign out' }).waitFor();
          await first.context().clearCookies();
          await first.getByRole('button', { name: `One more ${dish.name}` }).click();
          for (const tab of tabs)
            await tab.getByRole('link', { name: 'Sign in' }).first().waitFor();
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

    pages.test(
      'a tab of the shop drops its cart when another tab notices the end, and has it again afterwards',
      async () => {
        const dish = await pages.addDish('Pie of Two Tabs');
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
        const shop = await pages.visit(customer, '/shop/cart', phone);
        const line = shop.getByLabel(`2 of ${dish.name}`);
        await line.waitFor();
        await shop.context().clearCookies();
        const other = await openTab(shop);
        await other.getByText('Your session has ended.').waitFor();
        await line.waitFor({ state: 'detached' });
        await other.getByRole('link', { name: 'Sign in', exact: true }).first().click();
        await signIn(other, customer);
        await line.waitFor();
      },
    );

    pages.test(
      'a tab that learns late of a sign-out leaves the cart of the guest who came after it',
      async () => {
        const dish = await pages.addDish('Pie of a Late Tab');
        const shop = await pages.visit(await pages.server.signUp(), '/shop', phone);
        const late = await openTab(shop);
        const signOut = late.getByRole('button', { name: 'Sign out' });
        await signOut.waitFor();
        // Browsers stop tabs in the background, and tell them of changes when they are looked at again.
        await late.evaluate(`
          const hold = (event) => event.isTrusted && event.stopImmediatePropagation();
          addEventListener('storage', hold, { capture: true });
          window.goOn = () => {
            removeEventListener('storage', hold, { capture: true });
            dispatchEvent(new StorageEvent('storage', { key: 'holdfast.signed-in' }));
          };
        `);
        await shop.getByRole('button', { name: 'Sign out' }).click();
        await shop.getByRole('link', { name: 'Sign in' }).first().waitFor();
        await shop.getByRole('button', { name: `Add ${dish.name}` }).click();
        await shop.getByRole('link', { name: 'Cart 1 item' }).waitFor();
        await late.evaluate('window.goOn()');
        await signOut.waitFor({ state: 'detached' });
        assert.match(
          await shop.evaluate<string>('Object.keys(localStorage).join()'),
          /holdfast\.cart\./,
        );
        await shop.getByRole('link', { name: 'Cart 1 item' }).waitFor();
      },
    );

    pages.test(
      'the end of a session and a sign-out empty all tabs of the console, and a sign-in fills them',
      async () => {
        const dish = await pages.addDish('Refund of Two Tabs');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const admin = await pages.server.signInAs('admin');
        const first = await pages.visit(admin, `/console/orders/${order.id}`);
        const second = await openTab(first, `/console/orders/${order.id}`);
        const dialogs = [await fillInRefund(first), await fillInRefund(second)] as const;
        await first.context().clearCookies();
        await returnToTab(first);
        await first.getByText('Your session has ended.').waitFor();
        for (const dialog of dialogs) await dialog.waitFor({ state: 'detached' });
        await second.getByLabel('E-mail').waitFor();
        assert.equal(await second.getByText(dish.name).count(), 0);
        await signIn(second, admin);
        for (const tab of [first, second]) {
          await tab.getByRole('button', { name: 'Refund…' }).waitFor();
          await tab.getByText('Your session has ended.').waitFor({ state: 'detached' });
        }
        await second.getByRole('button', { name: 'Your account' }).click();
        await second.getByRole('menuitem', { name: 'Sign out' }).click();
        for (const tab of [first, second]) await tab.getByLabel('E-mail').waitFor();
      },
    );
  });
}
