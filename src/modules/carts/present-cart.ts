import type { Queryable } from '../../database/statement.ts';
import { money } from '../../shared/money.ts';
import { type Orders, presentStated, type SourcedQuote } from '../orders/index.ts';
import { type QuotableCart, toSourcedLines } from './cart.ts';
import type { CartView } from './schemas.ts';

/** A cart with what its order would cost. */
export interface QuotedCart {
  readonly cart: QuotableCart;
  readonly quote: SourcedQuote;
}

/** Quotes carts that were read, in their order. */
export async function quoteCarts(
  db: Queryable,
  orders: Pick<Orders, 'quoteSourced'>,
  carts: readonly QuotableCart[],
): Promise<QuotedCart[]> {
  const quotes = await orders.quoteSourced(
    db,
    carts.map((cart) => ({ ...cart, sourced: toSourcedLines(cart) })),
  );
  return carts.map((cart, index) => ({ cart, quote: quotes[index]! }));
}

/** Builds the view of a cart, in the shop's currency. */
export function presentCart({ cart, quote }: QuotedCart, currency: string): CartView {
  const { discountCodes, tipMinor, note, fulfilment } = cart.terms;
  return {
    items: quote.lines.map(({ view, available }, index) => ({
      id: cart.items[index]!.itemId,
      ...view,
      available,
    })),
    bill: quote.bill,
    total: quote.bill.total,
    refusals: quote.refusals,
    discountCodes: [...(discountCodes ?? [])],
    tip: tipMinor === null ? null : money(tipMinor, currency),
    note,
    fulfilment: fulfilment === null ? null : presentStated(fulfilment),
    version: cart.version,
  };
}
