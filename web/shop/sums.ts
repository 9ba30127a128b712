import type { Money } from '../shared/api.ts';
import { useProfile } from '../shared/session.ts';
import { useCart } from './cart.ts';
import { useCartChanges, useCartOnServer } from './cart-on-server.ts';
import { type Quote, useQuote } from './quote.ts';

/** A line as the server priced it. */
export interface LineSums {
  readonly unitPrice: Money;
  readonly total: Money;
}

export interface CartSums {
  /** Null while it is not known. */
  readonly total: Money | null;
  /** These sums are the last ones from the server; the current ones have not arrived yet. */
  readonly isPending: boolean;
  /** Why a guest's cart has no sums. For a cart on the server `useCart` has the error. */
  readonly error: unknown;
  ofLine(sku: string): LineSums | undefined;
  /** Units that can be ordered; null if the server does not limit them, or they are unknown. */
  availableOf(sku: string): number | null;
}

/** Returns what the cart costs, as the server computed it: from the customer's cart, or by a quote for a guest. */
export function useSums(): CartSums {
  const isCustomer = useProfile()?.role === 'customer';
  const { lines } = useCart();
  const server = useCartOnServer();
  const isChanging = useCartChanges().length > 0;
  const { quote, isPending, error } = useQuote(isCustomer ? [] : lines);
  if (isCustomer) {
    const item = (sku: string) => server.data?.items.find((one) => one.sku === sku);
    return {
      total: server.data?.total ?? null,
      isPending: isChanging || server.error !== null,
      error: null,
      ofLine: item,
      availableOf: (sku) => item(sku)?.available ?? null,
    };
  }
  return {
    total: quote?.bill.total ?? null,
    isPending,
    error,
    ofLine: (sku) => quote?.items.find((one) => one.sku === sku),
    availableOf: (sku) => (quote === undefined || isPending ? null : availableIn(quote, sku)),
  };
}

function availableIn({ items, refusals }: Quote, sku: string): number | null {
  // A product that has no price in the quote is no longer for sale.
  if (!items.some((item) => item.sku === sku)) return 0;
  const refusal = refusals.find(({ code }) => code === 'inventory.insufficient_stock');
  const short = (refusal?.lines ?? []) as readonly { sku: string; available: number }[];
  return short.find((line) => line.sku === sku)?.available ?? null;
}
