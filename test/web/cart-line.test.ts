import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CartLine,
  getItemKey,
  type Item,
  withMore,
  withQuantity,
  withReplaced,
} from '../../web/shop/cart-line.ts';

const mint = { code: 'MINT', name: 'Mint', quantity: 2 };
const rice = { code: 'RICE', name: 'Rice', quantity: 1 };

function buildItem(more: Partial<Item> = {}): Item {
  const unitPrice = { amount: 500, currency: 'GBP' };
  return {
    sku: 'DAL',
    productId: 'dal',
    name: 'Dal',
    unitPrice,
    modifiers: [],
    note: null,
    ...more,
  };
}

const plain = buildItem();
const minted = buildItem({ modifiers: [mint] });
const quantities = (lines: readonly CartLine[]) => lines.map(({ quantity }) => quantity);

test('items are equal if dish, modifiers, their quantities and the note are, in any order', () => {
  const key = getItemKey(buildItem({ modifiers: [mint, rice], note: 'Hot' }));
  assert.equal(getItemKey(buildItem({ modifiers: [rice, mint], note: 'Hot' })), key);
  const others = [
    plain,
    buildItem({ modifiers: [mint, rice] }),
    buildItem({ modifiers: [{ ...mint, quantity: 1 }, rice], note: 'Hot' }),
    buildItem({ modifiers: [mint, rice], note: 'Cold' }),
    buildItem({ sku: 'NAAN', modifiers: [mint, rice], note: 'Hot' }),
  ];
  for (const other of others) assert.notEqual(getItemKey(other), key);
  assert.equal(getItemKey(plain), 'DAL');
});

test('a changed line keeps its place, and becomes one with a line that it now equals', () => {
  const lines = withQuantity(withQuantity([], plain, 2), minted, 3);
  assert.deepEqual(quantities(withMore(lines, plain, 1)), [3, 3]);
  assert.deepEqual(quantities(withQuantity(lines, plain, 0)), [3]);
  const noted = withReplaced(lines, plain, buildItem({ note: 'Hot' }), 5);
  assert.deepEqual(
    noted.map(({ note, quantity }) => [note, quantity]),
    [
      ['Hot', 5],
      [null, 3],
    ],
  );
  assert.deepEqual(quantities(withReplaced(lines, plain, minted, 4)), [7]);
  assert.deepEqual(quantities(withReplaced(lines, plain, plain, 4)), [4, 3]);
});
