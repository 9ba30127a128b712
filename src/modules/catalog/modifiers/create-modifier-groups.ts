import type { Database, Transaction } from '../../../database/database.ts';
import { once } from '../../../database/idempotency.ts';
import type { Queryable } from '../../../database/statement.ts';
import type { Cursors } from '../../../shared/pagination.ts';
import { createGroup } from './create-group.ts';
import { listGroups } from './list-groups.ts';
import { presentGroup } from './present-group.ts';
import { requireGroup } from './require-group.ts';
import type { CreateGroupInput, GroupView } from './schemas.ts';
import { removeGroup, updateGroup } from './update-group.ts';
import type { ModifierGroups } from './use-cases.ts';

export interface ModifierGroupsDependencies {
  readonly database: Database;
  /** Where lists are read; may lag. */
  readonly reads: Queryable;
  readonly cursors: Cursors;
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
}

export function createModifierGroups({
  database,
  reads,
  cursors,
  currency,
}: ModifierGroupsDependencies): ModifierGroups {
  const addModifierGroup = async (tx: Transaction, input: CreateGroupInput): Promise<GroupView> =>
    presentGroup(await createGroup(tx, currency, input));
  return {
    addModifierGroup,
    listModifierGroups: (input) => listGroups(reads, cursors, input),
    getModifierGroup: async (groupId) => presentGroup(await requireGroup(database, groupId)),
    createModifierGroup: ({ claim }, input) =>
      once(database, claim, (tx) => addModifierGroup(tx, input)),
    updateModifierGroup: ({ claim }, groupId, input, accepted) =>
      once(database, claim, async (tx) =>
        presentGroup(await updateGroup(tx, currency, groupId, input, accepted)),
      ),
    deleteModifierGroup: (groupId, accepted) =>
      database.transaction((tx) => removeGroup(tx, groupId, accepted)),
  };
}
