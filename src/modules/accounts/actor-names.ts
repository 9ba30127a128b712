import type { Queryable } from '../../database/statement.ts';
import type { Caller } from '../../shared/caller.ts';
import { findActorNames } from './queries.ts';

/**
 * What those who did something are called now, by their ids: a user without a name by their address, but not before an API
 * key. Only for staff. No id, such as the system's, is left out.
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
