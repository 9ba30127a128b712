import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import type { Session } from '../support/session.ts';
import { until } from '../support/until.ts';
import { listViolations, type Pages, phone, waitUntilLoaded } from './pages-bench.ts';

const CLOCK_ERROR_MS = 35 * 60_000;

/** Pages with a wrong clock, in a session that ends, or behind a broken link. */
export function keepingTests(pages: Pages): void {
  describe('a wrong clock', () => {
    for (const [offsetMs, fastOrSlow] of [
      [CLOCK_ERROR_MS, 'fast'],
      [-CLOCK_ERROR_MS, 'slow'],
    ] as const) {
      pages.test(`a ${fastOrSlow} clock prevents no payment and changes no duration`, async () => {
        const dish = await pages.addDish(`Pie of a ${fastOrSlow} clock`);
        const customer = await pages.server.signUp();
        const order = await pages.order(customer, dish);
        const shop = await visitWithClock(customer, `/shop/orders/${order.id}`, offsetMs);
        await shop.getByText('We will hold it for you for 30 minutes.').waitFor();
        const orderPage = await visitWithClock(
          pages.admin,
          `/console/orders/${order.id}`,
          offsetMs,
        );
        await orderPage.getByText(/^(in 29 min|in 30 min)/).waitFor();
        await shop.getByRole('button', { name: 'Pay £5.00' }).click();
        await shop.getByRole('button', { name: 'Pay £5.00' }).click();
        await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
        const board = await visitWithClock(pages.kitchen, '/console/board', offsetMs);
        await board
          .getByRole('article', { name: `Order ${order.number}` })
          .getByText(/^[01] min$/)
          .waitFor();
      });
    }
  });

  describe('a session that ends', () => {
    pages.test(
      'a session that ends at checkout takes what was typed along, and leads to sign-in and back',
      async () => {
        const dish = await pages.addDish('Kept Pie');
        const customer = await pages.server.signUp();
        await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 2 });
        const shop = await pages.visit(customer, '/shop/cart', phone);
        const note = shop.getByLabel('A note for the kitchen');
        await note.fill('No nuts at all');
        await endSessions(customer);
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        const alert = shop.getByRole('alert');
        await alert.getByText('Your session has ended.').waitFor();
        await note.waitFor({ state: 'detached' });
        assert.equal(await shop.getByText(dish.name).count(), 0);
        assert.deepEqual(await listStored(shop), ['holdfast.signed-in']);
        assert.deepEqual(await listViolations(shop), []);
        await alert.getByRole('link', { name: 'Sign in' }).click();
        await shop.getByLabel('E-mail').fill(customer.identity.email);
        await shop.getByLabel('Password').fill(customer.identity.password);
        await shop.getByRole('button', { name: 'Sign in', exact: true }).click();
        await shop.getByRole('heading', { name: 'Your cart' }).waitFor();
        await alert.waitFor({ state: 'detached' });
        await shop.getByLabel(`2 of ${dish.name}`).waitFor();
        assert.equal(await note.inputValue(), '');
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        await shop.getByRole('button', { name: 'Pay £10.00' }).click();
        await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
      },
    );

    pages.test(
      'a console session that ends leaves only the sign-in, which leads back',
      async () => {
        const dish = await pages.addDish('Interrupted Pie');
        const order = await pages.paidOrder(await pages.server.signUp(), dish);
        const admin = await pages.server.signInAs('admin');
        const page = await pages.visit(admin, `/console/orders/${order.id}`);
        await page.getByRole('button', { name: 'Refund…' }).click();
        const dialog = page.getByRole('dialog', { name: 'Refund' });
        await dialog.getByLabel('Amount').fill('1.25');
        await dialog.getByLabel('Reason').fill('It was cold');
        await endSessions(admin);
        await dialog.getByRole('button', { name: 'Refund £1.25' }).click();
        await page.getByText('Your session has ended.').waitFor();
        await dialog.waitFor({ state: 'detached' });
        const shown = await page.locator('body').innerText();
        for (const part of [order.number, dish.name, admin.identity.email, 'It was cold']) {
          assert.ok(!shown.includes(part), `the page still shows ${part}`);
        }
        assert.deepEqual(await listViolations(page), []);
        await page.getByLabel('E-mail').fill(admin.identity.email);
        await page.getByLabel('Password', { exact: true }).fill(admin.identity.password);
        await page.getByRole('button', { name: 'Sign in', exact: true }).click();
        await page.getByRole('button', { name: 'Refund…' }).waitFor();
        await page.getByText('Your session has ended.').waitFor({ state: 'detached' });
      },
    );

    pages.test('a page that somebody only looks at notices the end by itself', async () => {
      const customer = await pages.server.signUp();
      const page = await pages.visit(customer, '/shop', phone);
      await page.clock.install();
      await page.goto('/shop/account');
      await page.getByText(customer.identity.email).first().waitFor();
      await endSessions(customer);
      await page.clock.fastForward(61_000);
      await page.getByText('Your session has ended.').waitFor();
      assert.equal(await page.getByText(customer.identity.email).count(), 0);
    });

    pages.test('a session does not end when its refresh is refused with a 429', async () => {
      const dish = await pages.addDish('Busy Pie');
      const customer = await pages.server.signUp();
      await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
      const shop = await pages.visit(customer, '/shop/cart', phone);
      await shop.getByRole('button', { name: 'Order and pay' }).waitFor();
      await shop.route(/\/api\/auth\/refresh$/, (route) =>
        route.fulfill({
          status: 429,
          contentType: 'application/problem+json',
          headers: { 'retry-after': '900' },
          body: JSON.stringify({ type: 'about:blank', title: 'Too many.', status: 429, code: 'x' }),
        }),
      );
      await shop.context().clearCookies();
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByRole('alert').getByText('Too many.').waitFor();
    });
  });

  describe('errors in pages and links', () => {
    pages.test("an invalid filter in a link shows the API's explanation", async () => {
      for (const query of ['from=20266-11-28', 'to=2026-02-30', 'from=today', 'status=NO']) {
        const page = await pages.visit(pages.admin, '/console/board');
        const [reply] = await Promise.all([
          page.waitForResponse(/\/api\/orders\?.*(today|2026|NO)/),
          page.goto(`/console/orders?${query}`),
        ]);
        assert.equal(reply.status(), 400, query);
        const { title, errors } = (await reply.json()) as {
          title: string;
          errors: { detail: string }[];
        };
        const alert = page.getByRole('alert');
        await alert.getByText(title).waitFor();
        await alert.getByText(errors[0]?.detail ?? '').waitFor();
        assert.equal(await page.getByText('cannot be reached').count(), 0);
        assert.deepEqual(await listViolations(page), []);
        await page.close();
      }
    });

    pages.test('an error in a page is distinguished from a lost connection', async () => {
      const page = await pages.visit(pages.admin, '/console/board');
      await waitUntilLoaded(page);
      await page.route(/\/api\/orders(\?|$)/, (route) =>
        route.fulfill({ json: { data: 'no list' } }),
      );
      await page.goto('/console/orders');
      await page.getByText('Something went wrong on this page.').waitFor();
      assert.equal(await page.getByText('cannot be reached').count(), 0);
      assert.match(pages.takeErrors().join(), /TypeError/);
      await page.unroute(/\/api\/orders(\?|$)/);
      await page.route(/\/api\/orders(\?|$)/, (route) => route.abort());
      await page.goto('/console/orders');
      await page.getByText('The server cannot be reached.').waitFor();
    });

    pages.test('a link to an unknown order shows that the order was not found', async () => {
      const shop = await pages.visit(await pages.server.signUp(), '/shop/orders/nothing', phone);
      await shop.getByRole('heading', { name: 'Order not found.' }).waitFor();
    });

    pages.test('a link to an unknown work page shows that the page was not found', async () => {
      const page = await pages.visit(pages.admin, '/console/work/nothing');
      await page.getByRole('heading', { name: 'Page not found.' }).waitFor();
    });
  });

  /** Ends the sessions of a user, as an admin does elsewhere. */
  async function endSessions({ identity }: Session): Promise<void> {
    const ended = await pages.admin.delete(`/api/users/${identity.userId}/sessions`);
    assert.ok(ended.status < 300, ended.text);
  }

  async function listStored(page: Page): Promise<string[]> {
    return page.evaluate<string[]>(
      '[...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort()',
    );
  }

  async function visitWithClock(who: Session, path: string, offsetMs: number): Promise<Page> {
    const page = await pages.visit(who, '/shop');
    await page.addInitScript(`
      const RealDate = Date;
      globalThis.Date = class extends RealDate {
        constructor(...parts) {
          if (parts.length === 0) super(RealDate.now() + ${offsetMs});
          else super(...parts);
        }
        static now() {
          return RealDate.now() + ${offsetMs};
        }
      };
    `);
    await page.goto(path);
    await until(async () =>
      assert.ok(
        Math.abs((await page.evaluate<number>('Date.now()')) - Date.now() - offsetMs) <
          CLOCK_ERROR_MS / 2,
      ),
    );
    return page;
  }
}
