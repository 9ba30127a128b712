import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Page } from 'playwright-core';
import { type Pages, phone, waitUntilLoaded } from './pages-bench.ts';

const NAMES = ['תה 12', 'شاي (3)'];

/** A right-to-left name and the quantity before it keep their order on the screen. */
export function directionTests(pages: Pages): void {
  /** Returns the left edge of each part of a line on the screen, in document order. */
  async function listLeftEdges(page: Page, name: string): Promise<number[]> {
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

  describe('right-to-left names', () => {
    pages.test('right-to-left names follow their own quantity in shop and console', async () => {
      const customer = await pages.server.signUp();
      const items = [];
      for (const [index, name] of NAMES.entries()) {
        const sku = `RTL-${index}`;
        const price = { amount: 500, currency: 'GBP' };
        const created = await pages.admin.post('/api/products', { sku, name, price, onHand: 9 });
        assert.equal(created.status, 201, created.text);
        items.push({ sku, quantity: index + 2 });
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
        await waitUntilLoaded(page);
        const leftEdges = await listLeftEdges(page, name);
        assert.ok(leftEdges.length >= 2, path);
        assert.deepEqual(
          leftEdges,
          leftEdges.toSorted((a, b) => a - b),
          path,
        );
      }
    });
  });
}
