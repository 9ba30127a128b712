import { recordAudit } from '../../audit/index.ts';
import type { Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { NewJob } from '../../jobs/index.ts';
import { CodedError } from '../../shared/errors.ts';
import { findDelivery, reopenDeliveries } from './delivery-queries.ts';
import { changeDeliveryQueues } from './delivery-queues.ts';
import { webhooksErrors } from './errors.ts';
import { requireActiveEndpoint } from './find-endpoint.ts';
import { presentDelivery } from './present-delivery.ts';
import type { DeliveryView } from './schemas.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

/**
 * Sends a delivery again, whatever its outcome was, with all its attempts; immediately if it is the head of its queue.
 * Throws `webhooks.not_found` and `webhooks.endpoint_inactive`.
 */
export async function redeliver(
  { database, jobs }: WebhooksParts,
  context: RequestContext,
  endpointId: string,
  deliveryId: string,
): Promise<Once<DeliveryView>> {
  let started: readonly NewJob[] = [];
  const outcome = await once(database, context.claim, async (tx) => {
    await requireActiveEndpoint(tx, endpointId);
    started = await reopen(tx, endpointId, deliveryId);
    await jobs.add(tx, started);
    const [row] = await findDelivery(tx, endpointId, deliveryId);
    const { eventId, eventType, orderId } = row!;
    const after = { endpointId, eventId, eventType, orderId };
    await recordAudit(tx, context, [
      { type: 'webhook_delivery.redelivered', subjectId: deliveryId, before: null, after },
    ]);
    return presentDelivery(row!);
  });
  if (!outcome.replayed) await jobs.send(started);
  return outcome;
}

/** Puts a delivery back into its queue. Returns the jobs to be added. Throws `webhooks.not_found`. */
export async function reopen(
  tx: Transaction,
  endpointId: string,
  deliveryId: string,
): Promise<readonly NewJob[]> {
  const [delivery] = await findDelivery(tx, endpointId, deliveryId);
  if (delivery === undefined) throw new CodedError(webhooksErrors.notFound);
  const line = { endpointId, lineId: delivery.orderId ?? delivery.eventId };
  const change = () => reopenDeliveries(tx, endpointId, [delivery.eventId]);
  return changeDeliveryQueues(tx, [line], change, deliveryId);
}
