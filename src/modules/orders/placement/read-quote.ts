import type { Queryable } from '../../../database/statement.ts';
import { findOffers } from '../../inventory/index.ts';
import type { PlacementFacts } from './placement-facts.ts';
import { type PriceLists, readStableList, requireCurrent, withPriceList } from './price-list.ts';
import { readPlacementTime } from './queries.ts';
import { readDiscounts } from './read-discounts.ts';
import { buildFacts, listProducts, requireKnownGroups } from './read-placement.ts';
import type { OrderTerms, PlacementRules, RequestedLine } from './request.ts';

export interface LinesToQuote {
  /** Null: a new customer. */
  readonly customerId: string | null;
  readonly lines: readonly RequestedLine[];
  readonly terms: OrderTerms;
}

/** Reads what a quote is based on, without locks: prices, stock and discounts as they are now. */
export function readQuoteFacts(
  db: Queryable,
  rules: Pick<PlacementRules, 'currency' | 'pendingMax' | 'pricesIncludeTax'>,
  priceLists: PriceLists,
  { customerId, lines, terms }: LinesToQuote,
): Promise<PlacementFacts> {
  return withPriceList(db, priceLists, async (remembered) => {
    const list = remembered ?? (await readStableList(db));
    const { productIds, skus } = listProducts(lines, list);
    const [[now], offers, discounts] = await Promise.all([
      readPlacementTime(db, 0),
      productIds.length + skus.length === 0 ? [] : findOffers(db, productIds, skus),
      readDiscounts(db, list, {
        codes: terms.discountCodes,
        customerIds: customerId === null ? [] : [customerId],
      }),
    ]);
    if (remembered !== null) requireCurrent(list, now!.priceVersion);
    requireKnownGroups(offers, list);
    return buildFacts(offers, [], { ...rules, list, discounts, now: now!.createdAt });
  });
}
