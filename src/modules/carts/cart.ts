import type { OrderTerms, RequestedModifier, SourcedLines, SourcedRead } from '../orders/index.ts';
import type { CartItemRow, CartRow, CartTerms, Selection } from './queries.ts';

/** A cart as stored in the database. */
export interface Cart {
  readonly customerId: string;
  /** Increases with each change of its items and terms. */
  readonly version: number;
  readonly items: readonly CartItemRow[];
  readonly terms: CartTerms;
}

/** A cart with what was true when it was read. */
export interface QuotableCart
  extends Cart,
    Pick<SourcedRead, 'pending' | 'readAt' | 'priceVersion'> {}

/** Builds carts from their rows, those of each cart one after the other, by customer id. */
export function buildCarts(rows: readonly CartRow[]): Map<string, Cart> {
  const carts = Map.groupBy(rows, ({ customerId }) => customerId);
  return new Map([...carts].map(([customerId, rowsOfCart]) => [customerId, buildCart(rowsOfCart)]));
}

function buildCart(rows: readonly CartRow[]): Cart {
  const { customerId, version, discountCodes, tipMinor, note, fulfilment } = rows[0]!;
  return {
    customerId,
    version,
    items: rows.flatMap((row) => (row.productId === null ? [] : [row])),
    terms: { discountCodes, tipMinor, note, fulfilment },
  };
}

/** Returns the cart as lines of an order. */
export function toSourcedLines({ version, items, terms }: Cart): SourcedLines {
  return {
    version,
    lines: items.map(({ productId, quantity, modifiers, itemNote }) => ({
      productId,
      quantity,
      modifiers: listModifiers(modifiers),
      note: itemNote,
    })),
    terms: toOrderTerms(terms),
    offers: items,
  };
}

function toOrderTerms({ discountCodes, tipMinor, note, fulfilment }: CartTerms): OrderTerms {
  return { discountCodes: discountCodes ?? [], tipMinor: tipMinor ?? 0, note, fulfilment };
}

const noModifiers: readonly RequestedModifier[] = [];

function listModifiers(selection: Selection): readonly RequestedModifier[] {
  if (selection === null) return noModifiers;
  return Object.entries(selection).map(([code, quantity]) => ({ code, quantity }));
}

/** Returns the stored form of a list of modifiers, which is equal for equal choices. */
export function toSelection(modifiers: readonly RequestedModifier[]): Selection {
  if (modifiers.length === 0) return null;
  return Object.fromEntries(modifiers.map(({ code, quantity }) => [code, quantity]));
}
