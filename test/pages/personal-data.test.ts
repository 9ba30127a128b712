import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, describe } from 'node:test';
import type { Page } from 'playwright-core';
import { PASSWORD, signUpInShop } from './customers.ts';
import {
  listSmallTargets,
  listViolations,
  openPages,
  phone,
  waitUntilLoaded,
} from './pages-bench.ts';
import { ageProof, createStaff, openAccount } from './staff.ts';

/** What the shop keeps of a person: given out and erased, as admins and the person themself do it. */
const pages = await openPages({
  host: 'localhost',
  environment: { LOG_SEAL_SECONDS: '0.2', GUEST_CHECKOUT: 'true' },
});
afterEach(() => pages.closeAll());

/** Presses a button that saves a file, and returns what is in it. */
async function save(page: Page, press: () => Promise<void>): Promise<Record<string, unknown>> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  assert.match(download.suggestedFilename(), /^personal-data-[0-9a-f-]{36}\.json$/);
  return JSON.parse(await readFile(await download.path(), 'utf8')) as Record<string, unknown>;
}

async function openPeople(email: string): Promise<Page> {
  const page = await pages.visit(pages.admin, `/console/people?search=${email}`, phone);
  await page.getByRole('button', { name: `More about ${email}` }).waitFor();
  return page;
}

async function openErasure(page: Page, email: string) {
  await page.getByRole('button', { name: `More about ${email}` }).click();
  await page.getByRole('menuitem', { name: 'Erase…' }).click();
  const dialog = page.getByRole('dialog', { name: `Erase ${email}?` });
  await dialog.waitFor();
  return dialog;
}

describe('an admin', () => {
  pages.test('exports what is kept of a person, which the audit tells', async () => {
    const { email } = (await pages.server.signUp()).identity;
    const page = await openPeople(email);
    const document = await save(page, async () => {
      await page.getByRole('button', { name: `More about ${email}` }).click();
      await page.getByRole('menuitem', { name: 'Export personal data' }).click();
    });
    assert.ok(JSON.stringify(document.accounts).includes(email));
    await page.getByRole('button', { name: `History of ${email}` }).click();
    await page.getByRole('dialog').getByText('Personal data exported').waitFor();
  });

  pages.test('erases a person once their orders have ended, and these still add up', async () => {
    const dish = await pages.addDish('Erased Pie', 10, 750);
    const customer = await pages.server.signUp();
    const { email } = customer.identity;
    const order = await pages.order(customer, dish, 2);
    const page = await openPeople(email);
    const dialog = await openErasure(page, email);
    await dialog.getByText('Nobody can bring them back.').waitFor();
    assert.deepEqual(await listViolations(page), []);
    assert.deepEqual(await listSmallTargets(page), []);
    const reason = dialog.getByLabel('Reason');
    await reason.and(page.locator(':focus')).waitFor();
    await reason.fill('They asked for it in person.');
    const erase = dialog.getByRole('button', { name: 'Erase for good' });
    await erase.click();
    await dialog.getByText('They have open business with the shop').waitFor();
    assert.deepEqual(await listViolations(page), []);
    await dialog.getByRole('link', { name: `Order ${order.number}` }).click();
    await page.getByRole('heading', { name: order.number }).waitFor();
    await page.getByText(email).first().waitFor();
    const cancelled = await pages.admin.post(`/api/orders/${order.id}/cancel`, {});
    assert.equal(cancelled.status, 200, cancelled.text);

    await page.goBack();
    const again = await openErasure(page, email);
    await again.getByLabel('Reason').fill(`A letter of ${email}`);
    await again.getByRole('button', { name: 'Erase for good' }).click();
    await again.getByText('It stays in the audit, so it must not say who the person is.').waitFor();
    await again.getByLabel('Reason').fill('They asked for it in person.');
    await again.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('The person has been erased.').waitFor();
    await page.getByText('No matching people.').waitFor();

    await page.goto(`/console/orders/${order.id}`);
    await page.getByText('£15.00').first().waitFor();
    await page.getByText('Personal data removed').waitFor();
    await page.getByText('No name').waitFor();
    await page.getByRole('link', { name: 'Their orders' }).waitFor();
    assert.equal(await page.getByText(email).count(), 0);
    await page.goto('/console/audit?type=user.erased');
    const row = page.getByRole('row').filter({ hasText: 'Person erased' });
    await row.getByText('They asked for it in person.').waitFor();
  });

  pages.test('does not erase themself, nor without a fresh proof', async () => {
    const member = await createStaff(pages);
    const { email } = (await pages.server.signUp()).identity;
    const page = await openAccount(pages, member);
    await page.goto(`/console/people?search=${member.email}`);
    await page.getByRole('button', { name: `More about ${member.email}` }).click();
    await page.getByRole('menuitem', { name: 'Sessions' }).waitFor();
    assert.equal(await page.getByRole('menuitem', { name: 'Erase…' }).count(), 0);

    await page.goto(`/console/people?search=${email}`);
    const dialog = await openErasure(page, email);
    await dialog.getByLabel('Reason').fill('They asked for it.');
    await ageProof(pages, page, member);
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await proof.waitFor();
    await page.keyboard.press('Escape');
    await proof.waitFor({ state: 'detached' });
    assert.equal(await dialog.getByLabel('Reason').inputValue(), 'They asked for it.');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await proof.getByRole('textbox', { name: 'Password' }).fill(member.password);
    await proof.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The person has been erased.').waitFor();
  });

  pages.test('says what becomes of the API keys that the person holds', async () => {
    const leaver = await pages.server.asAdmin();
    const { email } = leaver.identity;
    const created = await leaver.post('/api/api-keys', { name: 'Left', scopes: ['orders:read'] });
    assert.equal(created.status, 201, created.text);
    const page = await openPeople(email);
    const dialog = await openErasure(page, email);
    await dialog.getByLabel('Reason').fill('They left the shop.');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    const keys = page.getByRole('dialog', { name: 'This user holds API keys' });
    await keys.getByText('Left').waitFor();
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    assert.equal(await dialog.getByLabel('Reason').inputValue(), 'They left the shop.');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await keys.getByRole('button', { name: 'End the keys' }).click();
    await page.getByText('The person has been erased.').waitFor();
  });
});

