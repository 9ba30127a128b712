import { isDeepStrictEqual } from 'node:util';
import type { Once } from '../../database/idempotency.ts';
import { invalidInputs } from '../../shared/common-errors.ts';
import { statedTerms, termsErrors } from '../orders/index.ts';
import {
  type CartDependencies,
  type CartTarget,
  type ClaimedTarget,
  changeCart,
} from './change-cart.ts';
import { type CartTerms, clearCarts, storeTerms } from './queries.ts';
import type { CartView, UpdateCartInput } from './schemas.ts';

/**
 * Changes what a cart states besides its items: null clears, and what is left out remains. A change that changes nothing
 * keeps the version. Throws `request.invalid` and `request.precondition_failed`.
 */
export async function updateCart(
  dependencies: CartDependencies,
  target: ClaimedTarget,
  input: UpdateCartInput,
): Promise<Once<CartView>> {
  const { discountCodes, tip, note, fulfilment } = input;
  const stated = {
    ...(discountCodes && discountCodes.length > 0 ? { discountCodes } : {}),
    ...(tip ? { tip } : {}),
    ...(note ? { note } : {}),
    ...(fulfilment ? { fulfilment } : {}),
  };
  const errors = termsErrors(stated, dependencies.currency);
  if (errors.length > 0) throw invalidInputs(errors);
  const values = statedTerms(stated);
  return changeCart(dependencies, target, (tx, { customerId, terms }) => {
    const changed: CartTerms = {
      discountCodes:
        discountCodes === undefined ? terms.discountCodes : (values.discountCodes ?? null),
      tipMinor: tip === undefined ? terms.tipMinor : (values.tipMinor ?? null),
      note: note === undefined ? terms.note : (values.note ?? null),
      fulfilment: fulfilment === undefined ? terms.fulfilment : (values.fulfilment ?? null),
    };
    if (isDeepStrictEqual(changed, terms)) return null;
    return storeTerms(
      tx,
      customerId,
      changed.discountCodes,
      changed.tipMinor,
      changed.note,
      changed.fulfilment === null ? null : JSON.stringify(changed.fulfilment),
    );
  });
}

/** Removes all items and terms of a cart. Throws `request.precondition_failed`. */
export async function clearCart(
  dependencies: CartDependencies,
  target: CartTarget,
): Promise<CartView> {
  const { result } = await changeCart(
    dependencies,
    { ...target, claim: null },
    (tx, { customerId }) => clearCarts(tx, [customerId]),
  );
  return result;
}
