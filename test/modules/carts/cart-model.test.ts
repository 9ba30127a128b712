import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { testDatabase } from '../../support/database.ts';
import { buildContext, coded, parseView } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';
import { createTestCarts, selectCart, sellPizza } from './selling.ts';

const { database } = await testDatabase();
const carts = createTestCarts(database);
const { pizza, cheese, olives } = await sellPizza(database, { onHand: 1_000_000 });
const soup = await addProduct(database, { priceMinor: 500, onHand: 1_000_000 });
const QUANTITY_MAX = 10_000;
const prices = new Map([
  [pizza.sku, 900],
  [soup.sku, 500],
  [cheese, 150],
  [olives, 80],
]);

/** An item as the model knows it; `choice` is canonical. */
interface Item {
  readonly sku: string;
  quantity: number;
  choice: string;
  note: string | null;
}

interface Modifier {
  readonly code: string;
  readonly quantity: number;
}

const canonical = (modifiers: readonly Modifier[]) =>
  modifiers
    .map(({ code, quantity }) => `${code}=${quantity}`)
    .sort()
    .join();

const quantities = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(9_999));
const modifiers = fc
  .uniqueArray(
    fc.record({ code: fc.constantFrom(cheese, olives), quantity: fc.integer({ min: 1, max: 2 }) }),
    { selector: ({ code }) => code },
  )
  .map((list): Modifier[] => list);
const notes = fc.constantFrom(null, 'sliced', 'cold');

const operations = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      sku: fc.constantFrom(pizza.sku, soup.sku),
      quantity: quantities,
      modifiers,
      note: notes,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      sku: fc.constantFrom(pizza.sku, soup.sku),
      quantity: quantities,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      at: fc.nat(9),
      quantity: fc.option(quantities),
      modifiers: fc.option(modifiers),
      note: fc.option(notes, { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove sku' as const),
      sku: fc.constantFrom(pizza.sku, soup.sku),
    }),
  },
);

type Operation = typeof operations extends fc.Arbitrary<infer T> ? T : never;

/** Applies an operation to the real cart. `ids` are those of the items, in order. */
async function apply(customer: UserCaller, operation: Operation, ids: readonly string[]) {
  const target = selectCart(customer);
  switch (operation.kind) {
    case 'add': {
      const { sku, quantity, note } = operation;
      const chosen = sku === pizza.sku ? operation.modifiers : [];
      const input = { sku, quantity, modifiers: chosen, ...(note === null ? {} : { note }) };
      return (await carts.addItem(target, input)).result;
    }
    case 'set':
      return carts.setItem(target, operation);
    case 'change': {
      const id = ids[operation.at % ids.length];
      if (id === undefined) return carts.getCart(customer.id);
      const { quantity, note } = operation;
      const { items } = await carts.getCart(customer.id);
      const isPizza = items.find((item) => item.id === id)!.sku === pizza.sku;
      const input = {
        ...(quantity === null ? {} : { quantity }),
        ...(operation.modifiers === null || !isPizza ? {} : { modifiers: operation.modifiers }),
        ...(note === undefined ? {} : { note }),
      };
      return (await carts.updateItem(target, id, input)).result;
    }
    case 'remove': {
      const id = ids[operation.at % ids.length];
      return id === undefined ? carts.getCart(customer.id) : carts.removeItem(target, id);
    }
    case 'remove sku':
      return carts.removeItem(target, operation.sku);
  }
}

/** Applies an operation to the model. Null: it is refused, and changes nothing. */
function applyToModel(items: readonly Item[], operation: Operation): Item[] | null {
  const changed = change(
    items.map((item) => ({ ...item })),
    operation,
  );
  return changed.some(({ quantity }) => quantity > QUANTITY_MAX) ? null : changed;
}

function change(items: Item[], operation: Operation): Item[] {
  const areEqual = (one: Item, other: Item) =>
    one.sku === other.sku && one.choice === other.choice && one.note === other.note;
  switch (operation.kind) {
    case 'add':
    case 'set': {
      const isSet = operation.kind === 'set';
      const chosen = isSet || operation.sku !== pizza.sku ? [] : operation.modifiers;
      const added: Item = {
        sku: operation.sku,
        quantity: operation.quantity,
        choice: canonical(chosen),
        note: isSet ? null : operation.note,
      };
      const equal = items.find((item) => areEqual(item, added));
      if (equal === undefined) return [...items, added];
      equal.quantity = isSet ? added.quantity : equal.quantity + added.quantity;
      return items;
    }
    case 'change': {
      const item = items[operation.at % items.length];
      if (item === undefined) return items;
      item.quantity = operation.quantity ?? item.quantity;
      if (operation.modifiers !== null && item.sku === pizza.sku) {
        item.choice = canonical(operation.modifiers);
      }
      if (operation.note !== undefined) item.note = operation.note;
      const equal = items.find((other) => other !== item && areEqual(other, item));
      if (equal === undefined) return items;
      item.quantity += equal.quantity;
      return items.filter((other) => other !== equal);
    }
    case 'remove':
      return items.filter((_, index) => index !== operation.at % items.length);
    case 'remove sku':
      return items.filter(
        ({ sku, choice, note }) => sku !== operation.sku || choice !== '' || note !== null,
      );
  }
}

function costOf({ sku, quantity, choice }: Item): number {
  const extras = choice === '' ? [] : choice.split(',').map((part) => part.split('='));
  const extra = extras.reduce((sum, [code, units]) => sum + prices.get(code!)! * Number(units), 0);
  return quantity * (prices.get(sku)! + extra);
}

test('random changes leave the cart as a model of it, and its order has the same lines', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operations, { minLength: 1, maxLength: 15 }), async (sequence) => {
      const customer = await addUser(database);
      let model: Item[] = [];
      let cart = await carts.getCart(customer.id);
      for (const operation of sequence) {
        const before = cart;
        const ids = before.items.map(({ id }) => id);
        const next = applyToModel(model, operation);
        if (next === null) {
          await assert.rejects(apply(customer, operation, ids), coded('request.invalid'));
          assert.deepEqual(await carts.getCart(customer.id), before);
          continue;
        }
        cart = await apply(customer, operation, ids);
        model = next;
        assert.deepEqual(
          cart.items.map(({ sku, quantity, modifiers: chosen, note, total }) => {
            return { sku, quantity, choice: canonical(chosen), note, total: total.amount };
          }),
          model.map((item) => ({ ...item, total: costOf(item) })),
        );
        assert.equal(
          cart.total.amount,
          model.reduce((sum, item) => sum + costOf(item), 0),
        );
        assert.ok(cart.version === before.version || cart.version === before.version + 1);
        if (cart.version === before.version) assert.deepEqual(cart, before);
      }
      assert.deepEqual(await carts.getCart(customer.id), cart);
      if (cart.items.length === 0 || cart.refusals.length > 0) return;
      const context = { ...buildContext(customer), operation: 'checkOut', deferred: false };
      const placed = parseView(await carts.checkOut(context, { expectedTotal: cart.total }, null));
      assert.deepEqual(
        placed.items,
        cart.items.map(({ id, available, ...line }) => line),
      );
    }),
    { numRuns: 60 },
  );
});
