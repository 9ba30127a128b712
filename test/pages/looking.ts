import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import type { Session } from '../support/session.ts';
import {
  listSmallTargets,
  listViolations,
  measureShifts,
  type Pages,
  phone,
  tablet,
  waitUntilLoaded,
} from './pages-bench.ts';

/** A tenth of the limit for a good layout shift. Source: web.dev/articles/cls. */
const SHIFT_MAX = 0.01;

/** What each role sees, and whether every page is stable and accessible. */
export function lookingTests(pages: Pages): void {
  describe('roles', () => {
    const listSections = (page: Page) =>
      page.getByRole('navigation', { name: 'Sections' }).getByRole('link').allTextContents();

    pages.test(
      'kitchen sees board, orders and payments, and can neither refund nor cancel',
      async () => {
        const order = await pages.paidOrder(
          await pages.server.signUp(),
          await pages.addDish('Kitchen Pie'),
        );
        const page = await pages.visit(pages.kitchen, `/console/orders/${order.id}`);
        await page.getByText('captured £5.00').waitFor();
        assert.deepEqual(await listSections(page), ['Board', 'Orders', 'Payments']);
        assert.equal(await page.getByRole('button', { name: 'Refund…' }).count(), 0);
        assert.equal(await page.getByRole('button', { name: 'More actions' }).count(), 0);
        await page.goto('/console/people');
        await page.getByRole('heading', { name: 'Page not found.' }).waitFor();
      },
    );

    pages.test(
      'a page whose code fails to load keeps its frame, and a button loads it again',
      async () => {
        const page = await pages.visit(pages.kitchen, '/console/board');
        await waitUntilLoaded(page);
        const code = /\/payments-page-[^/]*\.js$/;
        await page.route(code, (route) => route.abort());
        await page.getByRole('link', { name: 'Payments' }).click();
        await page.getByRole('heading', { name: 'This page could not be loaded.' }).waitFor();
        await page.unroute(code);
        await page.getByRole('button', { name: 'Reload' }).click();
        await page.getByRole('heading', { name: 'Payments' }).waitFor();
      },
    );

    pages.test('an admin sees every section', async () => {
      const page = await pages.visit(pages.admin, '/console');
      await waitUntilLoaded(page);
      assert.equal((await listSections(page)).length, 12);
    });

    pages.test('a customer is sent to the shop', async () => {
      const page = await pages.visit(await pages.server.signUp(), '/console');
      await page.getByRole('heading', { name: 'The console is for staff.' }).waitFor();
    });

    pages.test("a wrong password shows the API's message", async () => {
      const page = await pages.visit(null, '/console');
      await page.getByLabel('E-mail').fill(pages.admin.identity.email);
      await page.getByLabel('Password', { exact: true }).fill('not the password');
      const [reply] = await Promise.all([
        page.waitForResponse(/\/api\/auth\/login$/),
        page.getByRole('button', { name: 'Sign in', exact: true }).click(),
      ]);
      const { title } = (await reply.json()) as { title: string };
      await page.getByRole('alert').getByText(title).waitFor();
      await page.getByLabel('Password', { exact: true }).fill(pages.admin.identity.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByRole('heading', { name: 'Board' }).waitFor();
    });
  });

  describe('every page in light and dark', () => {
    pages.test('console pages pass axe and do not shift', async () => {
      const dish = await pages.addDish('Looked At Pie');
      const order = await pages.paidOrder(await pages.server.signUp(), dish);
      const group = await setUpPrices(pages);
      await checkAppearance(pages, pages.admin, [
        '/console/board',
        '/console/orders',
        `/console/orders/${order.id}`,
        '/console/new-order',
        '/console/products',
        `/console/products/${dish.id}`,
        '/console/prices/taxes',
        '/console/prices/charges',
        '/console/prices/discounts',
        '/console/prices/modifiers',
        `/console/prices/modifiers/${group.id}`,
        `/console/orders/${order.id}/receipt`,
        `/console/orders/${order.id}/ticket`,
        '/console/shop',
        '/console/people',
        '/console/audit',
        '/console/payments',
        '/console/work/queues',
        '/console/work/dead-letters',
        '/console/work/mail',
        '/console/work/webhooks',
        '/console/keys',
        '/console/account',
        '/console/health',
      ]);
      await checkAppearance(pages, null, [
        '/console',
        '/console/forgot',
        '/console/reset#token=none',
      ]);
    });

    pages.test('shop pages pass axe and do not shift', async () => {
      const dish = await pages.addDish('Shop Pie');
      const customer = await pages.server.signUp();
      const order = await pages.order(customer, dish);
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
      await checkAppearance(pages, customer, [
        '/shop',
        '/shop/cart',
        '/shop/orders',
        `/shop/orders/${order.id}`,
        `/shop/orders/${order.id}/receipt`,
        '/shop/account',
      ]);
      await checkAppearance(pages, null, [
        '/shop/sign-in',
        '/shop/forgot',
        '/shop/reset#token=none',
        '/shop/verify#token=none',
        '/shop/email-undo#token=none',
      ]);
    });
  });

  describe('dialogs, menus and messages', () => {
    pages.test(
      'dialogs, menus and messages of the console pass axe, and every control has a name',
      async () => {
        const dish = await pages.addDish('Opened Pie');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
        await waitUntilLoaded(page);
        const requireAccessible = async (what: string) =>
          assert.deepEqual(await listViolations(page), [], what);
        const close = async (name: string) => {
          await page
            .getByRole('dialog')
            .getByRole('button', { name: 'Close', exact: true })
            .click();
          await page.getByRole('dialog', { name }).waitFor({ state: 'detached' });
        };

        await page.getByRole('button', { name: 'Your account' }).click();
        await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
        await requireAccessible('the menu of the account');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Refund…' }).click();
        await page.getByLabel('Amount').fill('1,2,3');
        await page.getByText(/such as/).waitFor();
        await requireAccessible('a refund with an invalid amount');
        await close('Refund');
        for (const [item, title] of [
          ['Set another status…', 'Set another status'],
          ['Cancel the order…', `Cancel order ${order.number}`],
        ] as const) {
          await page.getByRole('button', { name: 'More actions' }).click();
          await page.getByRole('menuitem', { name: item }).waitFor();
          await requireAccessible('the menu of the order');
          await page.getByRole('menuitem', { name: item }).click();
          await page.getByRole('dialog', { name: title }).waitFor();
          await requireAccessible(title);
          await close(title);
        }
        await page.getByRole('button', { name: 'Details' }).first().click();
        await requireAccessible('the details of an event');

        await page.goto(`/console/products/${dish.id}`);
        await page.getByLabel('Change').fill('1.5');
        await page.getByLabel('Price in').fill('1,2,3');
        await page.getByRole('button', { name: 'Save' }).waitFor();
        await requireAccessible('invalid fields');
        await page.getByLabel('Price in').fill('5.00');
        await page.getByRole('button', { name: 'Save' }).click();
        // The message stays while the pointer is over it.
        await page.getByText('Saved.').hover();
        await requireAccessible('a message');
        await page.getByRole('button', { name: 'Close the message' }).click();
        await page.getByText('Saved.').waitFor({ state: 'detached' });

        await page.goto('/console/products');
        await page.getByRole('button', { name: 'New product' }).click();
        await page.getByRole('dialog').getByLabel('SKU').waitFor();
        await requireAccessible('a new product');

        await page.goto('/console/orders?status=READY,PAID&paymentStatus=PAID');
        await page.getByRole('alert').waitFor();
        await requireAccessible('refused filters');
        await page.goto('/console/orders?status=READY&paymentStatus=PAID');
        await waitUntilLoaded(page);
        await page.getByRole('combobox', { name: 'Status' }).press('ArrowDown');
        await page.getByRole('option', { name: 'Queued' }).waitFor();
        await requireAccessible('a list of options');

        await page.goto('/console/people');
        await waitUntilLoaded(page);
        await page.getByRole('combobox', { name: 'Role', exact: true }).press('ArrowDown');
        await page.getByRole('option', { name: 'kitchen' }).click();
        await waitUntilLoaded(page);
        await requireAccessible('a choice that can be cleared');

        await page.goto('/console/work/webhooks');
        await page.getByRole('button', { name: 'New endpoint' }).click();
        const dialog = page.getByRole('dialog', { name: 'New endpoint' });
        await dialog.getByLabel('Address').fill('https://hooks.example.com/opened');
        await requireAccessible('a new endpoint');
        await dialog.getByRole('button', { name: 'Add the endpoint' }).click();
        await dialog.getByText(/^whsec_/).waitFor();
        await requireAccessible('a secret');
        await dialog.getByRole('button', { name: 'I have it' }).click();
        await dialog.waitFor({ state: 'detached' });
        await page
          .getByRole('button', { name: /^More actions for/ })
          .first()
          .click();
        await requireAccessible('the menu of an endpoint');
        await page.getByRole('menuitem', { name: 'Replay events…' }).click();
        await page.getByRole('dialog', { name: 'Replay events' }).waitFor();
        await requireAccessible('the replay of events');

        await page.goto('/console/work/mail');
        await page
          .getByRole('button', { name: /^We have your order/ })
          .first()
          .click();
        await page.getByRole('dialog').waitFor();
        await requireAccessible('a mail');

        await page.goto('/console/nothing');
        await page.getByRole('heading', { name: 'Page not found.' }).waitFor();
        await requireAccessible('a page that does not exist');
        await page.setViewportSize({ width: 390, height: 844 });
        await page.getByRole('button', { name: 'Open the menu' }).click();
        await page.getByRole('button', { name: 'Close the menu' }).waitFor();
        await requireAccessible('the sections on a phone');
      },
    );

    pages.test('the undo message of the board passes axe and can be closed', async () => {
      const dish = await pages.addDish('Undone Pie');
      await pages.paidOrder(await pages.server.signUp(), dish);
      const page = await pages.visit(pages.admin, '/console/board');
      const card = page.getByRole('article').filter({ hasText: dish.name });
      await card.getByRole('button', { name: 'Start' }).click();
      await page.getByText('Moved on.').hover();
      assert.deepEqual(await listViolations(page), []);
      await page.getByRole('button', { name: 'Close the message' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    });

    pages.test('error messages of the shop pass axe', async () => {
      const shop = await pages.visit(null, '/shop/nothing');
      await shop.getByText('Page not found.').waitFor();
      assert.deepEqual(await listViolations(shop), [], 'a page that does not exist');
      await shop.goto('/shop/sign-in');
      await shop.getByLabel('E-mail').fill('nobody@example.com');
      await shop.getByLabel('Password').fill('not the password');
      await shop.getByRole('button', { name: 'Sign in', exact: true }).click();
      await shop.getByRole('alert').waitFor();
      assert.deepEqual(await listViolations(shop), [], 'a refusal');
    });

    pages.test('staff see by name who changed an order and its stock', async () => {
      const dish = await pages.addDish('Signed Pie');
      const customer = await pages.server.signUp();
      const order = await pages.paidOrder(customer, dish);
      const moved = await pages.admin.patch(`/api/orders/${order.id}/status`, {
        status: 'PREPARING',
      });
      assert.equal(moved.status, 200, moved.text);
      const { email } = pages.admin.identity;
      for (const who of [pages.admin, pages.kitchen]) {
        const page = await pages.visit(who, `/console/orders/${order.id}`);
        const history = page.getByRole('region', { name: 'History' });
        await history.getByText(`by ${email} (admin)`).waitFor();
        await history.getByText(`by ${customer.identity.email} (customer)`).first().waitFor();
      }
      const page = await pages.visit(pages.admin, `/console/products/${dish.id}`);
      await page
        .getByRole('cell', { name: `${email} (admin)` })
        .first()
        .waitFor();
    });
  });

  describe('touch targets', () => {
    pages.test('every target on the board and in the shop is large enough to touch', async () => {
      const dish = await pages.addDish('Touched Pie');
      const customer = await pages.server.signUp();
      const order = await pages.paidOrder(customer, dish);
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
      const visits: [Session, string][] = [
        [pages.kitchen, '/console/board'],
        [pages.admin, `/console/orders/${order.id}`],
        [pages.admin, '/console/shop'],
        [pages.admin, '/console/new-order'],
        [pages.admin, '/console/people'],
        [pages.admin, '/console/keys'],
        [pages.admin, '/console/account'],
        [customer, '/shop'],
        [customer, '/shop/cart'],
        [customer, `/shop/orders/${order.id}`],
        [customer, `/shop/orders/${order.id}/receipt`],
        [customer, '/shop/account'],
      ];
      for (const [who, path] of visits) {
        for (const device of [tablet, phone]) {
          const page = await pages.visit(who, path, device);
          await waitUntilLoaded(page);
          assert.deepEqual(await listSmallTargets(page), [], path);
          const isWider = 'document.documentElement.scrollWidth > innerWidth';
          assert.equal(
            await page.evaluate<boolean>(isWider),
            false,
            `${path} is wider than the screen`,
          );
          await page.close();
        }
      }
    });
  });
}

/** Sets up one rule of each kind. Returns the modifier group. */
async function setUpPrices({ admin }: Pages): Promise<{ id: string }> {
  const amount = { amount: 100, currency: 'GBP' };
  const common = { active: false };
  await admin.post('/api/tax-rates', { ...common, name: 'Seen tax', percent: '20' });
  await admin.post('/api/charges', { ...common, name: 'Seen box', kind: 'PACKAGING', amount });
  await admin.post('/api/discounts', {
    name: 'Seen discount',
    code: 'SEEN',
    kind: 'PERCENT',
    percent: '10',
    scope: 'ORDER',
    usesMax: 100,
  });
  const modifiers = [
    { code: 'SEEN-HOT', name: 'Hot', price: amount },
    { code: 'SEEN-MILD', name: 'Mild', price: amount, active: false },
  ];
  const group = { name: 'Seen group', min: 0, max: 1, modifiers };
  return (await admin.post('/api/modifier-groups', group)).json<{ id: string }>();
}

async function checkAppearance(
  pages: Pages,
  who: Session | null,
  paths: readonly string[],
): Promise<void> {
  const [first = ''] = paths;
  const page = await pages.visit(who, first);
  for (const path of paths) {
    if (path !== first) await page.goto(path);
    await waitUntilLoaded(page);
    const shifts = await measureShifts(page);
    assert.ok(shifts.value <= SHIFT_MAX, `${path} moved: ${JSON.stringify(shifts)}`);
    assert.deepEqual(await listViolations(page), [], path);
    await page.emulateMedia({ colorScheme: 'dark' });
    // The scheme changes only colours.
    assert.deepEqual(await listViolations(page, 'color-contrast'), [], `${path}, dark`);
    await page.emulateMedia({ colorScheme: 'light' });
  }
  await page.close();
}
