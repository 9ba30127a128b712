import type { Database } from '../../../database/database.ts';
import { once } from '../../../database/idempotency.ts';
import type { Queryable } from '../../../database/statement.ts';
import type { Cursors } from '../../../shared/pagination.ts';
import { createGroup } from './create-group.ts';
import { listGroups } from './list-groups.ts';
import { presentGroup } from './present-group.ts';
import { requireGroup } from './require-group.ts';
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
  const addModifierGroup: ModifierGroups['addModifierGroup'] = async (tx, input, author) =>
    presentGroup(await createGroup(tx, currency, input, author));
  return {
    addModifierGroup,
    listModifierGroups: (input) => listGroups(reads, cursors, input),
    getModifierGroup: async (groupId) => presentGroup(await requireGroup(database, groupId)),
    createModifierGroup: (context, input) =>
      once(database, context.claim, (tx) => addModifierGroup(tx, input, context)),
    updateModifierGroup: (context, groupId, input, accepted) =>
      once(database, context.claim, async (tx) =>
        presentGroup(await updateGroup(tx, currency, groupId, input, accepted, context)),
      ),
    deleteModifierGroup: (context, groupId, accepted) =>
      database.transaction((tx) => removeGroup(tx, groupId, accepted, context)),
  };
}
