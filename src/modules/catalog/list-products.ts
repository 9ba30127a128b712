import type { Queryable } from '../../database/statement.ts';
import type { Caller } from '../../shared/caller.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { findOfferedGroups } from './modifiers/offered-groups.ts';
import { presentProduct, seesStockLevels } from './present-product.ts';
import { listMenu, listProducts as readProducts } from './queries.ts';
import type { ListProductsInput, ProductView } from './schemas.ts';

/** Lists products by name or in the order of the menu, as the caller may see them. Throws `request.invalid_cursor`. */
export async function listProducts(
  db: Queryable,
  cursors: Cursors,
  caller: Caller | null,
  input: ListProductsInput,
): Promise<Page<ProductView>> {
  const limit = input.limit ?? PAGE_LIMIT_DEFAULT;
  const withInactive = seesStockLevels(caller);
  const search = input.search ?? null;
  const available = input.available ?? null;
  const isMenu = input.sort === 'menu';
  const filters = { list: isMenu ? 'menu' : 'products', withInactive, search, available };
  const [afterName = null, afterId = null] =
    input.cursor === undefined ? [] : (cursors.decode(filters, input.cursor) as [string, string]);
  const rows = isMenu
    ? await listMenu(db, withInactive, search, available, afterId, limit + 1)
    : await readProducts(db, withInactive, search, available, afterName, afterId, limit + 1);
  const groups = await findOfferedGroups(db, rows);
  return buildPage(
    rows,
    limit,
    (row) => presentProduct(row, groups, caller),
    (last) => cursors.encode(filters, [last.name, last.id]),
  );
}
