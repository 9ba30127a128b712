import type { Queryable } from '../../database/statement.ts';
import type { Caller } from '../../shared/caller.ts';
import { findActorNames } from './queries.ts';

/**
 * Returns the current names of actors by their ids, only for staff. A user without a name is shown by address, but not
 * to an API key. Null ids, such as the system's, are left out.
 */
export async function findActorNamesById(
  db: Queryable,
  caller: Pick<Caller, 'kind'>,
  ids: Iterable<string | null>,
): Promise<ReadonlyMap<string | null, string>> {
  const known = new Set([...ids].filter((id) => id !== null));
  if (known.size === 0) return new Map();
  const rows = await findActorNames(db, [...known], caller.kind === 'user');
  return new Map(rows.map(({ id, name }) => [id, name]));
}
