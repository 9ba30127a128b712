import type { Queryable } from '../../database/statement.ts';
import { likePattern } from './like-pattern.ts';
import { findBySearch } from './search-queries.ts';

/** Above every character that a number can go on with. */
const LAST_CHARACTER = '\u{10ffff}';

/** More than these are found sooner by leafing through the newest orders: there is one on every few of their pages. */
const FOUND_MAX = 2_000;

/**
 * The orders that a search of staff speaks of, when they are few; null when they are many. So a rare text costs what it
 * finds, however many orders there are, instead of a look at each of them.
 */
export async function findFew(
  db: Queryable,
  search: string,
  foundMax: number = FOUND_MAX,
): Promise<readonly string[] | null> {
  const [found] = await findBySearch(
    db,
    likePattern(search),
    search,
    `${search}${LAST_CHARACTER}`,
    foundMax,
  );
  return found!.ids;
}
