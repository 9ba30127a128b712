export const deliveryStatuses = ['PENDING', 'DELIVERED', 'FAILED'] as const;

export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The type of a test message. */
export const testType = 'webhook.test';
