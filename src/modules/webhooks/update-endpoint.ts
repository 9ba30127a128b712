import type { Database } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import { clearDeliveryQueues } from './delivery-queues.ts';
import { requireTarget, requireTypes } from './endpoint.ts';
import { requireEndpoint } from './find-endpoint.ts';
import { presentEndpoint } from './present-endpoint.ts';
import { markDeleted, updateEndpointRow } from './queries.ts';
import type { EndpointChange, EndpointView } from './schemas.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

export const DISABLED_ERROR = 'the endpoint was disabled';

/**
 * Changes an endpoint. If it is disabled, its pending deliveries become FAILED. Throws `webhooks.not_found` and
 * `request.invalid`.
 */
export function updateEndpoint(
  { database, allowPrivateTargets }: WebhooksParts,
  { claim }: RequestContext,
  id: string,
  { url, eventTypes, active }: EndpointChange,
): Promise<Once<EndpointView>> {
  if (eventTypes !== undefined) requireTypes(eventTypes);
  if (url !== undefined) requireTarget(url, allowPrivateTargets);
  return once(database, claim, async (tx) => {
    await requireEndpoint(tx, id);
    const [row] = await updateEndpointRow(tx, id, url ?? null, eventTypes ?? null, active ?? null);
    if (active === false) await clearDeliveryQueues(tx, id, DISABLED_ERROR);
    return presentEndpoint(row!);
  });
}

/** Deletes an endpoint at once; its deliveries are kept until they are purged. Throws `webhooks.not_found`. */
export function deleteEndpoint(database: Database, id: string): Promise<void> {
  return database.transaction(async (tx) => {
    await requireEndpoint(tx, id);
    await markDeleted(tx, id);
    await clearDeliveryQueues(tx, id, 'the endpoint was deleted');
  });
}