describe('a customer', () => {
  pages.test(
    'who was erased has an open tab that shows nothing of them, and no session',
    async () => {
      const { page, email } = await signUpInShop(pages, '/account');
      await page.getByText(email).first().waitFor();
      const profile = await page.request.get('/api/auth/profile');
      const { id } = (await profile.json()) as { id: string };
      const erased = await pages.admin.post(`/api/users/${id}/erase`, { reason: 'They asked.' });
      assert.equal(erased.status, 200, erased.text);
      await page.getByRole('button', { name: 'Download my data' }).click();
      await page.getByRole('alert').getByText('Your session has ended.').waitFor();
      assert.equal(await page.getByText(email).count(), 0);
      const cookies = (await page.context().cookies()).map(({ name }) => name);
      assert.deepEqual(cookies, ['holdfast_device']);
      await page.reload();
      await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    },
  );

  pages.test('downloads their data after a fresh proof', async () => {
    const { page, email } = await signUpInShop(pages, '/account');
    await page.getByRole('button', { name: 'Download my data' }).waitFor();
    assert.deepEqual(await listViolations(page), []);
    await pages.server.database.run(
      'test.age_proofs',
      `update refresh_families set authenticated_at = authenticated_at - interval '1 hour'
        where user_id = (select id from users where email = $1::text)`,
      [email],
    );
    await page.context().clearCookies({ name: 'holdfast_access' });
    const document = await save(page, async () => {
      await page.getByRole('button', { name: 'Download my data' }).click();
      const proof = page.getByRole('dialog', { name: 'Confirm that it is you' });
      await proof.getByLabel('Password').fill(PASSWORD);
      await proof.getByRole('button', { name: 'Confirm' }).click();
    });
    assert.ok(JSON.stringify(document.accounts).includes(email));
  });

  pages.test('asks for erasure, which admins see with its due day, and withdraws it', async () => {
    const { page, email } = await signUpInShop(pages, '/account');
    await page.getByRole('button', { name: 'Ask for erasure' }).click();
    const dialog = page.getByRole('dialog', { name: 'Ask for your data to be erased?' });
    await dialog.getByText('Nobody can undo it.').waitFor();
    assert.deepEqual(await listViolations(page), []);
    assert.deepEqual(await listSmallTargets(page), []);
    await dialog.getByRole('button', { name: 'Ask for erasure' }).click();
    await page.getByText('You have asked for your data to be erased.').waitFor();
    assert.deepEqual(await listViolations(page), []);

    const console = await pages.visit(pages.admin, '/console/people', phone);
    const requests = console.getByRole('region', { name: 'Asked to be erased' });
    const row = requests.getByRole('row').filter({ hasText: email });
    await row.getByText(/\b20\d\d\b/).waitFor();
    await waitUntilLoaded(console);
    assert.deepEqual(await listViolations(console), []);
    assert.deepEqual(await listSmallTargets(console), []);
    const isWider = 'document.documentElement.scrollWidth > innerWidth';
    assert.equal(await console.evaluate<boolean>(isWider), false);
    assert.equal(await row.getByText('Overdue').count(), 0);
    await pages.server.database.run(
      'test.let_request_fall_due',
      "update erasures set requested_at = requested_at - interval '60 days', due_at = due_at - interval '60 days' where user_id = (select id from users where email = $1::text)",
      [email],
    );
    await console.reload();
    await row.getByText('Overdue').waitFor();

    await page.getByRole('button', { name: 'Withdraw the request' }).click();
    await page.getByRole('button', { name: 'Ask for erasure' }).waitFor();
    await console.reload();
    await waitUntilLoaded(console);
    assert.equal(await row.count(), 0);
  });
});

