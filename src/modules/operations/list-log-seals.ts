import type { Queryable } from '../../database/statement.ts';
import { listNewestSeals, type Seal } from '../../seals/index.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import type { ListSealsInput } from './seal-schemas.ts';

/** Lists the seals of the log and the audit, newest first. Throws `request.invalid_cursor`. */
export async function listLogSeals(
  db: Queryable,
  cursors: Cursors,
  { limit = PAGE_LIMIT_DEFAULT, cursor }: ListSealsInput,
): Promise<Page<Seal>> {
  const scope = { list: 'log-seals' };
  const [before] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [number]);
  const seals = await listNewestSeals(db, limit + 1, before);
  return buildPage(
    seals,
    limit,
    (seal) => seal,
    ({ number }) => cursors.encode(scope, [number]),
  );
}
