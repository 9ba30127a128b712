import type { PlacedOrder, PlacementContext } from '../orders/index.ts';
import type { CartItem, CartTarget } from './change-cart.ts';
import type { CartView, CheckOutInput } from './schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Carts {
  getCart(customerId: string): Promise<CartView>;
  setItem(target: CartTarget, item: CartItem): Promise<CartView>;
  removeItem(target: CartTarget, sku: string): Promise<CartView>;
  clear(target: CartTarget): Promise<CartView>;
  /** Places an order of the cart. Throws `carts.empty`, `carts.changed` and every refusal of a placement. */
  checkOut(
    context: PlacementContext,
    input: CheckOutInput,
    ifMatch: readonly number[] | null,
  ): Promise<PlacedOrder>;
}
