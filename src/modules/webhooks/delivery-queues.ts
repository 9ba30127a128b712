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

/** The job of one delivery whose turn it is. */
export const DELIVER_JOB = 'webhooks.deliver';

/** Deliveries of one line go one after the other: those of an order at an endpoint. */
export interface DeliveryQueue {
  readonly endpointId: string;
  readonly lineId: string;
}

/** An event for an endpoint, before it is written down. */
export interface NewDelivery {
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** Null for a test. */
  readonly eventPosition: number | null;
  readonly orderId: string | null;
}

/**
 * Locks lines, makes a change to their deliveries, and gives the turns anew. Gives the jobs of those whose turn has
 * come, to be added in the same transaction. `change` must call its statements without waiting for anything else.
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
  // One trip: they run in this order.
  const [, , started] = await Promise.all([
    lockDeliveryQueues(tx, endpointIds, lineIds),
    change(),
    updateHeads(tx, endpointIds, lineIds, jobIds, restartedId),
  ]);
  return started.map(buildJob);
}

/**
 * Writes down deliveries and gives the first of each line its job. Those that are there already are left alone, or sent
 * once more when `reopen` says so.
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
  }));
  const byEndpoint = Map.groupBy(deliveries, ({ endpointId }) => endpointId);
  const queues = deliveries.map((one) => ({ endpointId: one.endpointId, lineId: getLineId(one) }));
  return changeDeliveryQueues(tx, queues, () => {
    // What is pending already stays so, with its turn and its tries.
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

/** Ends what an endpoint has pending: nothing is sent to it any more. The endpoint's row is locked. */
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
