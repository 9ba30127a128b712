import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { newId } from '../../src/shared/ids.ts';
import { until } from '../support/until.ts';
import {
  type Dish,
  listSmallTargets,
  listViolations,
  type Pages,
  phone,
  waitUntilLoaded,
} from './pages-bench.ts';
import { everyDay, setShop, zoneAtHour } from './shop-hours.ts';

/** Orders of guests, from the menu on a phone to the order's page, which only a token opens. */
export function deliveringTests(pages: Pages): void {
  const zone = zoneAtHour(12);

  /** It is noon in the shop, and the kitchen needs half an hour. */
  const openShop = () =>
    setShop(pages, {
      timeZone: zone,
      fulfilmentTypes: ['PICKUP', 'DELIVERY', 'DINE_IN'],
      openingHours: everyDay(['11:00', '23:00']),
      leadMinutes: 30,
      slotMinutes: 15,
      slotOrdersMax: 2,
      horizonDays: 3,
      acceptingOrders: true,
    });

  async function fillCart(dish: Dish, device = phone): Promise<Page> {
    const shop = await pages.visit(null, '/shop', device);
    await shop.getByRole('button', { name: `Add ${dish.name}` }).click();
    return shop;
  }

  async function fillGuest(shop: Page, email: string): Promise<void> {
    await shop.getByLabel('E-mail').fill(email);
    await shop.getByLabel('Name').fill('Ada Lovelace');
  }

  async function chooseTime(shop: Page, time: string): Promise<void> {
    await shop.getByRole('button', { name: /^Choose a time/ }).click();
    await shop.getByRole('button', { name: 'Tomorrow', exact: true }).click();
    await shop.getByRole('button', { name: time, exact: true }).click();
  }

  /** Returns the token that the page keeps of an order. */
  async function readToken(shop: Page, orderId: string): Promise<string> {
    const script = `localStorage.getItem('holdfast.order-token.${orderId}')`;
    const token = await shop.evaluate<string | null>(script);
    assert.ok(token);
    return token;
  }

  const findOrderId = (shop: Page) => new URL(shop.url()).pathname.split('/').at(-1)!;

  /** Orders a dish to be picked up, without paying it. Returns the page of the order. */
  async function orderAsGuest(dish: Dish): Promise<Page> {
    const shop = await fillCart(dish);
    await shop.getByRole('link', { name: 'View cart' }).click();
    await fillGuest(shop, `${newId()}@example.com`);
    await shop.getByRole('button', { name: 'Order and pay' }).click();
    await shop.getByRole('button', { name: 'Pay £5.00' }).waitFor();
    await shop.goto(`/shop?order=${await findOnlyOrder(shop)}`);
    await shop.getByRole('heading', { name: 'Waiting for your payment' }).waitFor();
    return shop;
  }

  const findOnlyOrder = async (shop: Page) => {
    await shop.goto('/shop/nothing');
    return shop.evaluate<string>(
      "Object.keys(localStorage).find((key) => key.includes('order-token')).split('.').at(-1)",
    );
  };

  describe('orders without an account', () => {
    pages.test(
      'a guest orders a delivery for a time, pays, and follows the order from the link alone',
      async () => {
        await openShop();
        const dish = await pages.addDish('Guest Pie');
        const shop = await fillCart(dish);
        await shop.getByLabel('Delivery', { exact: true }).check();
        await shop.getByRole('link', { name: 'View cart' }).click();
        await chooseTime(shop, '18:30');
        const names = {
          'Street and number': 'address-line1',
          Postcode: 'postal-code',
          'Town or city': 'address-level2',
          Country: 'country',
          Name: 'name',
          'Phone (optional)': 'tel',
          'E-mail': 'email',
        };
        for (const [label, name] of Object.entries(names)) {
          const found = await shop.getByLabel(label, { exact: true }).getAttribute('autocomplete');
          assert.equal(found?.split(' ').at(-1), name, label);
        }
        await shop.getByLabel('Street and number').fill('12 Sea Road');
        await shop.getByLabel('Postcode').fill('YO21 3PU');
        await shop.getByLabel('Town or city').fill('Whitby');
        await shop.getByLabel('Country').selectOption('GB');
        await shop.getByLabel('How to find you').fill('Blue door');
        await shop.getByText('Enter your e-mail address.').waitFor();
        await fillGuest(shop, `${newId()}@example.com`);
        // As it is written in the country of the address.
        await shop.getByLabel('Phone').fill('020 7946');
        await shop.getByText('Check the phone number.').waitFor();
        await shop.getByLabel('Phone').fill('020 7946 0000');
        assert.deepEqual(await listViolations(shop), []);
        assert.deepEqual(await listSmallTargets(shop), []);
        await shop.getByRole('button', { name: 'Order and pay' }).click();

        await shop.getByRole('button', { name: 'Pay £5.00' }).click();
        await shop.waitForURL(/\/shop\/orders\//);
        await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
        await shop.getByText('Tomorrow at 18:30').first().waitFor();
        for (const text of ['Ada Lovelace', '12 Sea Road', '+442079460000', 'Blue door']) {
          await shop.getByText(text).first().waitFor();
        }

        const id = findOrderId(shop);
        const token = await readToken(shop, id);
        const other = await pages.visit(null, `/shop#/orders/${id}?token=${token}`, phone);
        await other.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
        assert.equal(new URL(other.url()).pathname, `/shop/orders/${id}`);
        assert.ok(!other.url().includes(token));
        await other.getByText('What has happened').click();
        await other.getByRole('listitem').getByText('Paid', { exact: true }).waitFor();
        assert.deepEqual(await listViolations(other), []);
        // Live, and with the token that the page kept.
        await Promise.all([
          other.waitForResponse((reply) => reply.url().endsWith('/stream') && reply.ok()),
          other.reload(),
        ]);
        const moved = await pages.kitchen.patch(`/api/orders/${id}/status`, {
          status: 'PREPARING',
        });
        assert.equal(moved.status, 200, moved.text);
        await other.getByRole('heading', { name: 'Your order is being prepared' }).waitFor();
        await other.getByRole('link', { name: 'Receipt to print' }).click();
        await other.getByRole('heading', { name: 'Receipt' }).waitFor();
      },
    );

    pages.test(
      'what a guest types stays in the tab, and is stored nowhere on the machine',
      async () => {
        await openShop();
        const dish = await pages.addDish('Private Pie');
        const shop = await fillCart(dish);
        await shop.getByLabel('Delivery', { exact: true }).check();
        await shop.getByRole('link', { name: 'View cart' }).click();
        const typed = {
          'Street and number': '12 Sea Road',
          'Town or city': 'Whitby',
          'How to find you': 'Blue door',
          Phone: '020 7946 0000',
          'E-mail': `${newId()}@example.com`,
          Name: 'Ada Lovelace',
          'A note for the kitchen': 'No nuts at all',
        };
        await shop.getByLabel('Country').selectOption('GB');
        for (const [label, text] of Object.entries(typed)) await shop.getByLabel(label).fill(text);
        const isNotStored = async () => {
          const stored = await shop.evaluate<string>(
            'indexedDB.databases().then((all) => JSON.stringify([localStorage, sessionStorage, document.cookie, all]))',
          );
          assert.ok(stored.includes('DELIVERY'), stored);
          for (const text of Object.values(typed)) assert.ok(!stored.includes(text), stored);
          // As the cart states it.
          assert.ok(!stored.includes('+442079460000'), stored);
        };
        await shop
          .getByRole('button', { name: 'Order and pay' })
          .and(shop.locator(':enabled'))
          .waitFor();
        await isNotStored();
        await shop.getByRole('link', { name: 'Menu' }).click();
        await shop.getByRole('link', { name: /^Cart/ }).click();
        for (const [label, text] of Object.entries(typed)) {
          assert.equal(await shop.getByLabel(label).inputValue(), text, label);
        }
        // Neither does an attempt that gets no reply leave anything.
        await shop.route('**/api/orders', (route) => route.fulfill({ status: 418 }));
        await shop.getByRole('button', { name: 'Order and pay' }).click();
        await shop.getByRole('alert').waitFor();
        await isNotStored();
        await shop.reload();
        await shop.getByText(dish.name).first().waitFor();
        for (const label of ['E-mail', 'Name', 'A note for the kitchen']) {
          assert.equal(await shop.getByLabel(label).inputValue(), '', label);
        }
      },
    );

    pages.test(
      'what an earlier version stored of a guest goes on in the tab, and leaves the storage',
      async () => {
        await openShop();
        const shop = await fillCart(await pages.addDish('Old Private Pie'));
        await shop.evaluate(`localStorage.setItem('holdfast.terms', JSON.stringify({
          tip: null,
          fulfilment: {
            type: 'DELIVERY', requestedFor: null, table: null, instructions: 'Blue door',
            contact: { name: 'Ada Lovelace', phone: null },
            address: {
              line1: '12 Sea Road', line2: null, city: 'Whitby', region: null, postalCode: null, country: 'GB',
            },
          },
        }))`);
        await shop.reload();
        await shop.getByRole('link', { name: 'View cart' }).click();
        assert.equal(await shop.getByLabel('Street and number').inputValue(), '12 Sea Road');
        const stored = await shop.evaluate<string>('JSON.stringify(localStorage)');
        assert.ok(stored.includes('DELIVERY'), stored);
        for (const text of ['Lovelace', 'Sea Road', 'Blue door']) {
          assert.ok(!stored.includes(text), stored);
        }
      },
    );

    pages.test("a lost reply to a guest's order places it once", async () => {
      await openShop();
      const dish = await pages.addDish('Twice Pie');
      const shop = await fillCart(dish);
      await shop.getByRole('link', { name: 'View cart' }).click();
      const email = `${newId()}@example.com`;
      await fillGuest(shop, email);
      let isLost = false;
      await shop.route('**/api/orders', async (route) => {
        if (isLost) return route.continue();
        // Placed, but the reply names a status that is not repeated at once.
        isLost = true;
        await route.fetch();
        await route.fulfill({ status: 418 });
      });
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByRole('alert').waitFor();
      await shop.reload();
      await fillGuest(shop, email);
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).waitFor();
      const found = await pages.admin.get(`/api/orders?search=${dish.sku}`);
      assert.equal(found.json<{ data: object[] }>().data.length, 1);
    });

    pages.test('a guest changes the time of the order, and cancels it', async () => {
      await openShop();
      const shop = await orderAsGuest(await pages.addDish('Moved Pie'));
      await shop.getByRole('button', { name: 'Change the time' }).click();
      const sheet = shop.getByRole('dialog', { name: 'Change the time' });
      await chooseTime(shop, '20:15');
      assert.deepEqual(await listViolations(shop), []);
      await shop.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await listViolations(shop, 'color-contrast'), []);
      assert.deepEqual(await listSmallTargets(shop), []);
      await sheet.getByRole('button', { name: 'Save' }).click();
      await sheet.waitFor({ state: 'detached' });
      await shop.getByText('Tomorrow at 20:15').first().waitFor();
      await shop.getByText('What has happened').click();
      await shop.getByText('Moved to tomorrow at 20:15').waitFor();
      shop.on('dialog', (dialog) => dialog.accept());
      await shop.getByRole('button', { name: 'Cancel the order' }).click();
      await shop.getByRole('heading', { name: 'This order was cancelled' }).waitFor();
      assert.equal(await shop.getByRole('button', { name: 'Change the time' }).count(), 0);
    });

    pages.test('the orders of a browser are found again, until someone signs out', async () => {
      await openShop();
      const dish = await pages.addDish('Found Pie');
      const shop = await orderAsGuest(dish);
      await shop.goto('/shop');
      await shop.getByRole('link', { name: 'My orders' }).click();
      assert.deepEqual(await listViolations(shop), []);
      await shop.getByRole('link', { name: /Found Pie/ }).click();
      await shop.getByRole('heading', { name: 'Waiting for your payment' }).waitFor();
      const { email, password } = (await pages.server.signUp()).identity;
      await shop.getByRole('link', { name: 'Sign in' }).click();
      await shop.getByLabel('E-mail').fill(email);
      await shop.getByLabel('Password').fill(password);
      await shop.getByRole('button', { name: 'Sign in', exact: true }).click();
      await shop.getByRole('button', { name: 'Sign out' }).click();
      await shop.getByRole('link', { name: 'My orders' }).waitFor({ state: 'detached' });
    });

    pages.test('the pages of a guest who has ordered fit on the smallest phone', async () => {
      await openShop();
      const shop = await orderAsGuest(await pages.addDish('Narrow Pie'));
      await shop.setViewportSize({ width: 320, height: 640 });
      const readWidth = () => shop.evaluate<number>('document.documentElement.scrollWidth');
      assert.equal(await readWidth(), 320);
      await shop.getByRole('link', { name: 'My orders' }).click();
      await shop.getByRole('link', { name: /Narrow Pie/ }).waitFor();
      assert.equal(await readWidth(), 320);
      assert.deepEqual(await listSmallTargets(shop), []);
    });

    pages.test('a detail that the server does not accept is named', async () => {
      await openShop();
      const shop = await fillCart(await pages.addDish('Misspelt Pie'));
      await shop.getByRole('link', { name: 'View cart' }).click();
      await fillGuest(shop, 'ada..l@example.com');
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByText(/^E-mail: /).waitFor();
    });

    pages.test('a link that is not valid says so, and opens nothing', async () => {
      await openShop();
      const shop = await orderAsGuest(await pages.addDish('Foreign Pie'));
      const token = await readToken(shop, findOrderId(shop));
      const other = await orderAsGuest(await pages.addDish('Own Pie'));
      const id = findOrderId(other);
      for (const wrong of [token, `${token.slice(0, -4)}AAAA`, 'nonsense']) {
        const page = await pages.visit(null, `/shop#/orders/${id}?token=${wrong}`, phone);
        await page.getByRole('heading', { name: 'This link is no longer valid.' }).waitFor();
        assert.deepEqual(await listViolations(page), []);
      }
    });

    pages.test('signing in moves what was chosen into the cart of the account', async () => {
      await openShop();
      const dish = await pages.addDish('Known Pie');
      const customer = await pages.server.signUp();
      const shop = await fillCart(dish);
      await shop.getByLabel('At the table', { exact: true }).check();
      await shop.getByRole('link', { name: 'View cart' }).click();
      await shop.getByLabel('Your table').fill('7');
      await shop.getByText('Enter your e-mail address.').waitFor();
      await shop.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
      await shop.getByLabel('E-mail').fill(customer.identity.email);
      await shop.getByLabel('Password').fill(customer.identity.password);
      await shop.getByRole('button', { name: 'Sign in', exact: true }).click();
      await until(async () => assert.equal(await shop.getByLabel('Your table').inputValue(), '7'));
      await waitUntilLoaded(shop);
      assert.equal(await shop.getByLabel('E-mail').count(), 0);
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
      await shop.getByText('At your table').waitFor();
      await shop.getByText('Table 7').waitFor();
    });
  });
}
