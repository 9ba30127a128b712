import type { Queryable } from '../../database/statement.ts';
import type { Caller } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { findActorNamesById } from '../accounts/index.ts';
import { catalogErrors, findProducts } from '../catalog/index.ts';
import { presentMovement } from './present-movement.ts';
import { listMovements as readMovements } from './queries.ts';
import type { ListMovementsInput, MovementView } from './schemas.ts';

/** Returns the ledger of a product, newest first. Throws `catalog.not_found` and `request.invalid_cursor`. */
export async function listMovements(
  db: Queryable,
  cursors: Cursors,
  caller: Caller,
  productId: string,
  input: ListMovementsInput,
): Promise<Page<MovementView>> {
  const limit = input.limit ?? PAGE_LIMIT_DEFAULT;
  const filters = { list: 'stock-movements', productId };
  const [beforeAt = null, beforeId = null] =
    input.cursor === undefined ? [] : (cursors.decode(filters, input.cursor) as [string, string]);
  const [product] = await findProducts(db, { ids: [productId] });
  if (product === undefined) throw new CodedError(catalogErrors.notFound);
  const rows = await readMovements(db, productId, beforeAt, beforeId, limit + 1);
  const names = await findActorNamesById(
    db,
    caller,
    rows.map(({ actorId }) => actorId),
  );
  return buildPage(
    rows,
    limit,
    (row) => presentMovement(row, names),
    (last) => cursors.encode(filters, [last.at.toISOString(), last.id]),
  );
}
