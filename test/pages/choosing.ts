import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { newId } from '../../src/shared/ids.ts';
import { until } from '../support/until.ts';
import {
  type Dish,
  listSmallTargets,
  listViolations,
  measureShifts,
  openTab,
  type Pages,
  phone,
  waitUntilLoaded,
} from './pages-bench.ts';

/** Dishes with modifiers: the sheet in which they are chosen, and carts that have them. */
export function choosingTests(pages: Pages): void {
  const gbp = (amount: number) => ({ amount, currency: 'GBP' });

  interface Choices {
    readonly heat: string;
    readonly extras: string;
  }

  /** Adds two modifier groups whose codes nothing else uses: one to choose one of, and one with several units. */
  async function addGroups(tag: string): Promise<Choices> {
    const add = async (body: object) => {
      const reply = await pages.admin.post('/api/modifier-groups', body);
      assert.equal(reply.status, 201, reply.text);
      return reply.json<{ id: string }>().id;
    };
    const heat = await add({
      name: 'How hot?',
      min: 1,
      max: 1,
      modifiers: [
        { code: `${tag}-MILD`, name: 'Mild', price: gbp(0) },
        { code: `${tag}-HOT`, name: 'Extra hot', price: gbp(50) },
      ],
    });
    const gone = await pages.addDish(`${tag} Nuts`, 0);
    const extras = await add({
      name: 'Extras',
      min: 0,
      max: 3,
      modifiers: [
        { code: `${tag}-PANEER`, name: 'Paneer', price: gbp(150), quantityMax: 3 },
        { code: `${tag}-EGG`, name: 'Egg', price: gbp(100) },
        { code: `${tag}-NUTS`, name: 'Cashews', price: gbp(75), sku: gone.sku },
      ],
    });
    return { heat, extras };
  }

  async function addCurry(name: string): Promise<Dish> {
    const sku = name.toUpperCase().replaceAll(' ', '-');
    const { heat, extras } = await addGroups(sku);
    const body = { sku, name, price: gbp(1250), onHand: 100, modifierGroupIds: [heat, extras] };
    const reply = await pages.admin.post('/api/products', body);
    assert.equal(reply.status, 201, reply.text);
    return reply.json<Dish>();
  }

  async function openSheet(page: Page, dish: Dish): Promise<Locator> {
    await page.getByRole('button', { name: `Add ${dish.name}` }).click();
    return page.getByRole('dialog', { name: dish.name });
  }

  /** Adds the dish to the cart, extra hot, with as much paneer. */
  async function add(page: Page, dish: Dish, paneer: number): Promise<void> {
    const sheet = await openSheet(page, dish);
    await sheet.getByLabel(/^Extra hot/).check();
    for (let chosen = 0; chosen < paneer; chosen += 1) {
      await sheet.getByRole('button', { name: 'One more Paneer' }).click();
    }
    await sheet.getByRole('button', { name: 'Add to cart' }).click();
    await sheet.waitFor({ state: 'detached' });
  }

  const lineIn = (page: Page, text: string) =>
    page.getByRole('main').getByRole('listitem').filter({ hasText: text }).first();

  describe('choosing modifiers', () => {
    pages.test(
      'a dish can be added only when its groups are in range, and a sentence states why',
      async () => {
        const curry = await addCurry('Ranged Curry');
        const shop = await pages.visit(null, '/shop', phone);
        const sheet = await openSheet(shop, curry);
        const button = sheet.getByRole('button', { name: 'Add to cart' });
        await sheet.getByText('Choose one of “How hot?”.').waitFor();
        assert.ok(await button.isDisabled());
        assert.ok(await sheet.getByLabel('Cashews Sold out').isDisabled());
        assert.deepEqual(await listViolations(shop), []);
        assert.deepEqual(await listSmallTargets(shop), []);
        await sheet.getByLabel('Mild').check();
        await button.getByText('£12.50').waitFor();
        await sheet.getByLabel(/^Extra hot/).check();
        await button.getByText('£13.00').waitFor();
        const more = sheet.getByRole('button', { name: 'One more Paneer' });
        await more.click();
        await more.click();
        await sheet.getByText('2 of 3 chosen').waitFor();
        await sheet.getByLabel(/^Egg/).check();
        await sheet.getByText('3 of 3 chosen').waitFor();
        assert.ok(await more.isDisabled());
        await sheet.getByRole('button', { name: `One more ${curry.name}` }).click();
        await button.getByText('£34.00').waitFor();
        await shop.emulateMedia({ colorScheme: 'dark' });
        assert.deepEqual(await listViolations(shop), []);
      },
    );

    pages.test('the sheet can be used with the keyboard alone', async () => {
      const curry = await addCurry('Keyed Curry');
      const shop = await pages.visit(null, '/shop');
      const opener = shop.getByRole('button', { name: `Add ${curry.name}` });
      const sheet = shop.getByRole('dialog', { name: curry.name });
      const isFocusedAgain = () =>
        until(async () => {
          const focused = shop.locator(':focus');
          assert.equal(await focused.getAttribute('aria-label'), `Add ${curry.name}`);
        });
      await opener.focus();
      await shop.keyboard.press('Enter');
      await sheet.waitFor();
      await shop.keyboard.press('Escape');
      await sheet.waitFor({ state: 'detached' });
      await isFocusedAgain();
      await shop.keyboard.press('Enter');
      await sheet.getByLabel('Mild').focus();
      await shop.keyboard.press('Space');
      await shop.keyboard.press('ArrowDown');
      assert.ok(await sheet.getByLabel(/^Extra hot/).isChecked());
      await sheet.getByRole('button', { name: 'Add to cart' }).getByText('£13.00').waitFor();
      await sheet.getByLabel('A note for this dish').focus();
      await shop.keyboard.type('No onions');
      await shop.keyboard.press('Enter');
      await sheet.waitFor({ state: 'detached' });
      await isFocusedAgain();
      await shop.getByText('1 in the cart').waitFor();
    });

    pages.test(
      'two tabs share a cart of items with modifiers, equal ones as one line',
      async () => {
        const curry = await addCurry('Twin Curry');
        const first = await pages.visit(null, '/shop', phone);
        const second = await openTab(first, '/shop/cart');
        // A tab in the background draws only once a second, which every click waits for.
        await first.bringToFront();
        await add(first, curry, 2);
        await add(first, curry, 0);
        await add(first, curry, 2);
        await second.getByLabel(`2 of ${curry.name}`).waitFor();
        await second.getByLabel(`1 of ${curry.name}`).waitFor();
        await lineIn(second, 'Paneer').getByText('£32.00').waitFor();
        await second.bringToFront();
        const edit = second.getByRole('button', { name: `Edit ${curry.name}` });
        await edit.last().click();
        const sheet = second.getByRole('dialog', { name: curry.name });
        await sheet.getByRole('button', { name: 'One more Paneer' }).click();
        await sheet.getByRole('button', { name: 'One more Paneer' }).click();
        await sheet.getByRole('button', { name: 'Save' }).click();
        await second.getByLabel(`3 of ${curry.name}`).waitFor();
        assert.equal(await edit.count(), 1);
        await first.getByText('3 in the cart').waitFor();
      },
    );

    pages.test(
      'signing in merges items with modifiers by the larger quantity, and keeps the terms of the guest',
      async () => {
        const curry = await addCurry('Merged Curry');
        const customer = await pages.server.signUp();
        const modifiers = [
          { code: `${curry.sku}-PANEER`, quantity: 1 },
          { code: `${curry.sku}-HOT` },
        ];
        const added = await customer.post('/api/cart/items', {
          sku: curry.sku,
          quantity: 2,
          modifiers,
        });
        assert.equal(added.status, 200, added.text);
        const shop = await pages.visit(null, '/shop', phone);
        await add(shop, curry, 1);
        await add(shop, curry, 3);
        await shop.getByRole('link', { name: 'View cart' }).click();
        await shop.getByRole('button', { name: '10%' }).click();
        await shop.getByRole('link', { name: 'Sign in to order' }).click();
        await shop.getByLabel('E-mail').fill(customer.identity.email);
        await shop.getByLabel('Password').fill(customer.identity.password);
        await shop.getByRole('button', { name: 'Sign in', exact: true }).click();
        await shop.getByRole('link', { name: 'Cart 3 items' }).waitFor();
        interface Cart {
          readonly items: readonly {
            readonly quantity: number;
            readonly modifiers: readonly { readonly name: string; readonly quantity: number }[];
          }[];
          readonly tip: { readonly amount: number };
        }
        await until(async () => {
          const { items, tip } = (await customer.get('/api/cart')).json<Cart>();
          const paneer = items.map((item) => [
            item.quantity,
            item.modifiers.find(({ name }) => name === 'Paneer')?.quantity,
          ]);
          assert.deepEqual(
            [paneer, tip.amount],
            [
              [
                [2, 1],
                [1, 3],
              ],
              320,
            ],
          );
        });
      },
    );

    pages.test('a cart that an older version of the page stored is still read', async () => {
      const pie = await pages.addDish('Older Pie');
      const shop = await pages.visit(null, '/shop', phone);
      const item = { sku: pie.sku, productId: pie.id, name: pie.name, quantity: 2 };
      const stored = JSON.stringify({ item: { ...item, unitPrice: gbp(500) }, place: 1 });
      await shop.evaluate(
        `localStorage.setItem('holdfast.cart.${pie.sku}', ${JSON.stringify(stored)})`,
      );
      await shop.goto('/shop/cart');
      await shop.getByLabel(`2 of ${pie.name}`).waitFor();
      await shop.getByRole('button', { name: `One more ${pie.name}` }).click();
      await lineIn(shop, pie.name).getByText('£15.00').waitFor();
    });

    pages.test('a line whose modifiers are no longer offered can be edited', async () => {
      const curry = await addCurry('Changing Curry');
      const customer = await pages.server.signUp();
      const shop = await pages.visit(customer, '/shop', phone);
      await add(shop, curry, 1);
      await shop.getByRole('link', { name: 'Cart 1 item' }).click();
      const { modifierGroupIds } = (await pages.admin.get(`/api/products/${curry.id}`)).json<{
        modifierGroupIds: string[];
      }>();
      const reply = await pages.admin.patch(`/api/products/${curry.id}`, {
        modifierGroupIds: modifierGroupIds.slice(0, 1),
      });
      assert.equal(reply.status, 200, reply.text);
      await shop.reload();
      await shop.getByText('The choices for this have changed: please edit it.').waitFor();
      assert.equal(await lineIn(shop, curry.name).getByText('£0.00').count(), 0);
      assert.equal(
        await lineIn(shop, curry.name)
          .getByText(/^£.* each$/)
          .count(),
        1,
      );
      assert.ok(await shop.getByRole('button', { name: 'Order and pay' }).isDisabled());
      await shop.getByRole('button', { name: `Edit ${curry.name}` }).click();
      const sheet = shop.getByRole('dialog', { name: curry.name });
      await sheet.getByRole('button', { name: 'Save' }).click();
      await shop.getByRole('button', { name: 'Order and pay' }).click();
      await shop.getByRole('button', { name: 'Pay £13.00' }).waitFor();
    });
  });

  describe('the menu', () => {
    pages.test('has its sections in their order, and a bar that leads to them', async () => {
      const tag = newId().slice(-8);
      const dishes = [
        ['Sorbet', 'Desserts', 40],
        ['Bag', null, 0],
        ['Dal', 'Curries', 20],
        ['Biryani', 'Curries', 20],
        ['Thali', 'Curries', 10],
      ] as const;
      for (const [name, category, position] of dishes) {
        const body = { sku: `${tag}-${name}`, name: `${name} ${tag}`, category, position };
        const reply = await pages.admin.post('/api/products', { ...body, price: gbp(500) });
        assert.equal(reply.status, 201, reply.text);
      }
      const shop = await pages.visit(null, '/shop', phone);
      await shop.getByLabel('Search the menu').fill(tag);
      await shop.getByRole('link', { name: 'More', exact: true }).waitFor();
      const listTexts = (level: number) => shop.getByRole('heading', { level }).allTextContents();
      await until(async () => {
        assert.deepEqual(await listTexts(2), ['Curries', 'Desserts', 'More']);
        const names = ['Thali', 'Biryani', 'Dal', 'Sorbet', 'Bag'];
        assert.deepEqual(
          await listTexts(3),
          names.map((name) => `${name} ${tag}`),
        );
      });
      assert.deepEqual(await listViolations(shop), []);
      const other = await openTab(shop);
      await waitUntilLoaded(other);
      await other.getByRole('link', { name: 'Desserts' }).waitFor();
      const shifts = await measureShifts(other);
      assert.ok(shifts.value < 0.01, JSON.stringify(shifts));
      await shop.bringToFront();
      const [headings, links] = [shop.getByRole('heading'), shop.getByRole('link')];
      await links.getByText('Curries').click();
      await links.and(shop.locator('[aria-current]')).getByText('Curries').waitFor();
      await links.getByText('More').click();
      await until(async () => {
        const box = await headings.getByText('More').boundingBox();
        assert.ok(box !== null && box.y > 100 && box.y < 700, JSON.stringify(box));
      });
    });
  });
}
