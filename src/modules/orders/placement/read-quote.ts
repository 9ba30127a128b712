import type { Database } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { findOffers } from '../../inventory/index.ts';
import type { PlacementFacts } from './placement-facts.ts';
import {
  type PriceList,
  type PriceLists,
  readLockedList,
  requireCurrent,
  withPriceList,
} from './price-list.ts';
import { readPlacementTime } from './queries.ts';
import { readDiscounts } from './read-discounts.ts';
import { buildFacts, listProducts, requireKnownGroups } from './read-placement.ts';
import { readSlots, toKnownSlots } from './read-slots.ts';
import type { OrderTerms, QuoteRules, RequestedLine } from './request.ts';

export interface LinesToQuote {
  /** Null: a new customer. */
  readonly customerId: string | null;
  readonly lines: readonly RequestedLine[];
  readonly terms: OrderTerms;
}

/** Reads what a quote is based on, without locks on it: prices, stock and discounts as they are now. */
export function readQuoteFacts(
  database: Database,
  rules: QuoteRules,
  priceLists: PriceLists,
  quoted: LinesToQuote,
): Promise<PlacementFacts> {
  return withPriceList(database, priceLists, (list) =>
    list === null
      ? database.transaction(async (tx) => readFacts(tx, rules, await readLockedList(tx), quoted))
      : readFacts(database, rules, list, quoted),
  );
}

async function readFacts(
  db: Queryable,
  rules: QuoteRules,
  list: PriceList,
  { customerId, lines, terms }: LinesToQuote,
): Promise<PlacementFacts> {
  const { productIds, skus } = listProducts(lines, list);
  const [[now], offers, discounts, slots] = await Promise.all([
    readPlacementTime(db),
    productIds.length + skus.length === 0 ? [] : findOffers(db, productIds, skus),
    readDiscounts(db, list, {
      codes: terms.discountCodes,
      customerIds: customerId === null ? [] : [customerId],
    }),
    readSlots(db, list.shop, [terms], true),
  ]);
  requireCurrent(list, now!.priceVersion);
  requireKnownGroups(offers, list);
  const { createdAt } = now!;
  const knownSlots = toKnownSlots(slots, createdAt);
  return buildFacts(offers, new Map(), { ...rules, list, discounts, knownSlots, now: createdAt });
}
