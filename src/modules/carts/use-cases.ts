import type { Once } from '../../database/idempotency.ts';
import type { PlacedReply, PlacementContext } from '../orders/index.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import type { CartTarget, ClaimedTarget } from './change-cart.ts';
import type {
  AddItemInput,
  CartView,
  CheckOutInput,
  UpdateCartInput,
  UpdateItemInput,
} from './schemas.ts';
import type { PlainItem } from './set-cart-items.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Carts {
  readonly personalData: PersonalDataPart;
  getCart(customerId: string): Promise<CartView>;
  updateCart(target: ClaimedTarget, input: UpdateCartInput): Promise<Once<CartView>>;
  /**
   * Sets the quantity of an item. `sku`: the SKU of the item without modifiers and note, which is added if the cart does
   * not have it, or the id of an item.
   */
  setItem(target: CartTarget, item: PlainItem): Promise<CartView>;
  addItem(target: ClaimedTarget, input: AddItemInput): Promise<Once<CartView>>;
  /** `reference`: the id of an item, or the SKU of the item without modifiers and note. */
  updateItem(
    target: ClaimedTarget,
    reference: string,
    input: UpdateItemInput,
  ): Promise<Once<CartView>>;
  removeItem(target: CartTarget, reference: string): Promise<CartView>;
  clear(target: CartTarget): Promise<CartView>;
  /** Places an order of the cart. Throws `carts.empty`, `carts.changed` and every refusal of a placement. */
  checkOut(
    context: PlacementContext,
    input: CheckOutInput,
    ifMatch: readonly number[] | null,
  ): Promise<PlacedReply>;
}
