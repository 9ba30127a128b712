import type { DeliveryRow } from './delivery-queries.ts';
import type { DeliveryView } from './schemas.ts';

export function presentDelivery(row: DeliveryRow): DeliveryView {
  const { id, eventId, eventType, orderId, status, attempts, lastStatus, lastError } = row;
  return {
    id,
    eventId,
    eventType,
    orderId,
    status,
    attempts,
    lastStatus,
    lastError,
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}
