import type { Queryable } from '../../../database/statement.ts';
import { CodedError } from '../../../shared/errors.ts';
import { pricesErrors } from '../../pricing/index.ts';
import type { StoredGroup } from './modifier-group.ts';
import { findGroups } from './queries.ts';

/** Throws `prices.not_found`. */
export async function requireGroup(db: Queryable, groupId: string): Promise<StoredGroup> {
  const [group] = await findGroups(db, [groupId]);
  if (group === undefined) throw new CodedError(pricesErrors.notFound);
  return group;
}
