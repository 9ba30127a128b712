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

    pages.test(
      'a tab of the shop still shows its cart when another tab notices the end',
      async () => {
        const dish = await pages.addDish('Pie of Two Tabs');
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
        const shop = await pages.visit(customer, '/shop/cart', phone);
        await shop.getByLabel(`2 of ${dish.name}`).waitFor();
        await shop.context().clearCookies();
        const other = await openTab(shop);
        await shop.getByRole('link', { name: 'Sign in', exact: true }).first().waitFor();
        await other.getByRole('link', { name: 'Sign in', exact: true }).waitFor();
        await shop.getByLabel(`2 of ${dish.name}`).waitFor();
      },
    );

    pages.test(
      'a new session begins in all tabs of the console without losing their forms',
      async () => {
        const dish = await pages.addDish('Refund of Two Tabs');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const admin = await pages.server.signInAs('admin');
        const first = await pages.visit(admin, `/console/orders/${order.id}`);
        const second = await openTab(first, `/console/orders/${order.id}`);
        const dialogs = [await fillInRefund(first), await fillInRefund(second)] as const;
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
      },
    );

    pages.test(
      'the console keeps a form when the session ends, but not after a sign-out',
      async () => {
        const dish = await pages.addDish('Refund beside a Tab');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const admin = await pages.server.signInAs('admin');
        const page = await pages.visit(admin, `/console/orders/${order.id}`);
        const dialog = await fillInRefund(page);
        await page.context().clearCookies();
        const other = await openTab(page, '/console/board');
        await other.getByLabel('E-mail').waitFor();
        await returnToTab(page);
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
