import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
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

/** When the shop takes orders, and for when. */
export function openingTests(pages: Pages): void {
  const common = {
    fulfilmentTypes: ['PICKUP'],
    closedDates: [],
    acceptingOrders: true,
    leadMinutes: 0,
    slotMinutes: 0,
    slotOrdersMax: 0,
    horizonDays: 3,
  };

  async function openCart(dish: Dish, device: BrowserContextOptions = phone): Promise<Page> {
    const customer = await pages.server.signUp();
    const put = await customer.put(`/api/cart/items/${dish.sku}`, { quantity: 1 });
    assert.equal(put.status, 200, put.text);
    const shop = await pages.visit(customer, '/shop/cart', device);
    await waitUntilLoaded(shop);
    return shop;
  }

  const orderButton = (shop: Page) => shop.getByRole('button', { name: 'Order and pay' });

  describe('when the shop takes orders', () => {
    pages.test('a shop where orders can only be picked up asks for no more than that', async () => {
      await setShop(pages, { ...common, timeZone: 'UTC', openingHours: null });
      const dish = await pages.addDish('Plain Pie');
      const menu = await pages.visit(null, '/shop', phone);
      await menu.getByRole('button', { name: `Add ${dish.name}` }).waitFor();
      assert.equal(await menu.getByText('How you get it').count(), 0);
      const shop = await openCart(dish);
      assert.equal(await shop.getByRole('radio').count(), 0);
      await orderButton(shop).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).waitFor();
    });

    pages.test('a closed shop says when it opens, and takes an order for then', async () => {
      await setShop(pages, {
        ...common,
        timeZone: zoneAtHour(10),
        openingHours: everyDay(['17:00', '22:00']),
      });
      const dish = await pages.addDish('Early Pie');
      const menu = await pages.visit(null, '/shop', phone);
      await menu.getByText('We are closed now. We open today at 17:00.').waitFor();
      assert.deepEqual(await listViolations(menu), []);
      const shop = await openCart(dish);
      await shop.getByText('Choose a time at which we are open.').waitFor();
      assert.ok(await orderButton(shop).isDisabled());
      assert.ok(await shop.getByRole('button', { name: /^As soon as possible/ }).isDisabled());
      assert.deepEqual(await listViolations(shop), []);
      await shop.emulateMedia({ colorScheme: 'dark' });
      assert.deepEqual(await listViolations(shop, 'color-contrast'), []);
      assert.deepEqual(await listSmallTargets(shop), []);
      await shop.getByRole('button', { name: '17:45', exact: true }).click();
      await orderButton(shop).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByRole('heading', { name: 'Thank you, we have it' }).waitFor();
      await shop.getByText('Today at 17:45').first().waitFor();
    });

    pages.test('a paused shop says until when, and takes no order until then', async () => {
      await setShop(pages, { ...common, timeZone: zoneAtHour(10), openingHours: null });
      const dish = await pages.addDish('Paused Pie');
      const shop = await openCart(dish);
      await until(async () => assert.ok(await orderButton(shop).isEnabled()));
      await setShop(pages, { acceptingOrders: false, pausedUntil: null });
      await orderButton(shop).click();
      const text = 'We are not taking orders at the moment. Please try again later.';
      await shop.getByText(text).first().waitFor();
      assert.ok(await orderButton(shop).isDisabled());
      assert.deepEqual(await listViolations(shop), []);
      const pausedUntil = new Date(Date.now() + 3_600_000).toISOString();
      await setShop(pages, { acceptingOrders: false, pausedUntil });
      const menu = await pages.visit(null, '/shop', phone);
      await menu.getByText(/We start again today at 1[01]:/).waitFor();
      await setShop(pages, { acceptingOrders: true });
      await shop.reload();
      await orderButton(shop).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).waitFor();
    });

    pages.test('a time that others take meanwhile is refused with the next ones', async () => {
      await setShop(pages, {
        ...common,
        timeZone: zoneAtHour(10),
        openingHours: everyDay(['09:00', '22:00']),
        slotMinutes: 30,
        slotOrdersMax: 1,
      });
      const dish = await pages.addDish('Contested Pie');
      const shop = await openCart(dish);
      await shop.getByRole('button', { name: /^Choose a time/ }).click();
      await shop.getByRole('button', { name: '18:30', exact: true }).click();
      await until(async () => assert.ok(await orderButton(shop).isEnabled()));
      const reply = await (await pages.server.signUp()).get(`/api/slots?date=${await today()}`);
      const slots = reply.json<{ data: { start: string }[] }>().data;
      // The slots end before 22:00, each half an hour long.
      const requestedFor = slots.at(-7)!.start;
      const quicker = await pages.server.signUp();
      const placed = await quicker.post('/api/orders', {
        items: [{ sku: dish.sku, quantity: 1 }],
        fulfilment: { type: 'PICKUP', requestedFor },
      });
      assert.equal(placed.status, 201, placed.text);
      await orderButton(shop).click();
      const end = shop.getByRole('region', { name: 'What it costs' });
      await end.getByText('Sorry, this time is taken. The next ones are:').waitFor();
      assert.deepEqual(await listViolations(shop), []);
      await end.getByRole('button', { name: 'Today at 19:00' }).click();
      await orderButton(shop).click();
      await shop.getByRole('button', { name: 'Pay £5.00' }).click();
      await shop.getByText('Today at 19:00').first().waitFor();
      const later = await openCart(dish);
      await later.getByRole('button', { name: /^Choose a time/ }).click();
      assert.ok(await later.getByRole('button', { name: '18:30 Full' }).isDisabled());
    });

    pages.test(
      'the pages show the times of the shop, whatever the clock of the phone',
      async () => {
        await setShop(pages, {
          ...common,
          timeZone: 'Asia/Tokyo',
          openingHours: everyDay(['00:00', '24:00']),
        });
        const dish = await pages.addDish('Distant Pie');
        const shop = await openCart(dish, { ...phone, timezoneId: 'America/New_York' });
        await shop.getByRole('button', { name: /^Choose a time/ }).click();
        await shop.getByText(/^Times are by the shop’s clock, which now shows/).waitFor();
        await shop.getByRole('button', { name: 'Tomorrow', exact: true }).click();
        await shop.getByRole('button', { name: '09:15', exact: true }).click();
        await orderButton(shop).click();
        await shop.getByRole('button', { name: 'Pay £5.00' }).click();
        await shop.getByText('Tomorrow at 09:15').first().waitFor();
        await shop.getByText(/^By the shop’s clock/).waitFor();
      },
    );

    pages.test('a page from right to left keeps its fields and times on the screen', async () => {
      await setShop(pages, {
        ...common,
        timeZone: zoneAtHour(10),
        openingHours: everyDay(['09:00', '22:00']),
        fulfilmentTypes: ['DELIVERY', 'PICKUP', 'DINE_IN', 'SHIPMENT'],
      });
      const dish = await pages.addDish('Mirrored Pie');
      const shop = await openCart(dish);
      await shop.evaluate("document.documentElement.dir = 'rtl'");
      await shop.getByRole('button', { name: /^Choose a time/ }).click();
      await shop.getByRole('button', { name: 'Tomorrow', exact: true }).waitFor();
      const isWider = 'document.documentElement.scrollWidth > innerWidth';
      assert.equal(await shop.evaluate<boolean>(isWider), false);
      assert.deepEqual(await listViolations(shop), []);
      const right = async (name: RegExp) => {
        const { x, width } = (await shop.getByRole('button', { name }).boundingBox())!;
        return x + width;
      };
      assert.ok((await right(/^Today/)) > (await right(/^Tomorrow/)));
    });
  });

  async function today(): Promise<string> {
    const { timeZone } = (await pages.admin.get('/api/shop')).json<{ timeZone: string }>();
    return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(new Date());
  }
}
