import type { Transaction } from '../../database/database.ts';
import type { LoggedEvent } from '../../events/index.ts';
import type { NewJob } from '../../jobs/index.ts';
import { enqueue } from './delivery-queues.ts';
import { typesFor } from './endpoint.ts';
import { findActiveEndpoints } from './queries.ts';

/**
 * Records which of these events are sent to which endpoints, and returns the jobs of the new heads. Called by the
 * relay, in its transaction; events whose transaction failed are read again.
 */
export async function planDeliveries(
  tx: Transaction,
  events: readonly LoggedEvent[],
): Promise<readonly NewJob[]> {
  const endpoints = await findActiveEndpoints(tx);
  const deliveries = endpoints.flatMap(({ id, eventTypes }) => {
    const wanted: ReadonlySet<string> = new Set(typesFor(eventTypes));
    return events
      .filter(({ type }) => wanted.has(type))
      .map((event) => ({
        endpointId: id,
        eventId: event.id,
        eventType: event.type,
        eventPosition: event.position,
        orderId: event.orderId,
      }));
  });
  return enqueue(tx, deliveries, { reopen: false });
}
