import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { Session } from '../support/session.ts';
import { until } from '../support/until.ts';
import { listViolations, type Pages } from './pages-bench.ts';

/** What a shop sets up for its prices, as an admin does it in the console. */
export function pricingTests(pages: Pages): void {
  const open = (tab: string) => pages.visit(pages.admin, `/console/prices/${tab}`);
  const create = async <Reply>(path: string, body: object, who: Session = pages.admin) => {
    const reply = await who.post(path, body);
    assert.equal(reply.status, 201, reply.text);
    return reply.json<Reply>();
  };
  /** Opens the form for a new rule. */
  const openNew = async (page: Page, what: string): Promise<Locator> => {
    await page.getByRole('button', { name: `New ${what}` }).click();
    return page.getByRole('dialog', { name: `New ${what}` });
  };

  describe('prices', () => {
    pages.test('a tax rate is added, changed, switched off and deleted', async () => {
      await pages.addDish('Taxed Pie');
      const page = await open('taxes');
      await page.getByText('Prices include tax.').waitFor();
      const dialog = await openNew(page, 'tax rate');
      await dialog.getByLabel('Name').fill('City tax');
      await dialog.getByLabel('Percentage').fill('8.8750 %');
      await dialog.getByText('That is 8.875%.').waitFor();
      await dialog.getByRole('combobox', { name: 'Tax category' }).fill('city');
      await dialog.getByLabel('Dine-in').check();
      await dialog.getByRole('button', { name: 'Add the tax rate' }).click();
      const card = page.getByRole('article', { name: 'City tax' });
      await card.getByText('8.875%', { exact: true }).waitFor();
      await card.getByText('Category city · Dine-in').waitFor();

      await card.getByRole('button', { name: 'Edit City tax' }).click();
      const edit = page.getByRole('dialog', { name: 'Change the tax rate' });
      await edit.getByLabel('Percentage').fill('9');
      await edit.getByRole('button', { name: 'Save' }).click();
      await card.getByText('9%', { exact: true }).waitFor();
      await card.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Switch off' }).click();
      await card.getByText('Switched off').waitFor();
      page.on('dialog', (question) => question.accept());
      await card.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await card.waitFor({ state: 'detached' });
    });

    pages.test('a refusal appears at its field, in the words of the server', async () => {
      await create('/api/tax-rates', { name: 'Island tax', percent: '3', taxCategory: 'island' });
      const page = await open('taxes');
      const dialog = await openNew(page, 'tax rate');
      await dialog.getByLabel('Name').fill('Other island tax');
      await dialog.getByLabel('Percentage').fill('100.1');
      await dialog.getByText('Enter at most 100%.').waitFor();
      await dialog.getByLabel('Percentage').fill('4');
      await dialog.getByRole('combobox', { name: 'Tax category' }).fill('island');
      const [reply] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        dialog.getByRole('button', { name: 'Add the tax rate' }).click(),
      ]);
      const { title } = (await reply.json()) as { title: string };
      const field = dialog.getByRole('combobox', { name: 'Tax category' });
      await dialog.locator('.mantine-InputWrapper-error').getByText(title).waitFor();
      assert.equal(await field.getAttribute('aria-invalid'), 'true');

      await page.goto('/console/prices/modifiers/new');
      await page.getByLabel('Name').fill('Sauces');
      await page.getByRole('button', { name: 'Add a modifier' }).click();
      const modifier = page.getByRole('group', { name: 'modifier 1' });
      await modifier.getByLabel('Name').fill('Mint sauce');
      const named = page.getByRole('group', { name: 'Mint sauce' });
      assert.equal(await named.getByLabel('Code').inputValue(), 'MINT-SAUCE');
      await named.getByLabel('SKU').fill('NO-SUCH-PRODUCT');
      await page.getByRole('button', { name: 'Add the modifier group' }).click();
      await named.getByText('There is no product with this SKU.').waitFor();
      assert.deepEqual(await listViolations(page), []);
    });

    pages.test('a change of another admin is reported, and nothing typed is lost', async () => {
      const { id, version } = await create<{ id: string; version: number }>('/api/charges', {
        name: 'Bags',
        kind: 'PACKAGING',
        amount: { amount: 10, currency: 'GBP' },
        active: false,
      });
      const page = await open('charges');
      await page.getByRole('button', { name: 'Edit Bags' }).click();
      const dialog = page.getByRole('dialog', { name: 'Change the charge' });
      await dialog.getByLabel('Amount in GBP').fill('0.30');
      const changed = await pages.admin.patch(`/api/charges/${id}`, {
        amount: { amount: 20, currency: 'GBP' },
        version,
      });
      assert.equal(changed.status, 200, changed.text);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByText('prices.version_conflict').waitFor();
      assert.equal(await dialog.getByLabel('Amount in GBP').inputValue(), '0.30');
      assert.deepEqual(await listViolations(page), []);
      await dialog.getByRole('button', { name: 'Discard my changes' }).click();
      await until(async () =>
        assert.equal(await dialog.getByLabel('Amount in GBP').inputValue(), '0.20'),
      );
      await dialog.getByLabel('Amount in GBP').fill('0.30');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('article', { name: 'Bags' }).getByText('£0.30').waitFor();
    });

    pages.test('modifiers are reordered and switched off with the keyboard', async () => {
      const modifier = (code: string, name: string) => ({
        code,
        name,
        price: { amount: 0, currency: 'GBP' },
      });
      const group = await create<{ id: string }>('/api/modifier-groups', {
        name: 'Size',
        min: 0,
        max: 1,
        modifiers: [
          modifier('SMALL', 'Small'),
          modifier('MIDDLE', 'Middle'),
          modifier('BIG', 'Big'),
        ],
      });
      const page = await pages.visit(pages.admin, `/console/prices/modifiers/${group.id}`);
      const up = page.getByRole('button', { name: 'Move Big up' });
      await up.focus();
      await page.keyboard.press('Enter');
      await page.getByText('Big is now 2 of 3.').waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Big is now 1 of 3.').waitFor();
      // Its button to move up is disabled now.
      const focused = await page.evaluate<string>('document.activeElement.ariaLabel');
      assert.equal(focused, 'Move Big down');
      await page.getByRole('group', { name: 'Middle' }).getByLabel('Active').press('Space');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      const reply = await pages.admin.get(`/api/modifier-groups/${group.id}`);
      const { modifiers } = reply.json<{ modifiers: { code: string; active: boolean }[] }>();
      assert.deepEqual(
        modifiers.map(({ code, active }) => [code, active]),
        [
          ['BIG', true],
          ['SMALL', true],
          ['MIDDLE', false],
        ],
      );
    });

    pages.test('a discount is set up with its limits, and its uses are shown', async () => {
      const dish = await pages.addDish('Reduced Pie');
      const page = await open('discounts');
      const dialog = await openNew(page, 'discount');
      await dialog.getByLabel('Name').fill('A tenth off');
      await dialog.getByLabel('Code').fill('TENTH');
      await dialog.getByLabel('Percentage').fill('10');
      await dialog.getByText('Lines', { exact: true }).click();
      await dialog.getByRole('combobox', { name: 'Which lines' }).click();
      await page.getByRole('option', { name: 'Certain products' }).click();
      await dialog.getByRole('combobox', { name: 'SKUs' }).fill(dish.sku);
      await dialog.getByRole('combobox', { name: 'SKUs' }).press('Enter');
      assert.deepEqual(await listViolations(page), []);
      await dialog.getByLabel('Uses in total').fill('100');
      await dialog.getByRole('button', { name: 'Add the discount' }).click();
      const card = page.getByRole('article', { name: 'A tenth off' });
      await card.getByText('0 of 100 uses').waitFor();
      await card.getByText('10% off each line').waitFor();
      const items = [{ sku: dish.sku, quantity: 1 }];
      const customer = await pages.server.signUp();
      await create('/api/orders', { items, discountCodes: ['tenth'] }, customer);
      await page.reload();
      await card.getByText('1 of 100 uses').waitFor();
      await card.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Switch off' }).waitFor();
      assert.equal(await page.getByRole('menuitem', { name: 'Delete…' }).count(), 0);
    });
  });
}
