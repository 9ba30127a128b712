import { findMismatch } from '../../http/index.ts';
import { CodedError } from '../../shared/errors.ts';
import type { Orders, PlacedReply, PlacementContext } from '../orders/index.ts';
import { cartLines } from './cart-lines.ts';
import type { CartDependencies } from './change-cart.ts';
import { cartsErrors } from './errors.ts';
import type { CheckOutInput } from './schemas.ts';
import type { Carts } from './use-cases.ts';

export interface CheckOutDependencies extends CartDependencies {
  readonly orders: CartDependencies['orders'] & Pick<Orders, 'placeFromSource'>;
}

/**
 * Places an order of the cart if it still has the version that `ifMatch` and `cartVersion` name. Throws
 * `request.precondition_failed`, `carts.changed` with the current cart, `carts.empty`, and every refusal of a
 * placement.
 */
export async function checkOut(
  { orders }: CheckOutDependencies,
  getCart: Carts['getCart'],
  context: PlacementContext,
  input: CheckOutInput,
  ifMatch: readonly number[] | null,
): Promise<PlacedReply> {
  const refuseVersion = (version: number) =>
    findMismatch(ifMatch, version) ?? changedError(version);
  const changedError = (version: number) =>
    input.cartVersion === undefined || input.cartVersion === version
      ? null
      : new CodedError(cartsErrors.changed);
  try {
    return await orders.placeFromSource(context, cartLines, input, refuseVersion);
  } catch (error) {
    if (!(error instanceof CodedError) || error.definition !== cartsErrors.changed) throw error;
    const cart = await getCart(context.caller.id);
    throw new CodedError(cartsErrors.changed, { extensions: { cart } });
  }
}
