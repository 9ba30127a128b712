import type { Database, Transaction } from '../../database/database.ts';
import { createBatcher } from '../../shared/batcher.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { LINES_MAX } from '../../shared/money.ts';
import { lockCustomers } from '../accounts/index.ts';
import { catalogErrors, findProducts } from '../catalog/index.ts';
import type { CartItemRow } from './queries.ts';
import { clearCarts, findItems, removeItem, setItems } from './queries.ts';

const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;

export interface CartItem {
  readonly sku: string;
  readonly quantity: number;
}

interface Wish extends CartItem {
  readonly customerId: string;
}

type Outcome =
  | { readonly kind: 'set'; readonly items: CartItemRow[] }
  | { readonly kind: 'refused'; readonly error: CodedError };

/**
 * Sets how many units of a product lie in a cart; customers who do so at the same time share a transaction. Throws
 * `catalog.unknown_product`, and `request.invalid` when another line would be one too many.
 */
export function createCartSetting(
  database: Database,
): (customerId: string, item: CartItem) => Promise<CartItemRow[]> {
  const submit = createBatcher<Wish, Outcome>({
    lanes: 1,
    sizeMax: BATCH_SIZE_MAX,
    waitingMax: WAITING_MAX,
    exclusives: ({ customerId }) => [customerId],
    run: (wishes) => setCartItems(database, wishes),
    // To set a quantity twice is to set it once.
    mayRetryAlone: () => true,
  });
  return async (customerId, { sku, quantity }) => {
    const outcome = await submit({ customerId, sku, quantity });
    if (outcome.kind === 'refused') throw outcome.error;
    return outcome.items;
  };
}

function setCartItems(database: Database, wishes: readonly Wish[]): Promise<Outcome[]> {
  return database.transaction(async (tx) => {
    const customerIds = wishes.map(({ customerId }) => customerId);
    const [, products] = await Promise.all([
      lockCustomers(tx, customerIds),
      findProducts(tx, { skus: [...new Set(wishes.map(({ sku }) => sku))] }),
    ]);
    const forSale = new Map(
      products.flatMap(({ sku, id, active }) => (active ? [[sku, id] as const] : [])),
    );
    const rows = wishes.flatMap(({ customerId, sku, quantity }) => {
      const productId = forSale.get(sku);
      return productId === undefined
        ? []
        : [{ customer_id: customerId, product_id: productId, quantity }];
    });
    const [set, items] = await tx.commitBehind(
      Promise.all([setItems(tx, JSON.stringify(rows), LINES_MAX), findItems(tx, customerIds)]),
    );
    const changed = new Set(set.map(({ customerId }) => customerId));
    const carts = Map.groupBy(items, ({ customerId }) => customerId);
    return wishes.map(({ customerId, sku }): Outcome => {
      if (!forSale.has(sku)) return { kind: 'refused', error: notForSale() };
      if (!changed.has(customerId)) return { kind: 'refused', error: fullCart() };
      return { kind: 'set', items: carts.get(customerId) ?? [] };
    });
  });
}

function notForSale(): CodedError {
  return new CodedError(catalogErrors.unknownProduct, {
    errors: [{ pointer: '/path/sku', detail: 'There is no product for sale under this name.' }],
  });
}

function fullCart(): CodedError {
  return invalidInput('', `A cart holds at most ${LINES_MAX} lines.`);
}

/** Takes a product out of the cart; that it is not there is no error. */
export function removeCartItem(
  database: Database,
  customerId: string,
  sku: string,
): Promise<CartItemRow[]> {
  return changeCart(database, customerId, (tx) => removeItem(tx, customerId, sku));
}

export function clearCart(database: Database, customerId: string): Promise<CartItemRow[]> {
  return changeCart(database, customerId, (tx) => clearCarts(tx, [customerId]));
}

/** Under the lock of the customer's row, as checkout is: a cart changes before it or after it, never in the middle. */
function changeCart(
  database: Database,
  customerId: string,
  change: (tx: Transaction) => Promise<unknown>,
): Promise<CartItemRow[]> {
  return database.transaction(async (tx) => {
    await lockCustomers(tx, [customerId]);
    await change(tx);
    return findItems(tx, [customerId]);
  });
}
