import type { Database, Transaction } from '../../database/database.ts';
import { type Claim, type Once, once } from '../../database/idempotency.ts';
import { requireMatch } from '../../http/index.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { lockCustomers } from '../accounts/index.ts';
import type { Orders } from '../orders/index.ts';
import type { QuotableCart } from './cart.ts';
import { presentCart, type QuotedCart, quoteCarts } from './present-cart.ts';
import { readCarts } from './read-carts.ts';
import type { CartView } from './schemas.ts';

/** The cart's owner, and the versions that `If-Match` accepts; null: any. */
export interface CartTarget {
  readonly customerId: string;
  readonly ifMatch: readonly number[] | null;
}

/** The same for a request that takes effect once. */
export interface ClaimedTarget extends CartTarget {
  readonly claim: Claim | null;
}

export interface CartDependencies {
  readonly database: Database;
  readonly orders: Pick<Orders, 'countPending' | 'quoteSourced'>;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
}

/** Calls the statements that change a cart, given as it is under lock; null: nothing changes. */
export type CartChange = (tx: Transaction, cart: QuotableCart) => Promise<unknown> | null;

/**
 * Changes a cart under the lock of the customer's row, like checkout: before or after a checkout, never during one.
 * `check` may refuse the result. A repeated request with the same claim receives the first result. Throws
 * `request.precondition_failed`, and `auth.unauthenticated` for a customer who was erased.
 */
export function changeCart(
  { database, orders, currency }: CartDependencies,
  { claim, ...target }: ClaimedTarget,
  change: CartChange,
  check: (result: QuotedCart) => void = () => {},
): Promise<Once<CartView>> {
  return once(database, claim, async (tx) => {
    const cart = await changeLocked(tx, orders, target, change);
    const [quoted] = await quoteCarts(tx, orders, [cart]);
    check(quoted!);
    return presentCart(quoted!, currency);
  });
}

async function changeLocked(
  tx: Transaction,
  orders: CartDependencies['orders'],
  { customerId, ifMatch }: CartTarget,
  change: CartChange,
): Promise<QuotableCart> {
  const read = async () => (await readCarts(tx, orders, [customerId])).get(customerId)!;
  const [[customer], cart] = await Promise.all([lockCustomers(tx, [customerId]), read()]);
  // Erased after the request was admitted.
  if (customer === undefined || customer.guest) throw new CodedError(authErrors.unauthenticated);
  requireMatch(ifMatch, cart.version);
  const changing = change(tx, cart);
  if (changing === null) return cart;
  const [, changed] = await Promise.all([changing, read()]);
  return changed;
}
