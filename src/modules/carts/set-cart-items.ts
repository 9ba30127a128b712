import type { Database } from '../../database/database.ts';
import { findMismatch } from '../../http/index.ts';
import { createBatcher, TRANSACTION_GATHER_MS } from '../../shared/batcher.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { LINES_MAX } from '../../shared/money.ts';
import { lockCustomers } from '../accounts/index.ts';
import { chooseModifiers, modifierError } from '../catalog/index.ts';
import type { Orders } from '../orders/index.ts';
import type { QuotableCart } from './cart.ts';
import { cartFullError, unknownProductError } from './cart-refusals.ts';
import type { CartTarget } from './change-cart.ts';
import { type QuotedCart, quoteCarts } from './present-cart.ts';
import { type SetItemRow, setItems } from './queries.ts';
import { readCarts } from './read-carts.ts';

const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;
const SKU = '/path/sku';

export interface PlainItem {
  readonly sku: string;
  readonly quantity: number;
}

type CartChange = PlainItem & CartTarget;

type Outcome =
  | { readonly kind: 'set'; readonly cart: QuotedCart }
  | { readonly kind: 'refused'; readonly error: CodedError };

/**
 * Creates the function that sets the quantity of a product without modifiers and note in a cart. Concurrent calls share
 * a transaction. It throws `catalog.unknown_product`, `catalog.modifiers_out_of_range`, `request.precondition_failed`,
 * `request.invalid` if the cart is full, and `auth.unauthenticated` for a customer who was erased.
 */
export function createCartItemSetter(
  database: Database,
  orders: Pick<Orders, 'countPending' | 'quoteSourced'>,
): (target: CartTarget, item: PlainItem) => Promise<QuotedCart> {
  const submit = createBatcher<CartChange, Outcome>({
    batchesMax: 1,
    sizeMax: BATCH_SIZE_MAX,
    gatherMs: TRANSACTION_GATHER_MS,
    waitingMax: WAITING_MAX,
    exclusives: ({ customerId }) => [customerId],
    run: (changes) => setCartItems(database, orders, changes),
    // Setting a quantity is idempotent.
    mayRetryAlone: () => true,
  });
  return async (target, { sku, quantity }) => {
    const outcome = await submit({ ...target, sku, quantity });
    if (outcome.kind === 'refused') throw outcome.error;
    return outcome.cart;
  };
}

/** One round trip: nothing is decided in between. The carts are quoted after the commit. */
async function setCartItems(
  database: Database,
  orders: Pick<Orders, 'countPending' | 'quoteSourced'>,
  changes: readonly CartChange[],
): Promise<Outcome[]> {
  const customerIds = changes.map(({ customerId }) => customerId);
  const rows = changes.map(({ customerId, sku, quantity, ifMatch }) => ({
    customer_id: customerId,
    id: newId(),
    sku,
    quantity,
    versions: ifMatch,
  }));
  const [customers, set, carts] = await database.transaction(async (tx) => {
    const [locked, setRows, read] = await tx.pipelineCommit(
      Promise.all([
        lockCustomers(tx, customerIds),
        setItems(tx, JSON.stringify(rows), LINES_MAX),
        readCarts(tx, orders, customerIds),
      ]),
    );
    return [locked, setRows, read] as const;
  });
  // Erased after the request was admitted.
  const erasedIds = new Set(customers.flatMap(({ id, guest }) => (guest ? id : [])));
  const results = new Map(set.map((row) => [row.customerId, row]));
  const outcomes = changes.map((change): Outcome | QuotableCart => {
    const error = erasedIds.has(change.customerId)
      ? new CodedError(authErrors.unauthenticated)
      : findRefusal(change, results.get(change.customerId)!);
    return error === null ? carts.get(change.customerId)! : { kind: 'refused', error };
  });
  const changed = outcomes.flatMap((outcome) => ('kind' in outcome ? [] : [outcome]));
  const quoted = await quoteCarts(database, orders, changed);
  const quotes = new Map(quoted.map((cart) => [cart.cart, cart]));
  return outcomes.map((outcome) =>
    'kind' in outcome ? outcome : { kind: 'set', cart: quotes.get(outcome)! },
  );
}

function findRefusal(
  { ifMatch }: CartChange,
  { isForSale, required, isSet, version }: SetItemRow,
): CodedError | null {
  if (!isForSale) return unknownProductError(SKU);
  if (required !== null) {
    const choice = chooseModifiers([{ ...required, modifiers: [] }], []);
    if (choice.kind !== 'chosen') return modifierError(choice.refusals[0], () => SKU);
  }
  return findMismatch(ifMatch, version) ?? (isSet ? null : cartFullError());
}