pages.test('staff have the same on the page of their account', async () => {
  const member = await createStaff(pages, 'kitchen');
  const page = await openAccount(pages, member, phone);
  const part = page.getByRole('region', { name: 'Your data' });
  const document = await save(page, () =>
    part.getByRole('button', { name: 'Download my data' }).click(),
  );
  assert.ok(JSON.stringify(document.accounts).includes(member.email));
  await part.getByRole('button', { name: 'Ask for erasure…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Ask for your data to be erased?' });
  assert.deepEqual(await listViolations(page), []);
  await dialog.getByRole('button', { name: 'Ask for erasure' }).click();
  await part.getByText(/^You asked on .* That is due by/).waitFor();
  await part.getByRole('button', { name: 'Withdraw the request' }).click();
  await part.getByRole('button', { name: 'Ask for erasure…' }).waitFor();
});

pages.test('the data of a guest are exported and erased on the page of their order', async () => {
  const dish = await pages.addDish('Guest Pie');
  const email = 'guest.of.the.pie@example.com';
  const placed = await pages.server.anonymous.post('/api/orders', {
    items: [{ sku: dish.sku, quantity: 1 }],
    guest: { email, name: 'Guest of the Pie' },
  });
  assert.equal(placed.status, 201, placed.text);
  const { id } = placed.json<{ id: string }>();
  const cancelled = await pages.admin.post(`/api/orders/${id}/cancel`, {});
  assert.equal(cancelled.status, 200, cancelled.text);
  const page = await pages.visit(pages.admin, `/console/orders/${id}`, phone);
  const document = await save(page, () =>
    page.getByRole('button', { name: 'Export data of Guest of the Pie' }).click(),
  );
  assert.ok(JSON.stringify(document).includes(email));
  assert.deepEqual(await listSmallTargets(page), []);
  await page.getByRole('button', { name: 'Erase Guest of the Pie…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase Guest of the Pie?' });
  await dialog.getByLabel('Reason').fill('They asked for it.');
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await page.getByText('The person has been erased.').waitFor();
  await page.getByText('Guest of the Pie').first().waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('button', { name: /^Erase/ }).count(), 0);
});

pages.test('the audit says until when it is sealed', async () => {
  const page = await pages.visit(pages.admin, '/console/audit', phone);
  await page.getByText(/^Sealed up to .*, seal [\d,]+$/).waitFor();
  assert.deepEqual(await listViolations(page), []);
});

pages.test('the audit does not say that somebody who was erased was at this server', async () => {
  const customer = await pages.server.signUp();
  const { userId } = customer.identity;
  const asked = await customer.post('/api/auth/erase-request', {});
  assert.equal(asked.status, 202, asked.text);
  const erased = await pages.admin.post(`/api/users/${userId}/erase`, { reason: 'They asked.' });
  assert.equal(erased.status, 200, erased.text);
  const page = await pages.visit(pages.admin, `/console/audit?actor=${userId}`);
  const row = page.getByRole('row').filter({ hasText: 'Asked to be erased' });
  await row.getByText('not kept').waitFor({ timeout: 20_000 });
  assert.equal(await page.getByText('this server').count(), 0);
});
