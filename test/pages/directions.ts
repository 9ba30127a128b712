import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { loaded, type Pages, phone } from './pages-bench.ts';

const NAMES = ['תה 12', 'شاي (3)'];

/** A name from right to left stays where it belongs, and so does the quantity before it. */
export function directionTests(pages: Pages): void {
  /** From where each part of a line begins on the screen, in the order in which the parts stand in the page. */
  async function listStarts(page: Page, name: string): Promise<number[]> {
    await page.locator('bdi', { hasText: name }).first().waitFor();
    return page.evaluate<number[]>(`
      [...[...document.querySelectorAll('bdi')]
        .find((one) => one.textContent === ${JSON.stringify(name)})
        .parentElement.childNodes].flatMap((node) => {
          if (node.textContent.trim() === '' || node.textContent === ', ') return [];
          const range = document.createRange();
          range.selectNodeContents(node);
          return [range.getBoundingClientRect().left];
        })
    `);
  }

  describe('names from right to left', () => {
    pages.test('stand behind their own quantity, in shop and console', async () => {
      const customer = await pages.server.signUp();
      const items = [];
      for (const [place, name] of NAMES.entries()) {
        const sku = `RTL-${place}`;
        const price = { amount: 500, currency: 'GBP' };
        const made = await pages.admin.post('/api/products', { sku, name, price, onHand: 9 });
        assert.equal(made.status, 201, made.text);
        items.push({ sku, quantity: place + 2 });
      }
      const placed = await customer.post('/api/orders', { items });
      assert.equal(placed.status, 201, placed.text);
      const { id } = placed.json<{ id: string }>();
      for (const [who, path, name] of [
        [customer, '/shop/orders', NAMES[0]!],
        [customer, `/shop/orders/${id}`, NAMES[0]!],
        [customer, `/shop/orders/${id}`, NAMES[1]!],
        [pages.admin, '/console/orders', NAMES[0]!],
      ] as const) {
        const page = await pages.visit(who, path, who === customer ? phone : undefined);
        await loaded(page);
        const beginnings = await listStarts(page, name);
        assert.ok(beginnings.length >= 2, path);
        assert.deepEqual(
          beginnings,
          beginnings.toSorted((a, b) => a - b),
          path,
        );
      }
    });
  });
}
