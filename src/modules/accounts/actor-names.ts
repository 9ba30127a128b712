import type { Queryable } from '../../database/statement.ts';
import { findActorNames } from './queries.ts';

/** What those who did something are called now, by their ids. Only for staff. No id, such as the system's, is left out. */
export async function namesOfActors(
  db: Queryable,
  ids: Iterable<string | null>,
): Promise<ReadonlyMap<string | null, string>> {
  const known = new Set([...ids].filter((id) => id !== null));
  if (known.size === 0) return new Map();
  const rows = await findActorNames(db, [...known]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
