import assert from 'node:assert/strict';
import { beforeEach, describe } from 'node:test';
import type { Page } from 'playwright-core';
import { listViolations, type Pages, type PlacedOrder, waitUntilLoaded } from './pages-bench.ts';

const HOUR_MS = 3_600_000;
/** A whole hour on every clock of the tests. */
const inHours = (hours: number) =>
  new Date(Math.ceil(Date.now() / HOUR_MS) * HOUR_MS + (hours - 1) * HOUR_MS).toISOString();

const address = { line1: '12 Sea Road', city: 'Whitby', postalCode: 'YO21 3PU', country: 'GB' };

/** For when orders are, on the board, on their page and on paper, and the pause. */
export function promisedTimesTests(pages: Pages): void {
  const change = async (terms: object) => {
    const reply = await pages.admin.patch('/api/shop', terms);
    assert.equal(reply.status, 200, reply.text);
  };
  const tryToPlace = async (fulfilment: object) => {
    dish ??= pages.addDish('Timed Pie', 1_000);
    const { sku } = await dish;
    const items = [{ sku, quantity: 1 }];
    customer ??= pages.server.signUp();
    return (await customer).post('/api/orders', { items, fulfilment });
  };
  let customer: ReturnType<Pages['server']['signUp']> | undefined;
  let dish: ReturnType<Pages['addDish']> | undefined;
  /** Places an order that the kitchen can start on. */
  const place = async (fulfilment: object) => {
    const placed = await tryToPlace(fulfilment);
    assert.equal(placed.status, 201, placed.text);
    const order = placed.json<PlacedOrder>();
    const confirmed = await pages.admin.patch(`/api/orders/${order.id}/status`, {
      status: 'CONFIRMED',
    });
    assert.equal(confirmed.status, 200, confirmed.text);
    return order;
  };
  const onBoard = (page: Page, { number }: PlacedOrder) =>
    page.locator('.board').getByRole('article', { name: `Order ${number}` });

  describe('promised times', () => {
    beforeEach(() =>
      change({
        // Whole hours there are whole hours everywhere in these tests, but never those of the browser.
        timeZone: 'Asia/Tokyo',
        openingHours: null,
        closedDates: [],
        acceptingOrders: true,
        fulfilmentTypes: ['PICKUP', 'DELIVERY', 'DINE_IN'],
        leadMinutes: 0,
        slotMinutes: 0,
        slotOrdersMax: 0,
        horizonDays: 7,
      }),
    );
    const inTokyo = (at: string) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', timeStyle: 'short' }).format(
        new Date(at),
      );

    const dayInTokyo = (at: string) =>
      new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', dateStyle: 'short' }).format(
        new Date(at),
      );

    pages.test(
      'what is for later stays away from the board until it is due, and is counted',
      async () => {
        const [late, soon] = [
          await place({ type: 'PICKUP', requestedFor: inHours(5) }),
          await place({ type: 'PICKUP', requestedFor: inHours(3) }),
        ];
        const now = await place({ type: 'DINE_IN', table: '12' });
        const board = await pages.visit(pages.kitchen, '/console/board');
        await onBoard(board, now).getByText('Dine-in · Table 12').waitFor();
        assert.equal(await onBoard(board, soon).count(), 0);
        const later = board.getByRole('button', { name: /^\d+ for later$/ });
        assert.equal(await later.textContent(), '2 for later');
        await later.click();
        const dialog = board.getByRole('dialog', { name: 'For later' });
        const numbers = await dialog.getByRole('article').getByRole('link').allTextContents();
        assert.deepEqual(numbers, [soon.number, late.number]);
        assert.deepEqual(await listViolations(board), []);
        await board.keyboard.press('Escape');
        // The lead time reaches up to the first, and the board hears of it at once.
        await change({ leadMinutes: 180 });
        await onBoard(board, soon)
          .getByText(inTokyo(inHours(3)), { exact: true })
          .waitFor();
        await board.getByRole('button', { name: '1 for later' }).waitFor();
        await change({ leadMinutes: 480 });
        await onBoard(board, late).waitFor();
        await later.waitFor({ state: 'detached' });
        const column = board.getByRole('region', { name: 'To make' });
        const shown = await column.getByRole('article').getByRole('link').allTextContents();
        assert.deepEqual(shown, [now.number, soon.number, late.number]);
      },
    );

    pages.test('a card shows where the order goes, whom to call and what to mind', async () => {
      await change({ leadMinutes: 40 });
      const order = await place({
        type: 'DELIVERY',
        address,
        contact: { name: 'Ada', phone: '+44 20 7946 0000' },
        instructions: 'Blue door',
      });
      const board = await pages.visit(pages.kitchen, '/console/board');
      const card = onBoard(board, order);
      for (const text of [
        'Delivery',
        'Ada',
        '+442079460000',
        '12 Sea Road, YO21 3PU Whitby',
        'Blue door',
      ]) {
        await card.getByText(text, { exact: true }).waitFor();
      }
      await card.getByText(/^in (41|40|39|38) min$/).waitFor();
      assert.deepEqual(await listViolations(board), []);
    });

    pages.test('the kitchen pauses the shop from the board, which every board shows', async () => {
      const [mine, other] = [
        await pages.visit(pages.kitchen, '/console/board'),
        await pages.visit(pages.admin, '/console/board'),
      ];
      await waitUntilLoaded(other);
      await mine.getByRole('button', { name: 'Pause orders' }).focus();
      await mine.keyboard.press('Enter');
      await mine.getByRole('menuitem', { name: 'For 15 minutes' }).focus();
      await mine.keyboard.press('Enter');
      await mine.getByText(/^Paused until \d\d:\d\d\.$/).waitFor();
      await other.getByText(/^Paused until \d\d:\d\d\.$/).waitFor();
      assert.deepEqual(await listViolations(mine), []);
      const { pausedUntil } = (await pages.admin.get('/api/shop')).json<{ pausedUntil: string }>();
      await mine.getByText(`Paused until ${inTokyo(pausedUntil)}.`).waitFor();
      const minutes = (Date.parse(pausedUntil) - Date.now()) / 60_000;
      assert.ok(minutes > 14 && minutes <= 15, `${minutes} minutes`);
      const refused = await tryToPlace({ type: 'PICKUP' });
      assert.equal(refused.json<{ code: string }>().code, 'orders.shop_paused');

      await mine.getByRole('button', { name: 'Change the pause' }).click();
      await mine.getByRole('menuitem', { name: 'Until I take orders again' }).click();
      await other.getByText('Paused until you take orders again.').waitFor();
      await other.getByRole('button', { name: 'Take orders again' }).click();
      await mine.getByRole('button', { name: 'Pause orders' }).waitFor();
      assert.equal((await tryToPlace({ type: 'PICKUP' })).status, 201);
    });

    pages.test(
      'staff give an order another time, and the page and the history show it',
      async () => {
        const order = await place({ type: 'PICKUP', requestedFor: inHours(5) });
        const page = await pages.visit(pages.kitchen, `/console/orders/${order.id}`);
        await page.getByRole('button', { name: 'Change…' }).click();
        const dialog = page.getByRole('dialog', { name: `Fulfilment of order ${order.number}` });
        const save = dialog.getByRole('button', { name: 'Save' });
        assert.equal(
          await dialog.getByLabel('Time', { exact: true }).inputValue(),
          inTokyo(inHours(5)),
        );
        assert.ok(await save.isDisabled(), 'nothing has changed');
        await setTime(dialog, inHours(6));
        assert.deepEqual(await listViolations(page), []);
        await save.click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText(new RegExp(`, ${inTokyo(inHours(6))}$`)).waitFor();
        await page
          .getByRole('region', { name: 'History' })
          .getByText('Given another time')
          .waitFor();
        const reply = await pages.admin.get(`/api/orders/${order.id}`);
        const { fulfilment } = reply.json<{ fulfilment: { promisedFor: string } }>();
        assert.equal(fulfilment.promisedFor, inHours(6));
      },
    );

    pages.test('a time that is refused comes with the next ones to choose from', async () => {
      await change({ slotMinutes: 60, slotOrdersMax: 1 });
      // The dialog lists the times of one day.
      let first = 5;
      while (dayInTokyo(inHours(first)) !== dayInTokyo(inHours(first + 3))) first += 1;
      const [own, taken, wanted, offered] = [0, 1, 2, 3].map((hours) => inHours(first + hours));
      await place({ type: 'PICKUP', requestedFor: taken! });
      const order = await place({ type: 'PICKUP', requestedFor: own! });
      const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
      await page.getByRole('button', { name: 'Change…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('combobox', { name: 'Time' }).click();
      // The slots as they were before the last place of this one was taken.
      const next = page.getByRole('option', { name: `${inTokyo(wanted!)} · 1 left` });
      await next.waitFor();
      await place({ type: 'PICKUP', requestedFor: wanted! });
      await next.click();
      const [reply] = await Promise.all([
        page.waitForResponse(/\/fulfilment$/),
        dialog.getByRole('button', { name: 'Save' }).click(),
      ]);
      const { title, nextTimes } = (await reply.json()) as { title: string; nextTimes: string[] };
      await dialog.getByRole('alert').getByText(title).waitFor();
      assert.equal(nextTimes[0], offered!);
      assert.deepEqual(await listViolations(page), []);
      await dialog.getByRole('button', { name: inTokyo(offered!) }).click();
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'detached' });
      const changed = await pages.admin.get(`/api/orders/${order.id}`);
      const { fulfilment } = changed.json<{ fulfilment: { promisedFor: string } }>();
      assert.equal(fulfilment.promisedFor, offered!);
    });

    pages.test('staff correct the address, and a refusal appears at its field', async () => {
      const order = await place({ type: 'DELIVERY', address, instructions: 'Blue door' });
      const page = await pages.visit(pages.admin, `/console/orders/${order.id}`);
      await page.getByRole('button', { name: 'Change…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Address').fill('14 Sea Road');
      await dialog.getByLabel('Phone').fill('12');
      await dialog.getByRole('button', { name: 'Save' }).click();
      const phone = dialog.getByLabel('Phone');
      await dialog.getByText(/^This is not a phone number/).waitFor();
      assert.equal(await phone.getAttribute('aria-invalid'), 'true');
      await phone.fill('020 7946 0000');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'detached' });
      for (const text of ['14 Sea Road', '+442079460000', 'Blue door']) {
        await page.getByText(text, { exact: true }).waitFor();
      }
    });

    pages.test(
      'ticket and receipt show for when, where and whom, on the clock of the shop',
      async () => {
        const order = await place({
          type: 'DELIVERY',
          requestedFor: inHours(5),
          address,
          contact: { name: 'Ada', phone: '+44 20 7946 0000' },
          instructions: 'Blue door',
        });
        for (const sheet of ['ticket', 'receipt']) {
          const page = await pages.visit(pages.kitchen, `/console/orders/${order.id}/${sheet}`);
          const text = await page.getByRole('article').innerText();
          for (const part of [
            inTokyo(inHours(5)),
            'Ada',
            '12 Sea Road',
            'YO21 3PU Whitby',
            '+442079460000',
            'Blue door',
          ]) {
            assert.ok(text.includes(part), `${part} on the ${sheet}: ${text}`);
          }
          assert.match(text, /delivery/i);
          assert.deepEqual(await listViolations(page), []);
        }
      },
    );
  });

  /** Fills in a time by the clock of the shop. */
  async function setTime(form: ReturnType<Page['getByRole']>, at: string): Promise<void> {
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(new Date(at));
    await form.getByLabel('Day').fill(day);
    await form
      .getByLabel('Time', { exact: true })
      .fill(
        new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', timeStyle: 'short' }).format(
          new Date(at),
        ),
      );
  }
}
