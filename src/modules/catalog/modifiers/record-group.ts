import type { Transaction } from '../../../database/database.ts';
import type { Author } from '../../../shared/caller.ts';
import { recordPriceChange } from '../../pricing/index.ts';
import type { StoredGroup } from './modifier-group.ts';
import { presentGroup } from './present-group.ts';

/** Records a change of a group with its author in the log. `before` is null for a new group, `after` for a deleted one. */
export function recordGroup(
  tx: Transaction,
  before: StoredGroup | null,
  after: StoredGroup | null,
  author: Author,
): Promise<void> {
  return recordPriceChange(tx, { kind: 'modifier_group', before, after, toTerms }, author);
}

function toTerms(group: StoredGroup) {
  const { name, min, max, modifiers } = presentGroup(group);
  return { name, min, max, modifiers };
}
