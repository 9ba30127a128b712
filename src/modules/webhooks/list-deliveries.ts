import type { Queryable } from '../../database/statement.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { listDeliveryRows } from './delivery-queries.ts';
import { getEndpoint } from './find-endpoint.ts';
import { presentDelivery } from './present-delivery.ts';
import type { DeliveryView, ListDeliveriesInput } from './schemas.ts';

/** Lists the deliveries to an endpoint, newest first. Throws `webhooks.not_found` and `request.invalid_cursor`. */
export async function listDeliveries(
  db: Queryable,
  cursors: Cursors,
  endpointId: string,
  { status, limit = PAGE_LIMIT_DEFAULT, cursor }: ListDeliveriesInput,
): Promise<Page<DeliveryView>> {
  await getEndpoint(db, endpointId);
  const scope = { list: 'webhook-deliveries', endpointId, status };
  const [beforeAt = null, beforeId = null] =
    cursor === undefined ? [] : (cursors.decode(scope, cursor) as [string, string]);
  const rows = await listDeliveryRows(
    db,
    endpointId,
    status ?? null,
    beforeAt,
    beforeId,
    limit + 1,
  );
  return buildPage(rows, limit, presentDelivery, (last) =>
    cursors.encode(scope, [last.createdAt.toISOString(), last.id]),
  );
}
