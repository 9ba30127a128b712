import { isDeepStrictEqual } from 'node:util';
import type { Once } from '../../database/idempotency.ts';
import { invalidInputs } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { isId, newId } from '../../shared/ids.ts';
import { LINES_MAX } from '../../shared/money.ts';
import { modifierErrors, type RequestedModifier, requestedModifiers } from '../orders/index.ts';
import { type Cart, toSelection } from './cart.ts';
import { cartFullError, itemError, requireQuantity, unknownProductError } from './cart-refusals.ts';
import {
  type CartDependencies,
  type CartTarget,
  type ClaimedTarget,
  changeCart,
} from './change-cart.ts';
import { cartsErrors } from './errors.ts';
import type { QuotedCart } from './present-cart.ts';
import {
  addItem,
  type CartItemRow,
  changeItem,
  deleteItem,
  raiseVersion,
  type Selection,
} from './queries.ts';
import type { AddItemInput, CartView, UpdateItemInput } from './schemas.ts';

/**
 * Adds an item to a cart. If an equal item is there, its quantity increases. Throws `request.precondition_failed`, `request.invalid`, `catalog.unknown_product`, `catalog.unknown_modifier` and
 * `catalog.modifiers_out_of_range`.
 */
export async function addCartItem(
  dependencies: CartDependencies,
  target: ClaimedTarget,
  input: AddItemInput,
): Promise<Once<CartView>> {
  const modifiers = requireModifiers(input.modifiers);
  const { sku, quantity } = input;
  const wanted = { sku, modifiers: toSelection(modifiers), itemNote: input.note || null };
  let added: string | undefined;
  return changeCart(
    dependencies,
    target,
    async (tx, { customerId, items }) => {
      const equal = items.find((item) => areEqual(item, wanted));
      requireQuantity(quantity + (equal?.quantity ?? 0));
      const selection = toStored(wanted.modifiers);
      const [[row]] = await Promise.all([
        addItem(tx, customerId, newId(), sku, quantity, selection, wanted.itemNote),
        raiseVersion(tx, customerId),
      ]);
      added = row?.id;
    },
    (result) => {
      if (added === undefined) throw unknownProductError('/sku');
      if (result.cart.items.length > LINES_MAX) throw cartFullError();
      requireOrderable(result, added, modifiers);
    },
  );
}

/**
 * Changes an item of a cart. If it becomes equal to another item, that one is removed and its quantity added. A change
 * that changes nothing keeps the version. Throws `carts.item_not_found`, `request.precondition_failed`,
 * `request.invalid`, `catalog.unknown_modifier` and `catalog.modifiers_out_of_range`.
 */
export async function updateCartItem(
  dependencies: CartDependencies,
  target: ClaimedTarget,
  reference: string,
  input: UpdateItemInput,
): Promise<Once<CartView>> {
  const modifiers = input.modifiers === undefined ? null : requireModifiers(input.modifiers ?? []);
  let changed: string | undefined;
  return changeCart(
    dependencies,
    target,
    (tx, cart) => {
      const item = findItem(cart, reference);
      if (item === undefined) throw new CodedError(cartsErrors.itemNotFound);
      changed = item.itemId;
      const wanted = {
        ...item,
        quantity: input.quantity ?? item.quantity,
        modifiers: modifiers === null ? item.modifiers : toSelection(modifiers),
        itemNote: input.note === undefined ? item.itemNote : input.note || null,
      };
      const equal = cart.items.find((other) => other !== item && areEqual(other, wanted));
      const quantity = wanted.quantity + (equal?.quantity ?? 0);
      requireQuantity(quantity);
      if (equal === undefined && isDeepStrictEqual(item, wanted)) return null;
      return Promise.all([
        equal === undefined ? null : deleteItem(tx, equal.itemId),
        changeItem(tx, item.itemId, quantity, toStored(wanted.modifiers), wanted.itemNote),
        raiseVersion(tx, cart.customerId),
      ]);
    },
    (result) => {
      if (modifiers !== null) requireOrderable(result, changed!, modifiers);
    },
  );
}

/**
 * Removes an item from a cart. Throws `carts.item_not_found` if no item has this id; a SKU that the cart does not have
 * is no error. Throws `request.precondition_failed`.
 */
export async function removeCartItem(
  dependencies: CartDependencies,
  target: CartTarget,
  reference: string,
): Promise<CartView> {
  const { result } = await changeCart(dependencies, { ...target, claim: null }, (tx, cart) => {
    const item = findItem(cart, reference);
    if (item === undefined && isId(reference)) throw new CodedError(cartsErrors.itemNotFound);
    if (item === undefined) return null;
    return Promise.all([deleteItem(tx, item.itemId), raiseVersion(tx, cart.customerId)]);
  });
  return result;
}

/** Finds an item by its id, or the item without modifiers and note by its SKU. An id is told from a SKU by its form. */
function findItem({ items }: Cart, reference: string): CartItemRow | undefined {
  const byId = isId(reference) ? items.find(({ itemId }) => itemId === reference) : undefined;
  return (
    byId ??
    items.find(
      ({ sku, modifiers, itemNote }) =>
        sku === reference && modifiers === null && itemNote === null,
    )
  );
}

type Choice = Pick<CartItemRow, 'sku' | 'modifiers' | 'itemNote'>;

function areEqual(one: Choice, other: Choice): boolean {
  return (
    one.sku === other.sku &&
    one.itemNote === other.itemNote &&
    isDeepStrictEqual(one.modifiers, other.modifiers)
  );
}

function requireModifiers(input: AddItemInput['modifiers']): readonly RequestedModifier[] {
  const errors = modifierErrors(input ?? [], '/modifiers');
  if (errors.length > 0) throw invalidInputs(errors);
  return requestedModifiers(input);
}

/** Throws if the item with this id cannot be ordered with its modifiers, which the request named. */
function requireOrderable(
  { cart, quote }: QuotedCart,
  itemId: string,
  requested: readonly RequestedModifier[],
): void {
  const index = cart.items.findIndex((item) => item.itemId === itemId);
  const refusal = quote.lines[index]!.refusal;
  if (refusal === null) return;
  throw itemError(refusal, requested, Object.keys(cart.items[index]!.modifiers ?? {}));
}

function toStored(selection: Selection): string | null {
  return selection === null ? null : JSON.stringify(selection);
}
