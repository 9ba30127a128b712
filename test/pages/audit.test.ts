import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { PAGE_LIMIT_DEFAULT } from '../../src/shared/pagination.ts';
import { createSession, type Session } from '../support/session.ts';
import { listViolations, openPages, phone, waitUntilLoaded } from './pages-bench.ts';

/** Who changed what, as an admin finds it in the console. */
const pages = await openPages({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
afterEach(() => pages.closeAll());

const firefox = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0';
const thief = { 'user-agent': firefox, 'x-forwarded-for': '203.0.113.9' };
const small = { ...phone, viewport: { width: 320, height: 700 } };
const pounds = (amount: number) => ({ amount, currency: 'GBP' });

async function send(session: Session, method: string, path: string, body: object, headers = {}) {
  const reply = await session.request(method, path, { body, headers });
  assert.ok(reply.status < 300, reply.text);
  return reply.json<{ id: string; accessToken: string }>();
}

const findRow = (page: Page, hasText: string) => page.getByRole('row').filter({ hasText });

/** Returns the rows of the table of changes, newest first, with the text of each cell. */
async function listRows(where: Page | Locator): Promise<string[][]> {
  const rows = await where.getByRole('table').getByRole('row').all();
  const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').all()));
  const read = async (cell: Locator) => (await cell.innerText()).trim().replaceAll(/\s+/g, ' ');
  return Promise.all(cells.map((row) => Promise.all(row.map(read))));
}

pages.test(
  'a takeover can be told from the audit: who, from where and what, in order',
  async () => {
    const [stolen, other, ally] = [
      await pages.server.asAdmin(),
      await pages.server.asAdmin(),
      await pages.server.signUp(),
    ];
    const dish = await pages.addDish('Stolen Pie');
    const { email, password, userId } = stolen.identity;
    const signedIn = await send(
      pages.server.anonymous,
      'POST',
      '/api/auth/login',
      { email, password },
      thief,
    );
    const { accessToken } = signedIn;
    const session = createSession(pages.server.url, { email, password, userId, accessToken });
    const asThief = (method: string, path: string, body: object) =>
      send(session, method, path, body, thief);
    await asThief('POST', '/api/api-keys', { name: 'Backup', scopes: ['orders:read'] });
    await asThief('PATCH', `/api/products/${dish.id}`, { price: pounds(1) });
    await asThief('PATCH', `/api/users/${ally.identity.userId}`, { role: 'admin' });
    await asThief('PATCH', `/api/users/${other.identity.userId}`, { disabled: true });

    const page = await pages.visit(pages.admin, '/console/audit');
    await waitUntilLoaded(page);
    await page.getByRole('link', { name: email, exact: true }).first().click();
    await page.waitForURL(`**/audit?actor=${userId}`);
    await page.getByRole('row').nth(4).waitFor();
    await page.getByRole('row').nth(5).waitFor({ state: 'detached' });
    const rows = await listRows(page);
    const story = [
      `Access taken away ${other.identity.email} Disabled: before no → , after yes`,
      `Role changed ${ally.identity.email} Role: before customer → , after admin`,
      `Price changed ${dish.name} Price: before £5.00 → , after £0.01`,
      'API key created Backup Name: Backup',
    ];
    assert.equal(rows.length, story.length);
    for (const [index, [, who, what, where]] of rows.entries()) {
      assert.equal(who, `${email} admin`);
      assert.equal(where, '203.0.113.9 Firefox on Android');
      assert.equal(what!.slice(0, story[index]!.length), story[index]);
    }

    const row = findRow(page, 'Price changed');
    assert.equal(await page.getByText(firefox).count(), 0);
    await row.getByRole('button', { name: 'Details' }).click();
    await row.getByText(firefox).waitFor();
    await row
      .getByText(/^[0-9a-f-]{32,36}$/)
      .first()
      .waitFor();
    await row.getByRole('link', { name: dish.name }).click();
    await page.getByRole('heading', { name: dish.name }).waitFor();
  },
);

pages.test('the filters are in the address, and dates are those of the shop', async () => {
  await send(pages.admin, 'PATCH', '/api/shop', { timeZone: 'Pacific/Kiritimati' });
  const group = await send(pages.admin, 'POST', '/api/modifier-groups', {
    name: 'Sauces',
    min: 0,
    max: 1,
    modifiers: [],
  });
  const page = await pages.visit(pages.admin, '/console/audit');
  await waitUntilLoaded(page);
  await page.getByRole('combobox', { name: 'What' }).click();
  await page.getByRole('option', { name: 'Modifier group added' }).click();
  await page.waitForURL('**/audit?type=modifier_group.created');
  const row = findRow(page, 'Sauces');
  await row.waitFor();
  await findRow(page, 'Shop settings changed').first().waitFor({ state: 'detached' });

  // The day of the shop, which is up to 26 hours from the day of other places.
  const [[day]] = (await listRows(page)) as [[string]];
  const shown = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeZone: 'Pacific/Kiritimati',
  });
  assert.ok(
    [0, 86_400_000].some((ms) => day.startsWith(shown.format(Date.now() - ms))),
    day,
  );
  const today = (ms = 0) =>
    new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Kiritimati' }).format(Date.now() + ms);
  await page.getByLabel('From', { exact: true }).fill(today(86_400_000));
  await page.getByText('No matching changes.').waitFor();
  await page.getByLabel('From', { exact: true }).fill(today(-86_400_000));
  await row.waitFor();

  await page.goto(`/console/audit?subject=${group.id}&from=2026-02-31`);
  await page.getByText('“2026-02-31” is not a date.').waitFor();
  await page.getByRole('alert').getByText('must be a valid date and time').waitFor();
  await page.goto(`/console/audit?subject=${group.id}`);
  await row.waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Subject' }).inputValue(), 'Sauces');
  await send(pages.admin, 'PATCH', '/api/shop', { timeZone: 'UTC' });
});

