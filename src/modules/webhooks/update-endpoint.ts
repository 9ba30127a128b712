import { type AuditEntry, recordAudit } from '../../audit/index.ts';
import type { Database } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Author } from '../../shared/caller.ts';
import { clearDeliveryQueues } from './delivery-queues.ts';
import { requireTarget, requireTypes } from './endpoint.ts';
import { requireEndpoint } from './find-endpoint.ts';
import { auditedChange, auditedEndpoint, presentEndpoint } from './present-endpoint.ts';
import { type EndpointRow, markDeleted, updateEndpointRow } from './queries.ts';
import type { EndpointChange, EndpointView } from './schemas.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

export const DISABLED_ERROR = 'the endpoint was disabled';

/**
 * Changes an endpoint. If it is disabled, its pending deliveries become FAILED. Throws `webhooks.not_found` and
 * `request.invalid`.
 */
export function updateEndpoint(
  { database, allowPrivateTargets }: WebhooksParts,
  context: RequestContext,
  id: string,
  { url, eventTypes, active }: EndpointChange,
): Promise<Once<EndpointView>> {
  if (eventTypes !== undefined) requireTypes(eventTypes);
  if (url !== undefined) requireTarget(url, allowPrivateTargets);
  return once(database, context.claim, async (tx) => {
    const before = await requireEndpoint(tx, id);
    const [row] = await updateEndpointRow(tx, id, url ?? null, eventTypes ?? null, active ?? null);
    if (active === false) await clearDeliveryQueues(tx, id, DISABLED_ERROR);
    await recordAudit(tx, context, [describeChange(before, row!)]);
    return presentEndpoint(row!);
  });
}

export function describeChange(before: EndpointRow, after: EndpointRow): AuditEntry {
  return {
    type: 'webhook_endpoint.changed',
    subjectId: before.id,
    ...auditedChange(before, after),
  };
}

/** Deletes an endpoint at once; its deliveries are kept until they are purged. Throws `webhooks.not_found`. */
export function deleteEndpoint(database: Database, author: Author, id: string): Promise<void> {
  return database.transaction(async (tx) => {
    const before = auditedEndpoint(await requireEndpoint(tx, id));
    await markDeleted(tx, id);
    await clearDeliveryQueues(tx, id, 'the endpoint was deleted');
    await recordAudit(tx, author, [
      { type: 'webhook_endpoint.deleted', subjectId: id, before, after: null },
    ]);
  });
}
