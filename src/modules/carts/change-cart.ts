import type { Database, Transaction } from '../../database/database.ts';
import { findMismatch, requireMatch } from '../../http/index.ts';
import { createBatcher } from '../../shared/batcher.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { LINES_MAX } from '../../shared/money.ts';
import { lockCustomers } from '../accounts/index.ts';
import { catalogErrors } from '../catalog/index.ts';
import { buildCart, type Cart } from './cart.ts';
import {
  clearCarts,
  findCarts,
  findVersions,
  removeItem,
  type SetItemRow,
  setItems,
} from './queries.ts';

const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;

export interface CartItem {
  readonly sku: string;
  readonly quantity: number;
}

/** The cart's owner, and the versions that `If-Match` accepts; null: any. */
export interface CartTarget {
  readonly customerId: string;
  readonly ifMatch: readonly number[] | null;
}

type CartChange = CartItem & CartTarget;

type Outcome =
  | { readonly kind: 'set'; readonly cart: Cart }
  | { readonly kind: 'refused'; readonly error: CodedError };

/**
 * Creates the function that sets the quantity of a product in a cart. Concurrent calls share a transaction. It throws
 * `catalog.unknown_product`, `request.precondition_failed`, and `request.invalid` if the cart is full.
 */
export function createCartItemSetter(
  database: Database,
): (target: CartTarget, item: CartItem) => Promise<Cart> {
  const submit = createBatcher<CartChange, Outcome>({
    batchesMax: 1,
    sizeMax: BATCH_SIZE_MAX,
    waitingMax: WAITING_MAX,
    exclusives: ({ customerId }) => [customerId],
    run: (changes) => setCartItems(database, changes),
    // Setting a quantity is idempotent.
    mayRetryAlone: () => true,
  });
  return async (target, { sku, quantity }) => {
    const outcome = await submit({ ...target, sku, quantity });
    if (outcome.kind === 'refused') throw outcome.error;
    return outcome.cart;
  };
}

/** One round trip: nothing is decided in between. */
function setCartItems(database: Database, changes: readonly CartChange[]): Promise<Outcome[]> {
  const customerIds = changes.map(({ customerId }) => customerId);
  const rows = changes.map(({ customerId, sku, quantity, ifMatch }) => ({
    customer_id: customerId,
    sku,
    quantity,
    versions: ifMatch,
  }));
  return database.transaction(async (tx) => {
    const [, set, cartRows] = await tx.pipelineCommit(
      Promise.all([
        lockCustomers(tx, customerIds),
        setItems(tx, JSON.stringify(rows), LINES_MAX),
        findCarts(tx, customerIds),
      ]),
    );
    const results = new Map(set.map((row) => [row.customerId, row]));
    const carts = Map.groupBy(cartRows, ({ customerId }) => customerId);
    return changes.map((change): Outcome => {
      const { customerId } = change;
      const error = findRefusal(change, results.get(customerId)!);
      if (error !== null) return { kind: 'refused', error };
      return { kind: 'set', cart: buildCart(carts.get(customerId)!) };
    });
  });
}

function findRefusal(
  { ifMatch }: CartChange,
  { isForSale, isSet, version }: SetItemRow,
): CodedError | null {
  if (!isForSale) {
    return new CodedError(catalogErrors.unknownProduct, {
      errors: [{ pointer: '/path/sku', detail: 'There is no such product for sale.' }],
    });
  }
  return findMismatch(ifMatch, version) ?? (isSet ? null : cartFullError());
}

function cartFullError(): CodedError {
  return invalidInput('', `A cart can have at most ${LINES_MAX} lines.`);
}

/** Removes a product from the cart. A product that is not there is no error. Throws `request.precondition_failed`. */
export function removeCartItem(database: Database, target: CartTarget, sku: string): Promise<Cart> {
  return changeCart(database, target, (tx) => removeItem(tx, target.customerId, sku));
}

/** Empties the cart. Throws `request.precondition_failed`. */
export function clearCart(database: Database, target: CartTarget): Promise<Cart> {
  return changeCart(database, target, (tx) => clearCarts(tx, [target.customerId]));
}

/** Changes a cart under the lock of the customer's row, like checkout: before or after a checkout, never during one. */
function changeCart(
  database: Database,
  { customerId, ifMatch }: CartTarget,
  change: (tx: Transaction) => Promise<unknown>,
): Promise<Cart> {
  return database.transaction(async (tx) => {
    await lockCustomers(tx, [customerId]);
    if (ifMatch !== null) {
      const [cart] = await findVersions(tx, [customerId]);
      requireMatch(ifMatch, cart!.version);
    }
    await change(tx);
    return buildCart(await findCarts(tx, [customerId]));
  });
}
