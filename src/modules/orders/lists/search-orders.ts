import type { Queryable } from '../../../database/statement.ts';
import { emailKey } from '../../accounts/index.ts';
import { isOpen } from '../order.ts';
import type { ListedOrder } from '../reading/order-reader.ts';
import type { Position } from './index-range.ts';
import { buildMatchedPageQuery } from './matched-page-query.ts';
import type { OrderFilters } from './order-filters.ts';
import { buildPageQuery } from './page-query.ts';
import { runPageQuery } from './query-parts.ts';
import { findMatchesByIndex, findMatchesByScan, type SearchMatches } from './search-queries.ts';

/** Greater than every character that can follow in a number. */
const LAST_CHARACTER = '\u{10ffff}';

/**
 * A frequent term fills a page from the newest orders; a rare one occurs in few names and addresses. Only a scan shows
 * which it is. So each pass scans some pages of orders, then looks up some matches, and the next pass twenty times as
 * many pages or ten times as many matches: the cost is a small multiple of the better method's, however large the shop.
 */
const passes = [
  { pages: 5, matchesMax: 400 },
  { pages: 100, matchesMax: 4_000 },
] as const;

/** A number costs less than another match: it is one order, and numbers with the same beginning are adjacent. */
const NUMBERS_PER_MATCH = 5;

/** Returns one page of a search by staff, newest first, in number, SKU, product name and the customer's e-mail. */
export async function searchOrders(
  db: Queryable,
  search: string,
  filters: OrderFilters,
  after: Position | null,
  limit: number,
): Promise<ListedOrder[]> {
  const scanNewest = (pages: number | null) =>
    runPageQuery(db, buildPageQuery(filters, after, limit, { text: search, emails: true, pages }));
  // One customer's orders, or open orders, are few enough to check each.
  if (filters.customerId !== undefined || filters.statuses?.every(isOpen)) return scanNewest(null);
  for (const { pages, matchesMax } of passes) {
    const newest = await scanNewest(pages);
    if (newest.length >= limit) return newest;
    const matches = await findMatches(db, search, matchesMax);
    if (matches !== null)
      return runPageQuery(db, buildMatchedPageQuery(matches, filters, after, limit));
  }
  return scanNewest(null);
}

/** Returns what the term occurs in, or null if that is more than `matchesMax`. */
export async function findMatches(
  db: Queryable,
  search: string,
  matchesMax: number,
): Promise<SearchMatches | null> {
  const numbersMax = matchesMax * NUMBERS_PER_MATCH;
  const find = hasTrigram(search) ? findMatchesByIndex : findMatchesByScan;
  const [found] = await find(
    db,
    search,
    `${search}${LAST_CHARACTER}`,
    matchesMax,
    numbersMax,
    emailKey(search),
    addressPart(emailKey(search)),
  );
  const { skus, names, customerIds, numbers } = found!;
  const isMany = skus.length > matchesMax || customerIds.length > matchesMax || numbers === null;
  return isMany ? null : { skus, names, customerIds, numbers };
}

/** Returns the part of a search that the index looks up: of a complete address, the part before the domain. */
function addressPart(search: string): string {
  const at = search.indexOf('@');
  return at < 3 ? search : search.slice(0, at + 1);
}

/**
 * Returns whether a search contains a trigram: three consecutive characters, one of which may be the end of a word,
 * without those that folding removes. Source: PostgreSQL documentation, F.35 "pg_trgm".
 */
function hasTrigram(search: string): boolean {
  const text = search.normalize('NFKD').replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '');
  return [...text].length >= 3 && /[\p{L}\p{N}]{2}/u.test(text);
}
