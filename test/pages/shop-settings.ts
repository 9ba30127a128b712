import assert from 'node:assert/strict';
import { beforeEach, describe } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { listViolations, type Pages, phone, waitUntilLoaded } from './pages-bench.ts';

interface Shop {
  readonly version: number;
  readonly [name: string]: unknown;
}

const evening = { fri: [['17:00', '23:30']], sat: [['12:00', '23:30']] };

/** What an admin sets about the shop in the console. */
export function shopSettingsTests(pages: Pages): void {
  const read = async () => (await pages.admin.get('/api/shop')).json<Shop>();
  const change = async (terms: object) => {
    const reply = await pages.admin.patch('/api/shop', terms);
    assert.equal(reply.status, 200, reply.text);
  };
  const open = async () => {
    const page = await pages.visit(pages.admin, '/console/shop');
    await waitUntilLoaded(page);
    return page;
  };
  const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const save = async (part: Locator) => {
    await part.getByRole('button', { name: 'Save' }).click();
    await part.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' });
  };

  describe('the settings of the shop', () => {
    beforeEach(() =>
      change({
        timeZone: 'UTC',
        openingHours: evening,
        closedDates: [],
        acceptingOrders: true,
        fulfilmentTypes: ['PICKUP'],
        leadMinutes: 0,
        slotMinutes: 0,
        slotOrdersMax: 0,
        horizonDays: 7,
        tipPercents: [5, 10],
      }),
    );

    pages.test('an opening is moved past midnight with the keyboard alone', async () => {
      const page = await open();
      const hours = section(page, 'Opening hours');
      const opening = hours.getByRole('button', { name: 'Change Friday 17:00 – 23:30' });
      await opening.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Change the opening' });
      assert.equal(await dialog.getByLabel('Opens').inputValue(), '17:00');
      await dialog.getByText('Closes on the same day.').waitFor();
      await dialog.getByLabel('Closes').fill('02:00');
      await dialog.getByText('Closes after midnight, on Saturday.').waitFor();
      assert.deepEqual(await listViolations(page), []);
      await page.keyboard.press('Enter');
      await hours
        .getByRole('button', { name: 'Change Friday 17:00 – 02:00 on Saturday' })
        .waitFor();
      await hours.getByRole('button', { name: 'Save' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('Saved.').waitFor();
      const { openingHours } = await read();
      assert.deepEqual(openingHours, { ...evening, fri: [['17:00', '02:00']] });
    });

    pages.test('an opening past midnight goes on at the beginning of the next day', async () => {
      await change({ openingHours: { sun: [['18:00', '03:00']], tue: [['20:00', '24:00']] } });
      const page = await open();
      // A string, because this file is type-checked with the server's code, which has no elements.
      const listEdges = (day: string) =>
        page.evaluate<number[][]>(`
          [...document.querySelectorAll('[aria-label=${day}] .week-bar')].map((bar) => {
            const [box, track] = [bar, bar.parentElement].map((one) => one.getBoundingClientRect());
            const hour = (x) => Math.round((24 * (x - track.left)) / track.width);
            return [hour(box.left), hour(box.right)];
          })
        `);
      assert.deepEqual(await listEdges('Sunday'), [[18, 24]]);
      assert.deepEqual(await listEdges('Monday'), [[0, 3]]);
      assert.deepEqual(await listEdges('Tuesday'), [[20, 24]]);
      assert.deepEqual(await listEdges('Wednesday'), []);
    });

    pages.test(
      'openings are added on several days and removed, and a refusal is at its day',
      async () => {
        const page = await open();
        const hours = section(page, 'Opening hours');
        await hours.getByRole('button', { name: 'Add an opening on Monday' }).click();
        const dialog = page.getByRole('dialog', { name: 'New opening' });
        await dialog.getByLabel('Opens').fill('16:00');
        await dialog.getByLabel('Closes').fill('18:00');
        await dialog.getByLabel('Friday').check();
        await dialog.getByRole('button', { name: 'Add the opening' }).click();
        await hours.getByRole('button', { name: 'Change Monday 16:00 – 18:00' }).waitFor();
        await hours.getByRole('button', { name: 'Save' }).click();
        const friday = hours.getByRole('group', { name: 'Friday' });
        await friday.getByText('Overlaps Friday 16:00–18:00.').waitFor();
        assert.deepEqual(await listViolations(page), []);
        await friday.getByRole('button', { name: 'Change Friday 16:00 – 18:00' }).click();
        await page.getByRole('button', { name: 'Remove the opening' }).click();
        await save(hours);
        const { openingHours } = await read();
        assert.deepEqual(openingHours, { ...evening, mon: [['16:00', '18:00']] });
      },
    );

    pages.test('a shop is always open, or has its week back', async () => {
      const page = await open();
      const hours = section(page, 'Opening hours');
      await hours.getByLabel('Always open').press('Space');
      await hours.getByRole('group', { name: 'Friday' }).waitFor({ state: 'detached' });
      await save(hours);
      assert.equal((await read()).openingHours, null);
      await hours.getByLabel('Always open').press('Space');
      await hours.getByRole('button', { name: 'Change Friday 17:00 – 23:30' }).waitFor();
      await save(hours);
      assert.deepEqual((await read()).openingHours, evening);
    });

    pages.test(
      'what another admin changed meanwhile is listed, and nothing typed is lost',
      async () => {
        const page = await open();
        const times = section(page, 'Times and slots');
        const lead = times.getByLabel('Lead time in minutes');
        await lead.fill('45');
        // Another part of the settings is no conflict.
        await change({ closedDates: [{ date: '2030-01-01' }] });
        await save(times);
        assert.equal((await read()).leadMinutes, 45);

        await lead.fill('50');
        await change({ leadMinutes: 20, horizonDays: 3 });
        await times.getByText('Lead time: 45 minutes → 20 minutes').waitFor();
        await times.getByText('Days ahead: 7 → 3').waitFor();
        assert.equal(await lead.inputValue(), '50');
        assert.equal(await times.getByRole('button', { name: 'Save' }).count(), 0);
        assert.deepEqual(await listViolations(page), []);
        await times.getByRole('button', { name: 'Keep what I typed' }).click();
        await save(times);
        const { leadMinutes, horizonDays } = await read();
        assert.deepEqual([leadMinutes, horizonDays], [50, 3]);
      },
    );

    pages.test('a change that the page has not heard of is not overwritten', async () => {
      const page = await pages.visit(pages.admin, '/problems');
      await page.route('**/api/stream', (route) => route.abort());
      await page.goto('/console/shop');
      const times = section(page, 'Times and slots');
      await times.getByLabel('Lead time in minutes').fill('45');
      await change({ leadMinutes: 20 });
      await times.getByRole('button', { name: 'Save' }).click();
      await times.getByText('Lead time: 0 minutes → 20 minutes').waitFor();
      assert.equal((await read()).leadMinutes, 20);
      await times.getByRole('button', { name: 'Discard my changes' }).click();
      assert.equal(await times.getByLabel('Lead time in minutes').inputValue(), '20');
    });

    pages.test(
      'closed days are added with a reason, corrected at their field, and removed',
      async () => {
        const page = await open();
        const closed = section(page, 'Closed days');
        for (const reason of ['Christmas', 'Christmas again']) {
          await closed.getByRole('button', { name: 'Add a closed day' }).click();
          const row = closed.getByRole('group', { name: 'New closed day' });
          await row.getByLabel('Reason', { exact: true }).fill(reason);
          await row.getByLabel('Day', { exact: true }).fill('2030-12-25');
        }
        await closed.getByRole('button', { name: 'Save' }).click();
        await closed.getByText('Is in the list already.').waitFor();
        await closed.getByRole('button', { name: 'Remove Wed, 25 Dec 2030' }).last().click();
        await save(closed);
        const { closedDates } = await read();
        assert.deepEqual(closedDates, [{ date: '2030-12-25', reason: 'Christmas' }]);
      },
    );

    pages.test('zone, types in their order, and tips are set', async () => {
      const page = await open();
      const offer = section(page, 'The shop');
      const zone = offer.getByRole('combobox', { name: 'Time zone' });
      await zone.fill('new york');
      await page.getByRole('option', { name: 'America/New York' }).click();
      await offer.getByLabel('Delivery').click();
      await offer.getByRole('button', { name: 'Move Delivery up' }).click();
      await offer.getByRole('combobox', { name: 'Tips in percent' }).fill('7 ');
      await save(offer);
      const { timeZone, fulfilmentTypes, tipPercents, name } = await read();
      assert.deepEqual(
        [timeZone, fulfilmentTypes, tipPercents, name],
        ['America/New_York', ['DELIVERY', 'PICKUP'], [5, 7, 10], 'Holdfast'],
      );
    });

    pages.test('the slots of a day show how full they are', async () => {
      const page = await open();
      const times = section(page, 'Times and slots');
      await times.getByLabel('Orders take slots').press('Space');
      await times.getByLabel('Minutes of a slot').fill('4');
      await times.getByLabel('Orders in a slot at most').fill('2');
      await times.getByRole('button', { name: 'Save' }).click();
      await times.getByText('Must be 0, for no slots, or from 5 to 240.').waitFor();
      await times.getByLabel('Minutes of a slot').fill('30');
      await save(times);
      await change({ openingHours: null, horizonDays: 2 });
      const dish = await pages.addDish('Slot Pie');
      const day = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
      const requestedFor = `${day}T12:00:00.000Z`;
      for (let count = 0; count < 2; count += 1) {
        const placed = await (await pages.server.signUp()).post('/api/orders', {
          items: [{ sku: dish.sku, quantity: 1 }],
          fulfilment: { type: 'PICKUP', requestedFor },
        });
        assert.equal(placed.status, 201, placed.text);
      }
      const slots = section(page, 'Slots of the day');
      await slots.getByLabel('Day').fill(day);
      await slots.getByRole('row', { name: '12:00 – 12:30 2 of 2 full' }).waitFor();
      await slots.getByRole('row', { name: '12:30 – 13:00 0 of 2 2' }).waitFor();
      assert.deepEqual(await listViolations(page), []);
    });

    pages.test('on a phone the page is no wider than the screen', async () => {
      await change({
        openingHours: {
          fri: [
            ['11:00', '14:30'],
            ['17:00', '02:00'],
          ],
        },
      });
      const page = await pages.visit(pages.admin, '/console/shop', phone);
      await waitUntilLoaded(page);
      const isWider = 'document.documentElement.scrollWidth > innerWidth';
      await until(async () => assert.equal(await page.evaluate<boolean>(isWider), false));
      await page.evaluate("document.documentElement.dir = 'rtl'");
      assert.equal(await page.evaluate<boolean>(isWider), false);
    });
  });
}
