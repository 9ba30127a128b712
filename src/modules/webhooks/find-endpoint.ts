import type { Transaction } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import { CodedError } from '../../shared/errors.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { webhooksErrors } from './errors.ts';
import { presentEndpoint } from './present-endpoint.ts';
import { type EndpointRow, findEndpoint, listEndpointRows, lockEndpoint } from './queries.ts';
import type { EndpointView, ListInput } from './schemas.ts';

/** Returns an endpoint. Throws `webhooks.not_found`. */
export async function getEndpoint(db: Queryable, id: string): Promise<EndpointView> {
  const [row] = await findEndpoint(db, id);
  if (row === undefined) throw new CodedError(webhooksErrors.notFound);
  return presentEndpoint(row);
}

/** Lists endpoints, newest first. Throws `request.invalid_cursor`. */
export async function listEndpoints(
  db: Queryable,
  cursors: Cursors,
  { limit = PAGE_LIMIT_DEFAULT, cursor }: ListInput,
): Promise<Page<EndpointView>> {
  const scope = { list: 'webhook-endpoints' };
  const [beforeAt = null, beforeId = null] =
    cursor === undefined ? [] : (cursors.decode(scope, cursor) as [string, string]);
  const rows = await listEndpointRows(db, beforeAt, beforeId, limit + 1);
  return buildPage(rows, limit, presentEndpoint, (last) =>
    cursors.encode(scope, [last.createdAt.toISOString(), last.id]),
  );
}

/** Locks an endpoint until commit. Throws `webhooks.not_found`. */
export async function requireEndpoint(tx: Transaction, id: string): Promise<EndpointRow> {
  const [row] = await lockEndpoint(tx, id);
  if (row === undefined) throw new CodedError(webhooksErrors.notFound);
  return row;
}

/** Locks an endpoint to which something is to be sent. Throws `webhooks.not_found` and `webhooks.endpoint_inactive`. */
export async function requireActiveEndpoint(tx: Transaction, id: string): Promise<EndpointRow> {
  const row = await requireEndpoint(tx, id);
  if (!row.active) throw new CodedError(webhooksErrors.endpointInactive);
  return row;
}
