import type { Transaction } from '../../../database/database.ts';
import type { Once } from '../../../database/idempotency.ts';
import type { RequestContext } from '../../../http/index.ts';
import type { Author } from '../../../shared/caller.ts';
import type { Page } from '../../../shared/pagination.ts';
import type { CreateGroupInput, GroupView, ListGroupsInput, UpdateGroupInput } from './schemas.ts';

/** The use cases of modifier groups. */
export interface ModifierGroups {
  listModifierGroups(input: ListGroupsInput): Promise<Page<GroupView>>;
  /** Throws `prices.not_found`. */
  getModifierGroup(groupId: string): Promise<GroupView>;
  createModifierGroup(context: RequestContext, input: CreateGroupInput): Promise<Once<GroupView>>;
  /** Creates a group in the caller's transaction, for demo data. */
  addModifierGroup(tx: Transaction, input: CreateGroupInput, author: Author): Promise<GroupView>;
  updateModifierGroup(
    context: RequestContext,
    groupId: string,
    input: UpdateGroupInput,
    accepted: readonly number[] | null,
  ): Promise<Once<GroupView>>;
  deleteModifierGroup(
    context: RequestContext,
    groupId: string,
    accepted: readonly number[] | null,
  ): Promise<void>;
}
