import type { DeliveryRow } from './delivery-queries.ts';
import type { DeliveryView } from './schemas.ts';

export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED'] as const;

export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The type of a message that tells of nothing but itself. */
export const testType = 'webhook.test';

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
