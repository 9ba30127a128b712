import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import type { Page } from 'playwright-core';
import { within } from '../support/patience.ts';
import { until } from '../support/until.ts';
import { listViolations, openPages, phone, waitUntilLoaded } from './pages-bench.ts';

/** Orders that staff take on the telephone, on the built console in a real browser. */
const pages = await openPages();
afterEach(() => pages.closeAll());

interface ShownOrder {
  readonly id: string;
  readonly status: string;
  readonly customer: {
    readonly name: string;
    readonly email: string | null;
    readonly phone: string | null;
    readonly guest: boolean;
  };
  readonly fulfilment: {
    readonly type: string;
    readonly requestedFor: string | null;
    readonly promisedFor: string;
  };
  readonly items: readonly { readonly modifiers: readonly { readonly code: string }[] }[];
}

async function changeShop(change: object): Promise<void> {
  const reply = await pages.admin.patch('/api/shop', change);
  assert.equal(reply.status, 200, reply.text);
}

const always = {
  fulfilmentTypes: ['PICKUP'],
  openingHours: null,
  acceptingOrders: true,
  leadMinutes: 0,
  slotMinutes: 0,
  slotOrdersMax: 0,
};

async function openPage(device?: typeof phone): Promise<Page> {
  const page = await pages.visit(pages.admin, '/console/new-order', device);
  await waitUntilLoaded(page);
  return page;
}

const orderOf = (page: Page) => page.getByRole('region', { name: 'Order', exact: true });

/** Places the order, and returns it as the server has it. */
async function place(page: Page): Promise<ShownOrder> {
  const [reply] = await Promise.all([
    page.waitForResponse(
      (response) =>
        response.url().endsWith('/api/orders') && response.request().method() === 'POST',
    ),
    orderOf(page)
      .getByRole('button', { name: /^Place the order/ })
      .click(),
  ]);
  const text = await within('reading the reply in the browser', reply.text());
  assert.equal(reply.status(), 201, text);
  await page.getByRole('heading', { name: /^Order .* is placed$/ }).waitFor();
  const { id } = JSON.parse(text) as { id: string };
  return (await pages.admin.get(`/api/orders/${id}`)).json<ShownOrder>();
}

