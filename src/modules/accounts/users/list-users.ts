import type { Role } from '../../../shared/caller.ts';
import { buildPage, PAGE_LIMIT_DEFAULT, type Page } from '../../../shared/pagination.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { emailKey } from '../email.ts';
import { type ListedUserRow, listUserRows } from '../queries.ts';
import { type UserView, userView } from '../user.ts';

export interface ListUsersInput {
  /** Part of an e-mail address, in any form of its domain, or of a name, regardless of case and accents. */
  readonly search?: string;
  readonly role?: Role;
  readonly limit?: number;
  readonly cursor?: string;
}

export type ListedUser = UserView & Pick<ListedUserRow, 'secondFactor'>;

/** Lists users, newest first. Throws `request.invalid_cursor`. */
export async function listUsers(
  parts: AccountsParts,
  input: ListUsersInput,
): Promise<Page<ListedUser>> {
  const { database, cursors } = parts;
  const { search = null, role = null, limit = PAGE_LIMIT_DEFAULT, cursor } = input;
  const filters = { list: 'users', search, role };
  const [beforeAt, beforeId] =
    cursor === undefined ? [null, null] : (cursors.decode(filters, cursor) as [string, string]);
  const address = search === null ? null : emailKey(search);
  const rows = await listUserRows(database, search, address, role, beforeAt, beforeId, limit + 1);
  return buildPage(rows, limit, presentUser, (last) =>
    cursors.encode(filters, [last.createdAt.toISOString(), last.id]),
  );
}

function presentUser({ secondFactor, ...user }: ListedUserRow): ListedUser {
  return { ...userView(user), secondFactor };
}
