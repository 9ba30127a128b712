export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED'] as const;

export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The type of a message that tells of nothing but itself. */
export const testType = 'webhook.test';