describe('taking orders on the telephone', () => {
  pages.test('a guest orders for a slot, with modifiers, and the order is confirmed', async () => {
    await changeShop({ ...always, slotMinutes: 30, slotOrdersMax: 2, leadMinutes: 10 });
    const dish = await pages.addDish('Called Pie');
    const group = await pages.admin.post('/api/modifier-groups', {
      name: 'Heat',
      min: 1,
      max: 1,
      modifiers: [
        { code: 'CALLED-MILD', name: 'Mild', price: { amount: 0, currency: 'GBP' } },
        { code: 'CALLED-HOT', name: 'Hot', price: { amount: 50, currency: 'GBP' } },
      ],
    });
    await pages.admin.patch(`/api/products/${dish.id}`, {
      modifierGroupIds: [group.json<{ id: string }>().id],
    });
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByLabel('Phone').fill('+44 20 7946 0018');
    const search = page.getByLabel('Search the menu');
    await search.fill(dish.name);
    await search.press('Enter');
    const dialog = page.getByRole('dialog', { name: dish.name });
    await dialog.getByText('Choose one of “Heat”.').waitFor();
    assert.deepEqual(await listViolations(page), [], 'the choice of modifiers');
    await dialog.getByLabel(/^Hot/).check();
    await dialog.getByRole('button', { name: 'Add to the order' }).click();
    await orderOf(page)
      .getByRole('button', { name: `One more ${dish.name}` })
      .click();
    await orderOf(page).getByRole('button', { name: 'Place the order · £11.00' }).waitFor();
    await page.getByText('For later', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Day' }).click();
    await page.getByRole('option').nth(1).click();
    const noon = page.getByRole('group', { name: 'Times' }).getByRole('button', { name: '12:00' });
    await noon.getByText('2 left').waitFor();
    await noon.click();
    assert.deepEqual(await listViolations(page), [], 'a complete order');
    const order = await place(page);
    assert.equal(order.status, 'CONFIRMED');
    assert.deepEqual(
      [order.customer.name, order.customer.phone, order.customer.email, order.customer.guest],
      ['Ada', '+442079460018', null, true],
    );
    assert.match(order.fulfilment.promisedFor, /T12:00:00.000Z$/);
    assert.equal(order.fulfilment.requestedFor, order.fulfilment.promisedFor);
    assert.equal(order.items[0]!.modifiers[0]!.code, 'CALLED-HOT');
    assert.deepEqual(await listViolations(page), [], 'a placed order');
    await page.getByRole('button', { name: 'Take the next order' }).click();
    assert.equal(await page.getByLabel('Phone').inputValue(), '', 'the next order is a new one');
  });

  pages.test('a link with the token in its fragment opens the order for its guest', async () => {
    await changeShop(always);
    const dish = await pages.addDish('Linked Pie');
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Sam');
    await page.getByRole('button', { name: dish.name }).click();
    await orderOf(page).getByLabel('By link').check();
    const order = await place(page);
    assert.equal(order.status, 'PENDING');
    const link = new URL(await page.getByLabel('Link for the customer').inputValue());
    assert.equal(`${link.pathname}${link.search}`, '/shop', 'no server sees the token');
    const [, id, token] = /^#\/orders\/(.*)\?token=(.*)$/.exec(link.hash) ?? [];
    assert.equal(id, order.id);
    const seen = await fetch(`${pages.server.url}/api/orders/${id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(seen.status, 200);
    assert.deepEqual(await listViolations(page), []);
    await page.getByRole('button', { name: 'Confirm (paid at the counter)' }).click();
    await page.getByText('Confirmed', { exact: true }).waitFor();
    await page.getByLabel('Link for the customer').waitFor({ state: 'detached' });
  });

  pages.test('an order that the customer pays by the link is shown as confirmed', async () => {
    await changeShop(always);
    const dish = await pages.addDish('Paid Pie');
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Sam');
    await page.getByRole('button', { name: dish.name }).click();
    await orderOf(page).getByLabel('By link').check();
    await place(page);
    const link = await page.getByLabel('Link for the customer').inputValue();
    const customer = await pages.visit(null, link, phone);
    await customer.getByRole('button', { name: 'Pay £5.00' }).click();
    await customer.waitForURL(/\/sandbox\//);
    await customer.getByRole('button', { name: 'Pay £5.00' }).click();
    await page.getByText('Confirmed', { exact: true }).waitFor();
    await page.getByLabel('Link for the customer').waitFor({ state: 'detached' });
  });

  pages.test('a closed shop says when it opens, and takes the order for then', async () => {
    // Open on one day of the week, two days from now.
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const day = days[(new Date().getUTCDay() + 2) % 7]!;
    await changeShop({ ...always, openingHours: { [day]: [['11:00', '14:00']] } });
    const dish = await pages.addDish('Early Pie');
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByRole('button', { name: dish.name }).click();
    await orderOf(page)
      .getByText(/^It opens at .* 11:00\.$/)
      .waitFor();
    assert.ok(
      await orderOf(page)
        .getByRole('button', { name: /^Place/ })
        .isDisabled(),
    );
    assert.deepEqual(await listViolations(page), []);
    await orderOf(page)
      .getByRole('group', { name: 'Times that can be chosen' })
      .getByRole('button')
      .click();
    await orderOf(page)
      .getByText(/^It opens at/)
      .waitFor({ state: 'detached' });
    const order = await place(page);
    assert.match(order.fulfilment.promisedFor, /T11:00:00.000Z$/);
  });

  pages.test('a paused shop takes an order by an override with a reason', async () => {
    await changeShop({ ...always, acceptingOrders: false });
    const dish = await pages.addDish('Urgent Pie');
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByRole('button', { name: dish.name }).click();
    await orderOf(page).getByLabel('Take the order anyway').check();
    await orderOf(page).getByText('Enter why the order is taken.').waitFor();
    assert.ok(
      await orderOf(page)
        .getByRole('button', { name: /^Place/ })
        .isDisabled(),
    );
    assert.deepEqual(await listViolations(page), []);
    await orderOf(page).getByLabel('Reason').fill('A regular');
    const { id } = await place(page);
    const history = await pages.admin.get(`/api/orders/${id}/history`);
    const { data } = history.json<{ data: { type: string; reason: string | null }[] }>();
    assert.equal(data.find(({ type }) => type === 'order.placed')?.reason, 'A regular');
    await changeShop(always);
  });

  pages.test('a slot that fills meanwhile offers the next times as buttons', async () => {
    await changeShop({ ...always, slotMinutes: 60, slotOrdersMax: 1 });
    const dish = await pages.addDish('Scarce Pie');
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByRole('button', { name: dish.name }).click();
    await page.getByText('For later', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Day' }).click();
    await page.getByRole('option').nth(2).click();
    await page.getByRole('group', { name: 'Times' }).getByRole('button', { name: '15:00' }).click();
    const button = orderOf(page).getByRole('button', { name: 'Place the order · £5.00' });
    await until(async () => assert.ok(await button.isEnabled()));
    const day = new Date(Date.now() + 2 * 24 * 60 * 60_000).toISOString().slice(0, 10);
    const taken = await (await pages.server.signUp()).post('/api/orders', {
      items: [{ sku: dish.sku, quantity: 1 }],
      fulfilment: { type: 'PICKUP', requestedFor: `${day}T15:00:00.000Z` },
    });
    assert.equal(taken.status, 201, taken.text);
    await button.click();
    const times = orderOf(page).getByRole('group', { name: 'Times that can be chosen' });
    await times.getByRole('button', { name: '16:00' }).click();
    const order = await place(page);
    assert.equal(order.fulfilment.promisedFor, `${day}T16:00:00.000Z`);
  });

  pages.test('an order whose reply is lost is placed once', async () => {
    await changeShop(always);
    const dish = await pages.addDish('Lost Pie');
    const page = await openPage();
    await page.getByLabel('Name', { exact: true }).fill('Ada');
    await page.getByRole('button', { name: dish.name }).click();
    const keys: (string | undefined)[] = [];
    await page.route(/\/api\/orders$/, async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      const response = await route.fetch();
      // The server has placed it; nothing of it arrives.
      if (keys.length <= 4) await route.abort();
      else await route.fulfill({ response });
    });
    const button = orderOf(page).getByRole('button', { name: 'Place the order · £5.00' });
    await button.click();
    await orderOf(page).getByRole('alert').waitFor();
    const order = await place(page);
    assert.equal(new Set(keys).size, 1);
    const list = await pages.admin.get(`/api/orders?sku=${dish.sku}`);
    assert.deepEqual(
      list.json<{ data: { id: string }[] }>().data.map(({ id }) => id),
      [order.id],
    );
  });

  pages.test('a refused field has the words of the server, and nothing typed is lost', async () => {
    await changeShop(always);
    const dish = await pages.addDish('Refused Pie');
    const page = await openPage();
    await page.getByLabel('Phone').fill('12');
    await page.getByRole('button', { name: dish.name }).click();
    const [reply] = await Promise.all([
      page.waitForResponse(/\/api\/orders$/),
      orderOf(page).getByRole('button', { name: 'Place the order · £5.00' }).click(),
    ]);
    const { errors } = (await reply.json()) as { errors: { pointer: string; detail: string }[] };
    assert.deepEqual(
      errors.map(({ pointer }) => pointer),
      ['/guest/phone'],
    );
    await page.locator('.mantine-InputWrapper-error').getByText(errors[0]!.detail).waitFor();
    assert.equal(await page.getByLabel('Phone').getAttribute('aria-invalid'), 'true');
    assert.deepEqual(await listViolations(page), []);
    await page.getByLabel('Phone').fill('+44 20 7946 0018');
    await place(page);
  });

  pages.test('an order for a customer with an account is theirs', async () => {
    await changeShop(always);
    const dish = await pages.addDish('Known Pie');
    const customer = await pages.server.signUp();
    const page = await openPage(phone);
    await page.getByText('Customer with an account').click();
    await page.getByRole('combobox', { name: 'Customer' }).fill(customer.identity.email);
    await page.getByRole('option', { name: customer.identity.email }).click();
    assert.deepEqual(await listViolations(page), []);
    await page.getByRole('button', { name: dish.name }).click();
    const { id } = await place(page);
    const own = await customer.get(`/api/orders/${id}`);
    assert.equal(own.status, 200);
  });
});
