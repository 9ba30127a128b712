import type { Queryable } from '../../../database/statement.ts';
import {
  buildPage,
  type Cursors,
  PAGE_LIMIT_DEFAULT,
  type Page,
} from '../../../shared/pagination.ts';
import { presentGroup } from './present-group.ts';
import { listGroups as readGroups } from './queries.ts';
import type { GroupView, ListGroupsInput } from './schemas.ts';

/** Lists groups in the order of their creation. Throws `request.invalid_cursor`. */
export async function listGroups(
  db: Queryable,
  cursors: Cursors,
  { limit = PAGE_LIMIT_DEFAULT, cursor }: ListGroupsInput,
): Promise<Page<GroupView>> {
  const filters = { list: 'modifier-groups' };
  const [afterId = null] =
    cursor === undefined ? [] : (cursors.decode(filters, cursor) as [string]);
  const rows = await readGroups(db, afterId, limit + 1);
  return buildPage(rows, limit, presentGroup, ({ id }) => cursors.encode(filters, [id]));
}