pages.test('further pages of the audit follow on demand', async () => {
  const dish = await pages.addDish('Much Changed Pie');
  for (let price = 1; price <= PAGE_LIMIT_DEFAULT; price += 1) {
    await send(pages.admin, 'PATCH', `/api/products/${dish.id}`, { price: pounds(price) });
  }
  const page = await pages.visit(pages.admin, `/console/audit?subject=${dish.id}`);
  await waitUntilLoaded(page);
  const added = findRow(page, 'Product added');
  assert.equal(await added.count(), 0);
  await page.getByRole('button', { name: 'Show more' }).click();
  await added.waitFor();
  assert.equal((await listRows(page)).length, PAGE_LIMIT_DEFAULT + 1);
});

pages.test('a product has its history, which follows a change made on its page', async () => {
  const dish = await pages.addDish('Pie with a Past');
  const page = await pages.visit(pages.admin, `/console/products/${dish.id}`);
  const history = page.getByRole('region', { name: 'History' });
  await history.getByText('Product added').waitFor();
  await page.getByLabel('Price in GBP').fill('6.5');
  await page.getByRole('button', { name: 'Save' }).click();
  await history.getByText('Price changed').waitFor();
  const [[, who, what]] = (await listRows(history)) as [[string, string, string]];
  assert.equal(who, `${pages.admin.identity.email} admin`);
  assert.equal(what, 'Price changed Price: before £5.00 → , after £6.50 Details');
});

pages.test('people, discounts, endpoints and keys have their history', async () => {
  const customer = await pages.server.signUp();
  const { email, userId } = customer.identity;
  await send(pages.admin, 'PATCH', `/api/users/${userId}`, { vip: true });
  const people = await pages.visit(pages.admin, `/console/people?search=${email}`);
  await people.getByRole('button', { name: `History of ${email}` }).click();
  const dialog = people.getByRole('dialog', { name: `History of ${email}` });
  await dialog.getByText('Made a VIP').waitFor();
  await dialog.getByText('Account created').waitFor();
  assert.deepEqual(await listViolations(people), []);

  const half = { name: 'Half', kind: 'PERCENT', percent: '50', scope: 'ORDER', code: 'HALF' };
  await send(pages.admin, 'POST', '/api/discounts', half);
  const discounts = await pages.visit(pages.admin, '/console/prices/discounts');
  const card = discounts.getByRole('article', { name: 'Half' });
  await card.getByRole('button', { name: 'More actions' }).click();
  await discounts.getByRole('menuitem', { name: 'Show the history' }).click();
  await card.getByText('Discount added').waitFor();

  const till = { name: 'Till', scopes: ['orders:read'] };
  await send(pages.admin, 'POST', '/api/api-keys', till);
  const url = 'http://127.0.0.1:9999/hook';
  await send(pages.admin, 'POST', '/api/webhook-endpoints', { url, eventTypes: ['*'] });
  const webhooks = await pages.visit(pages.admin, '/console/work/webhooks');
  const region = webhooks.getByRole('region', { name: url });
  await region.getByRole('button', { name: 'Show the history' }).click();
  await region.getByText('Webhook endpoint added').waitFor();
  assert.deepEqual(await listViolations(webhooks), []);

  const keys = await pages.visit(pages.admin, '/console/audit?type=api_key.created');
  await findRow(keys, 'Till').getByRole('link', { name: 'Till' }).click();
  await keys.waitForURL('**/console/keys');
  await keys.getByRole('button', { name: 'History of Till' }).click();
  const ofTill = keys.getByRole('dialog', { name: 'History of Till' });
  await ofTill.getByText('API key created').waitFor();
  assert.deepEqual(await listViolations(keys), []);
});

