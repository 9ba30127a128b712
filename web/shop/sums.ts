import type { Bill, Money, Order } from '../shared/api.ts';
import { useProfile } from '../shared/session.ts';
import { useCart } from './cart.ts';
import { findItem } from './cart-calls.ts';
import { type CartLine, getItemKey } from './cart-line.ts';
import { useCartChanges, useCartOnServer } from './cart-on-server.ts';
import { findTrouble, type LineTrouble } from './line-trouble.ts';
import { type Quote, type Refusal, useQuote } from './quote.ts';

/** A line as the server priced it. */
export interface LineSums {
  readonly unitPrice: Money;
  readonly total: Money;
  readonly modifiers: Order['items'][number]['modifiers'];
}

export interface CartSums {
  /** Null while it is not known. */
  readonly bill: Bill | null;
  /** These sums are the last ones from the server; the current ones have not arrived yet. */
  readonly isPending: boolean;
  /** Why a guest's cart has no sums. For a cart on the server `useCart` has the error. */
  readonly error: unknown;
  /** Why an order of this cart would be refused. */
  readonly refusals: readonly Refusal[];
  ofLine(line: CartLine): LineSums | undefined;
  /** Returns why a line cannot be ordered; null if it can, or if this is not known yet. */
  troubleOf(line: CartLine, index: number): LineTrouble | null;
}

/** Returns what the cart costs, as the server computed it: from the customer's cart, or by a quote for a guest. */
export function useSums(): CartSums {
  const isCustomer = useProfile()?.role === 'customer';
  const { lines, terms } = useCart();
  const server = useCartOnServer();
  const isChanging = useCartChanges().length > 0;
  const { quote, isPending, error } = useQuote(isCustomer ? [] : lines, terms);
  if (isCustomer) {
    const refusals = server.data?.refusals ?? [];
    return {
      bill: server.data?.bill ?? null,
      isPending: isChanging || server.error !== null,
      error: null,
      refusals,
      ofLine: (line) => findItem(server.data, line),
      troubleOf: (line, index) =>
        isChanging
          ? null
          : findTrouble(refusals, index, line, findItem(server.data, line)?.available),
    };
  }
  const refusals = quote?.refusals ?? [];
  return {
    bill: quote?.bill ?? null,
    isPending,
    error,
    refusals,
    ofLine: (line) => findQuoted(quote, line),
    troubleOf: (line, index) => (isPending ? null : findTrouble(refusals, index, line)),
  };
}

function findQuoted(quote: Quote | undefined, line: CartLine) {
  const key = getItemKey(line);
  return quote?.items.find((other) => getItemKey(other) === key);
}
