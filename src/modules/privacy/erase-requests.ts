import { recordAudit } from '../../audit/index.ts';
import type { Database } from '../../database/database.ts';
import type { RequestContext } from '../../http/index.ts';
import type { UserCaller } from '../../shared/caller.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { accountsErrors, findCustomers, lockCustomers } from '../accounts/index.ts';
import { findShopSettings } from '../scheduling/index.ts';
import { deleteRequest, findErasure, insertRequest, listRequestRows } from './queries.ts';

/** When a person asked to be erased, and until when it has to be done. */
export interface EraseRequest {
  readonly requestedAt: string;
  readonly dueAt: string;
}

/** As `Privacy.requestErasure`. */
export async function requestErasure(
  database: Database,
  context: RequestContext,
  caller: UserCaller,
): Promise<EraseRequest> {
  return database.transaction(async (tx) => {
    const [user] = await lockCustomers(tx, [caller.id]);
    // Erased after the request was admitted.
    if (user === undefined || user.guest) throw new CodedError(authErrors.unauthenticated);
    const { timeZone } = await findShopSettings(tx);
    const [inserted] = await insertRequest(tx, caller.id, timeZone);
    const [row] = await findErasure(tx, caller.id);
    const request = presentRequest({ requestedAt: row!.requestedAt!, dueAt: row!.dueAt! });
    if (inserted !== undefined) {
      await recordAudit(tx, context, [
        {
          type: 'user.erasure_requested',
          subjectId: caller.id,
          before: null,
          after: { due: request.dueAt },
        },
      ]);
    }
    return request;
  });
}

/** As `Privacy.withdrawErasure`. */
export async function withdrawErasure(
  database: Database,
  context: RequestContext,
  caller: UserCaller,
): Promise<void> {
  await database.transaction(async (tx) => {
    await lockCustomers(tx, [caller.id]);
    const [row] = await findErasure(tx, caller.id);
    const [deleted] = await deleteRequest(tx, caller.id);
    if (row === undefined || deleted === undefined) {
      throw new CodedError(accountsErrors.eraseRequestMissing);
    }
    await recordAudit(tx, context, [
      {
        type: 'user.erasure_withdrawn',
        subjectId: caller.id,
        before: { due: row.dueAt!.toISOString() },
        after: null,
      },
    ]);
  });
}

/** An open request, as admins see it. */
export interface ListedRequest extends EraseRequest {
  readonly user: { readonly id: string; readonly name: string; readonly email: string | null };
}

export interface ListRequestsInput {
  readonly limit?: number;
  readonly cursor?: string;
}

/** As `Privacy.listEraseRequests`. */
export async function listEraseRequests(
  database: Database,
  cursors: Cursors,
  { limit = PAGE_LIMIT_DEFAULT, cursor }: ListRequestsInput,
): Promise<Page<ListedRequest>> {
  const filters = { list: 'erase-requests' };
  const [afterDueAt, afterId] =
    cursor === undefined ? [null, null] : (cursors.decode(filters, cursor) as [string, string]);
  const rows = await listRequestRows(database, afterDueAt, afterId, limit + 1);
  const users = await findCustomers(
    database,
    rows.map(({ userId }) => userId),
  );
  const byId = new Map(users.map((user) => [user.id, user]));
  return buildPage(
    rows,
    limit,
    (row) => {
      const { id, name, email } = byId.get(row.userId)!;
      return { user: { id, name, email }, ...presentRequest(row) };
    },
    (last) => cursors.encode(filters, [last.dueAt.toISOString(), last.userId]),
  );
}

function presentRequest({
  requestedAt,
  dueAt,
}: {
  readonly requestedAt: Date;
  readonly dueAt: Date;
}): EraseRequest {
  return { requestedAt: requestedAt.toISOString(), dueAt: dueAt.toISOString() };
}
