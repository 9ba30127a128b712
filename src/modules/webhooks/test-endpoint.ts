import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { NewJob } from '../../jobs/index.ts';
import { newId } from '../../shared/ids.ts';
import { testType } from './delivery.ts';
import { findDeliveryOfEvent } from './delivery-queries.ts';
import { enqueue } from './delivery-queues.ts';
import { requireActiveEndpoint } from './find-endpoint.ts';
import { presentDelivery } from './present-delivery.ts';
import type { DeliveryView } from './schemas.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

/**
 * Sends a test message through the delivery queue, like any other message. Throws `webhooks.not_found` and
 * `webhooks.endpoint_inactive`.
 */
export async function testEndpoint(
  { database, jobs }: WebhooksParts,
  { claim }: RequestContext,
  endpointId: string,
): Promise<Once<DeliveryView>> {
  let started: readonly NewJob[] = [];
  const outcome = await once(database, claim, async (tx) => {
    await requireActiveEndpoint(tx, endpointId);
    const eventId = newId();
    const delivery = {
      endpointId,
      eventId,
      eventType: testType,
      eventPosition: null,
      orderId: null,
    };
    started = await enqueue(tx, [delivery], { reopen: false });
    await jobs.add(tx, started);
    const [row] = await findDeliveryOfEvent(tx, endpointId, eventId);
    return presentDelivery(row!);
  });
  if (!outcome.replayed) await jobs.send(started);
  return outcome;
}
