import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { formatMoney } from '../../web/shared/money.ts';
import { until } from '../support/until.ts';
import { openPages } from './pages-bench.ts';

/** Amounts as they are shown and typed in several languages. Dinars have three decimals, which forms once got wrong. */
const currency = 'KWD';
const pages = await openPages({ currency });
afterEach(() => pages.closeAll());

const locales = ['en-GB', 'en-IN', 'de-DE', 'de-CH', 'fr-FR', 'da-DK', 'ar-EG', 'fa-IR'] as const;

/** 123,456.7 dinars, as typed in each locale. */
const typed: Readonly<Record<(typeof locales)[number], string>> = {
  'en-GB': '123,456.7',
  'en-IN': '1,23,456.7',
  'de-DE': '123.456,7',
  'de-CH': '123’456.7',
  'fr-FR': '123 456,7',
  'da-DK': '123456,7',
  'ar-EG': '١٢٣٬٤٥٦٫٧',
  'fa-IR': '۱۲۳٬۴۵۶٫۷',
};

const inLanguage = (locale: string): BrowserContextOptions => ({
  locale,
  viewport: { width: 1280, height: 900 },
});

/** Removes the direction marks that `Intl` writes, and replaces every kind of space with a plain one. */
const normalize = (text: string) => text.replace(/[\u061c\u200e\u200f]/g, '').replace(/\s/g, ' ');

/** Asserts that the page shows an amount in the format of its locale. */
async function requireShown(page: Page, amount: number, locale: string): Promise<void> {
  const wanted = normalize(formatMoney({ amount, currency }, locale));
  const text = normalize(await page.innerText('body'));
  assert.ok(text.includes(wanted), `${wanted} in: ${text}`);
}

describe('product forms', () => {
  for (const locale of locales) {
    pages.test(
      `a product form keeps an unchanged price and reads one as typed in ${locale}`,
      async () => {
        const dish = await pages.addDish(`Dinar Pie ${locale}`, 10, 1_295_000);
        const readPrice = async () => {
          const reply = await pages.admin.get(`/api/products/${dish.id}`);
          return reply.json<{ price: { amount: number } }>().price.amount;
        };
        const page = await pages.visit(
          pages.admin,
          `/console/products/${dish.id}`,
          inLanguage(locale),
        );
        await page.getByLabel('Description').fill('Of the day');
        const [unchanged] = await Promise.all([
          page.waitForResponse((reply) => reply.request().method() === 'PATCH'),
          page.getByRole('button', { name: 'Save' }).click(),
        ]);
        assert.equal(unchanged.status(), 200);
        assert.equal(await readPrice(), 1_295_000);

        await page.getByText('Saved.').waitFor();
        await page.getByLabel(`Price in ${currency}`).fill(typed[locale]);
        await requireShown(page, 123_456_700, locale);
        const price = { amount: 12_345_700, currency };
        await page.getByLabel(`Price in ${currency}`).fill(formatMoney(price, locale));
        const [saved] = await Promise.all([
          page.waitForResponse((reply) => reply.request().method() === 'PATCH'),
          page.getByRole('button', { name: 'Save' }).click(),
        ]);
        assert.equal(saved.status(), 200);
        assert.equal(await readPrice(), price.amount);
      },
    );
  }

  pages.test(
    "the form of a new product uses the shop's currency, even if the menu is empty",
    async () => {
      const page = await pages.visit(pages.admin, '/console/products', inLanguage('de-DE'));
      await page.route(/\/api\/products(\?|$)/, (route) =>
        route.request().method() === 'GET'
          ? route.fulfill({ json: { data: [], nextCursor: null } })
          : route.continue(),
      );
      await page.reload();
      await page.getByRole('button', { name: 'New product' }).click();
      const dialog = page.getByRole('dialog', { name: 'New product' });
      await dialog.getByLabel('SKU').fill('FIRST-PIE');
      await dialog.getByLabel('Name').fill('First Pie');
      const price = dialog.getByLabel(`Price in ${currency}`);
      const onHand = dialog.getByLabel('On hand');
      await price.fill('1.5');
      await dialog.getByText(/such as 12,500\.$/).waitFor();
      await onHand.fill('1,5');
      await dialog.getByText(/^Enter a whole number/).waitFor();
      await dialog.getByRole('button', { name: 'Add the product' }).click();
      await price.fill('1,5');
      await onHand.fill('1.200');
      const [reply] = await Promise.all([
        page.waitForResponse((response) => response.request().method() === 'POST'),
        dialog.getByRole('button', { name: 'Add the product' }).click(),
      ]);
      assert.equal(reply.status(), 201);
      const created = (await reply.json()) as { price: unknown; stock: { onHand: number } };
      assert.deepEqual([created.price, created.stock.onHand], [{ amount: 1500, currency }, 1200]);
    },
  );
});

describe('refunds', () => {
  pages.test(
    "a refund is of the amount that the button shows in the admin's language",
    async () => {
      const dish = await pages.addDish('Refunded Pie', 10, 50_000_000);
      const order = await pages.paidOrder(await pages.server.signUp(), dish);
      for (const [locale, text, amount] of [
        ['en-GB', '1,200', 1_200_000],
        ['de-DE', '1,200', 1_200],
        ['ar-EG', '١٫٢', 1_200],
      ] as const) {
        const page = await pages.visit(
          pages.admin,
          `/console/orders/${order.id}`,
          inLanguage(locale),
        );
        await page.getByRole('button', { name: 'Refund…' }).click();
        const dialog = page.getByRole('dialog', { name: 'Refund' });
        const field = dialog.getByLabel('Amount');
        const button = dialog.getByRole('button', { name: 'Refund' }).last();
        await dialog.getByLabel('Reason').fill('It was cold');
        for (const wrong of ['0x10', '1e3', '-1', '1,20,0']) {
          await field.fill(wrong);
          await dialog.getByText(/such as/).waitFor();
          assert.equal(await button.isDisabled(), true, `${wrong} in ${locale}`);
        }
        await field.fill(text);
        await until(() => requireShown(page, amount, locale));
        const label = normalize((await button.textContent()) ?? '');
        assert.equal(label, `Refund ${normalize(formatMoney({ amount, currency }, locale))}`);
        const [reply] = await Promise.all([page.waitForResponse(/\/refunds$/), button.click()]);
        assert.ok(reply.ok());
        const { refund } = (await reply.json()) as { refund: { amount: unknown } };
        assert.deepEqual(refund.amount, { amount, currency });
      }
    },
  );
});
