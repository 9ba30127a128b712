import type { Transaction } from '../../database/database.ts';
import type { NewJob } from '../../jobs/index.ts';
import { newId } from '../../shared/ids.ts';
import { insertDeliveries, reopenDeliveries } from './delivery-queries.ts';
import {
  deleteEndpointQueues,
  failPending,
  lockDeliveryQueues,
  lockEndpointQueues,
  type StartedRow,
  updateHeads,
} from './delivery-queue-queries.ts';

/** The job of a delivery that is the head of its queue. */
export const DELIVER_JOB = 'webhooks.deliver';

/** Deliveries that are sent one after the other: those of one order to one endpoint. */
export interface DeliveryQueue {
  readonly endpointId: string;
  readonly lineId: string;
}

/** An event for an endpoint that is not recorded yet. */
export interface NewDelivery {
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** Null for what is no event: a seal or a test. */
  readonly eventPosition: number | null;
  readonly orderId: string | null;
  /** The seal that it sends, if it is one of `log.sealed`. */
  readonly sealNumber?: number;
}

/**
 * Locks delivery queues, changes their deliveries, and determines their heads again. Returns the jobs of the new heads,
 * to be added in the same transaction. `change` must send its statements without awaiting anything else.
 */
export async function changeDeliveryQueues(
  tx: Transaction,
  queues: readonly DeliveryQueue[],
  change: () => Promise<unknown>,
  restartedId: string | null = null,
): Promise<readonly NewJob[]> {
  const each = [
    ...new Map(queues.map((line) => [`${line.endpointId} ${line.lineId}`, line])).values(),
  ];
  const endpointIds = each.map(({ endpointId }) => endpointId);
  const lineIds = each.map(({ lineId }) => lineId);
  const jobIds = each.map(() => newId());
  // One round trip; the statements run in this order.
  const [, , started] = await Promise.all([
    lockDeliveryQueues(tx, endpointIds, lineIds),
    change(),
    updateHeads(tx, endpointIds, lineIds, jobIds, restartedId),
  ]);
  return started.map(buildJob);
}

/**
 * Records deliveries and creates the job of each new head. Existing deliveries stay unchanged, or are sent again if
 * `reopen` is true.
 */
export async function enqueue(
  tx: Transaction,
  deliveries: readonly NewDelivery[],
  { reopen }: { readonly reopen: boolean },
): Promise<readonly NewJob[]> {
  if (deliveries.length === 0) return [];
  const rows = deliveries.map((delivery) => ({
    id: newId(),
    endpoint_id: delivery.endpointId,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    event_position: delivery.eventPosition,
    order_id: delivery.orderId,
    line_id: getLineId(delivery),
    seal_number: delivery.sealNumber ?? null,
  }));
  const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  const queues = deliveries.map((one) => ({ endpointId: one.endpointId, lineId: getLineId(one) }));
  return changeDeliveryQueues(tx, queues, () => {
    // A pending delivery stays pending, with its position and its attempts.
    const reopened = [...(reopen ? byEndpoint : [])].map(([endpointId, of]) =>
      reopenDeliveries(
        tx,
        endpointId,
        of.map(({ eventId }) => eventId),
      ),
    );
    return Promise.all([...reopened, insertDeliveries(tx, JSON.stringify(rows))]);
  });
}

/**
 * Ends the pending deliveries of an endpoint, so that nothing more is sent to it. The caller has locked the endpoint's
 * row.
 */
export async function clearDeliveryQueues(
  tx: Transaction,
  endpointId: string,
  reason: string,
): Promise<void> {
  await Promise.all([
    lockEndpointQueues(tx, endpointId),
    failPending(tx, endpointId, reason),
    deleteEndpointQueues(tx, endpointId),
  ]);
}

function getLineId({ orderId, eventId }: NewDelivery): string {
  return orderId ?? eventId;
}

function buildJob({ deliveryId, jobId, eventId }: StartedRow): NewJob {
  return { id: jobId, name: DELIVER_JOB, priority: 'normal', data: { deliveryId }, eventId };
}