pages.test('a person who takes the name of another is told apart by the address', async () => {
  const thief = await pages.server.asAdmin();
  const victim = pages.admin.identity.email;
  await send(thief, 'PATCH', '/api/auth/profile', { name: victim });
  const { id } = await pages.addDish('Pie of Another');
  await send(thief, 'PATCH', `/api/products/${id}`, { price: pounds(1) });
  const page = await pages.visit(pages.admin, `/console/audit?subject=${id}`);
  await findRow(page, 'Price changed').waitFor();
  const [[, changed], [, added]] = (await listRows(page)) as [string[], string[]];
  assert.equal(changed, `${victim} ${thief.identity.email} admin`);
  assert.equal(added, `${victim} admin`);
});

pages.test('a key that was taken over names both holders, whatever they are now', async () => {
  const leaver = await pages.server.asAdmin();
  const made = { name: 'Taken', scopes: ['orders:read'], expiresAt: 'never' };
  const { id } = await send(leaver, 'POST', '/api/api-keys', made);
  const change = { role: 'customer', keys: 'take' };
  await send(pages.admin, 'PATCH', `/api/users/${leaver.identity.userId}`, change);
  const page = await pages.visit(pages.admin, `/console/audit?subject=${id}`);
  const [from, to] = [leaver.identity.email, pages.admin.identity.email];
  await findRow(page, 'API key given to somebody else').getByText(from).waitFor();
  const [[, , taken], [, , created]] = (await listRows(page)) as [string[], string[]];
  assert.ok(taken!.includes(`Held by: before ${from} → , after ${to}`), taken);
  assert.ok(created!.includes('Expires: never'), created);
});

pages.test('an admin sees who paused the shop, and its history', async () => {
  const { email } = pages.kitchen.identity;
  await send(pages.kitchen, 'PATCH', '/api/shop', { acceptingOrders: false });
  const page = await pages.visit(pages.admin, '/console/shop');
  await page.getByText(`Paused by ${email} (kitchen) at`).waitFor();
  const board = await pages.visit(pages.admin, '/console/board');
  await board.getByText(`Paused by ${email} (kitchen) at`).waitFor();
  await page.getByRole('link', { name: 'History' }).click();
  await findRow(page, 'Shop paused').waitFor();
  assert.equal(await page.getByRole('combobox', { name: 'Subject' }).inputValue(), 'Shop');
  await send(pages.kitchen, 'PATCH', '/api/shop', { acceptingOrders: true });
});

pages.test('kitchen has no audit', async () => {
  const page = await pages.visit(pages.kitchen, '/console/audit');
  await page.getByRole('heading', { name: 'Page not found.' }).waitFor();
});

pages.test('on a phone rows become blocks, remain a table, and fit', async () => {
  const arabic = 'فطيرة بالجبن';
  const longName = `Pie-${'o'.repeat(80)}`;
  const product = { sku: 'WIDE', name: longName, price: pounds(500), category: arabic };
  const { id } = await send(pages.admin, 'POST', '/api/products', product);
  await send(pages.admin, 'PATCH', `/api/products/${id}`, { name: arabic });
  const page = await pages.visit(pages.admin, `/console/audit?subject=${id}`, small);
  await waitUntilLoaded(page);
  await findRow(page, 'Product added').waitFor();
  await page.getByRole('button', { name: 'Details' }).last().click();
  const [[, who, what, where]] = (await listRows(page)) as [[string, string, string, string]];
  assert.equal(who, `${pages.admin.identity.email} admin`);
  assert.ok(what.startsWith(`Name changed ${arabic} Name: before ${longName}`), what);
  assert.equal(where, '127.0.0.1 node');
  const excess = 'document.documentElement.scrollWidth - innerWidth';
  assert.equal(await page.evaluate<number>(excess), 0);
  assert.deepEqual(await listViolations(page), []);
});
