import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { invalidInputs } from '../../../shared/common-errors.ts';
import type { StoredGroup } from './modifier-group.ts';
import { findGroups, shareGroups } from './queries.ts';

/** Finds the groups that any of the products offers, by id. Without groups it reads nothing. */
export async function findOfferedGroups(
  db: Queryable,
  products: readonly { readonly modifierGroupIds: readonly string[] }[],
): Promise<ReadonlyMap<string, StoredGroup>> {
  const ids = new Set(products.flatMap(({ modifierGroupIds }) => modifierGroupIds));
  const groups = ids.size === 0 ? [] : await findGroups(db, [...ids]);
  return new Map(groups.map((group) => [group.id, group]));
}

/** Throws `request.invalid` unless every group exists. None is deleted before the transaction ends. */
export async function requireGroups(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set((await shareGroups(tx, ids)).map(({ id }) => id));
  const unknown = ids.flatMap((id, index) =>
    known.has(id)
      ? []
      : [{ pointer: `/modifierGroupIds/${index}`, detail: 'There is no such modifier group.' }],
  );
  if (unknown.length > 0) throw invalidInputs(unknown);
}
