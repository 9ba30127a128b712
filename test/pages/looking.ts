import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import type { Session } from '../support/session.ts';
import {
  loaded,
  type Pages,
  phone,
  shiftsOf,
  smallTargetsOf,
  tablet,
  violationsOf,
} from './pages-bench.ts';

/** A tenth of what counts as good. Source: web.dev/articles/cls. */
const SHIFT_MAX = 0.01;

/** Who sees what, and whether everybody can read it and reach it. */
export function lookingTests(pages: Pages): void {
  describe('roles', () => {
    const sectionsOf = (page: Page) =>
      page.getByRole('navigation', { name: 'Sections' }).getByRole('link').allTextContents();

    pages.test(
      'kitchen sees board, orders and payments, and nothing to refund or cancel',
      async () => {
        const order = await pages.paidOrder(
          await pages.server.signUp(),
          await pages.addDish('Kitchen Pie'),
        );
        const page = await pages.visit(pages.kitchen, `/console/orders/${order.id}`);
        await page.getByText('captured £5.00').waitFor();
        assert.deepEqual(await sectionsOf(page), ['Board', 'Orders', 'Payments']);
        assert.equal(await page.getByRole('button', { name: 'Refund…' }).count(), 0);
        assert.equal(await page.getByRole('button', { name: 'More actions' }).count(), 0);
        await page.goto('/console/people');
        await page.getByRole('heading', { name: 'There is nothing here.' }).waitFor();
      },
    );

    pages.test(
      'a page whose code does not come leaves the frame standing, and comes by a button',
      async () => {
        const page = await pages.visit(pages.kitchen, '/console/board');
        await loaded(page);
        const code = /\/payments-page-[^/]*\.js$/;
        await page.route(code, (route) => route.abort());
        await page.getByRole('link', { name: 'Payments' }).click();
        await page.getByRole('heading', { name: 'This page could not be loaded.' }).waitFor();
        await page.unroute(code);
        await page.getByRole('button', { name: 'Load it again' }).click();
        await page.getByRole('heading', { name: 'Payments' }).waitFor();
      },
    );

    pages.test('an admin sees every section', async () => {
      const page = await pages.visit(pages.admin, '/console');
      await loaded(page);
      assert.equal((await sectionsOf(page)).length, 7);
    });

    pages.test('a customer is sent to the shop', async () => {
      const page = await pages.visit(await pages.server.signUp(), '/console');
      await page.getByRole('heading', { name: 'The console is for staff.' }).waitFor();
    });

    pages.test('a wrong password is refused in the words of the API', async () => {
      const page = await pages.visit(null, '/console');
      await page.getByLabel('E-mail').fill(pages.admin.identity.email);
      await page.getByLabel('Password', { exact: true }).fill('not the password');
      const [reply] = await Promise.all([
        page.waitForResponse(/\/api\/auth\/login$/),
        page.getByRole('button', { name: 'Sign in' }).click(),
      ]);
      const { title } = (await reply.json()) as { title: string };
      await page.getByRole('alert').getByText(title).waitFor();
      await page.getByLabel('Password', { exact: true }).fill(pages.admin.identity.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Board' }).waitFor();
    });
  });

  describe('every page, light and dark', () => {
    pages.test('of the console has no fault that axe finds, and stands still', async () => {
      const dish = await pages.addDish('Looked At Pie');
      const order = await pages.paidOrder(await pages.server.signUp(), dish);
      await look(pages, pages.admin, [
        '/console/board',
        '/console/orders',
        `/console/orders/${order.id}`,
        '/console/products',
        `/console/products/${dish.id}`,
        '/console/people',
        '/console/payments',
        '/console/work/queues',
        '/console/work/dead-letters',
        '/console/work/mail',
        '/console/work/webhooks',
        '/console/health',
      ]);
      await look(pages, null, ['/console']);
    });

    pages.test('of the shop has no fault that axe finds, and stands still', async () => {
      const dish = await pages.addDish('Shop Pie');
      const customer = await pages.server.signUp();
      const order = await pages.order(customer, dish);
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
      await look(pages, customer, [
        '/shop',
        '/shop/cart',
        '/shop/orders',
        `/shop/orders/${order.id}`,
      ]);
      await look(pages, null, ['/shop/sign-in', '/shop/forgot', '/shop/reset?token=none']);
    });
  });

  describe('under a finger', () => {
    pages.test('everything on the board and in the shop is large enough', async () => {
      const dish = await pages.addDish('Touched Pie');
      const customer = await pages.server.signUp();
      const order = await pages.paidOrder(customer, dish);
      const visits: [Session, string][] = [
        [pages.kitchen, '/console/board'],
        [pages.admin, `/console/orders/${order.id}`],
        [customer, '/shop'],
        [customer, `/shop/orders/${order.id}`],
      ];
      for (const [who, path] of visits) {
        for (const device of [tablet, phone]) {
          const page = await pages.visit(who, path, device);
          await loaded(page);
          assert.deepEqual(await smallTargetsOf(page), [], path);
          const isWider = 'document.documentElement.scrollWidth > innerWidth';
          assert.equal(await page.evaluate<boolean>(isWider), false, `${path} is wider than it`);
          await page.close();
        }
      }
    });
  });
}

async function look(pages: Pages, who: Session | null, paths: readonly string[]): Promise<void> {
  const [first = ''] = paths;
  const page = await pages.visit(who, first);
  for (const path of paths) {
    if (path !== first) await page.goto(path);
    await loaded(page);
    const shifts = await shiftsOf(page);
    assert.ok(shifts.value <= SHIFT_MAX, `${path} moved: ${JSON.stringify(shifts)}`);
    assert.deepEqual(await violationsOf(page), [], path);
    await page.emulateMedia({ colorScheme: 'dark' });
    // The scheme changes nothing but colours.
    assert.deepEqual(await violationsOf(page, 'color-contrast'), [], `${path}, dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await page.close();
}
