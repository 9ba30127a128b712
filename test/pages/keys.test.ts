import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { query } from '../support/until.ts';
import { openPages } from './pages-bench.ts';

const pages = await openPages();
afterEach(() => pages.closeAll());

async function makeKey(session: { post: typeof pages.admin.post }, name: string) {
  const reply = await session.post('/api/api-keys', { name, scopes: ['orders:read'] });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<{ id: string }>();
}

const openKeys = () => pages.visit(pages.admin, '/console/keys');

describe('API keys in the console', () => {
  pages.test('a key is created with a chosen end, and its secret is shown once', async () => {
    const page = await openKeys();
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Till one');
    await dialog.getByRole('combobox', { name: 'Scopes' }).fill('orders:read');
    await page.getByRole('option', { name: 'orders:read' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('combobox', { name: 'Ends' }).click();
    await page.getByRole('option', { name: 'Never' }).click();
    await dialog.getByRole('alert').getByText('A key that never ends').waitFor();
    await dialog.getByRole('combobox', { name: 'Ends' }).click();
    await page.getByRole('option', { name: 'In a year' }).click();
    await dialog.getByRole('button', { name: 'Create the key' }).click();
    await dialog.getByText(/^hf_/).waitFor();
    await dialog.getByRole('button', { name: 'I have it' }).click();
    const row = page.getByRole('row').filter({ hasText: 'Till one' });
    await row.getByText(pages.admin.identity.email).waitFor();
    await row.getByText(/in 364 days/).waitFor();
    assert.equal(await page.getByText(/^hf_\S{20}/).count(), 0);
  });

  pages.test('a date further away than a year is refused at its field', async () => {
    const page = await openKeys();
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Till two');
    await dialog.getByRole('combobox', { name: 'Scopes' }).fill('orders:read');
    await page.getByRole('option', { name: 'orders:read' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('combobox', { name: 'Ends' }).click();
    await page.getByRole('option', { name: 'On a date…' }).click();
    await dialog.getByLabel('Last day').fill('2999-01-01');
    await dialog.getByRole('button', { name: 'Create the key' }).click();
    await dialog.getByText('A key lasts at most a year.', { exact: false }).waitFor();
  });

  pages.test('keys that end soon and keys that never end stand out', async () => {
    const { id } = await makeKey(pages.admin, 'Old till');
    await query(
      pages.databaseUrl,
      `update api_keys set expires_at = now() + interval '13 days' where id = '${id}'`,
    );
    const page = await openKeys();
    const row = page.getByRole('row').filter({ hasText: 'Old till' });
    await row.getByText('Ends soon').waitFor();
  });

  for (const [button, isLeft] of [
    ['End the keys', false],
    ['Take the keys over', true],
  ] as const) {
    pages.test(`disabling an admin with keys asks first: ${button}`, async () => {
      const other = await pages.server.asAdmin();
      const { email } = other.identity;
      const name = `Key of ${email.slice(0, 8)}`;
      await makeKey(other, name);
      const page = await pages.visit(pages.admin, '/console/people');
      await page.getByLabel('Search').fill(email);
      const mayRow = page.getByRole('row').filter({ hasText: email });
      const may = mayRow.getByRole('switch', { name: /may sign in/ });
      await may.click();
      const dialog = page.getByRole('dialog', { name: 'This user holds API keys' });
      await dialog.getByText(name).waitFor();
      await dialog.getByRole('button', { name: button }).click();
      await dialog.waitFor({ state: 'detached' });
      await mayRow
        .locator('input[role=switch]:not(:checked)')
        .nth(1)
        .waitFor({ state: 'attached' });
      const keys = await openKeys();
      await keys.getByRole('heading', { name: 'API keys' }).waitFor();
      await keys.getByRole('row').nth(1).waitFor();
      const rows = keys.getByRole('row').filter({ hasText: name });
      assert.equal(await rows.count(), isLeft ? 1 : 0);
      if (isLeft) await rows.getByText(`held by ${pages.admin.identity.email}`).waitFor();
    });
  }
});
