import type { FulfilmentType } from '../terms.ts';

/** What a customer chooses. */
export const typeWords: Readonly<Record<FulfilmentType, string>> = {
  PICKUP: 'Pick up',
  DELIVERY: 'Delivery',
  DINE_IN: 'At the table',
  SHIPMENT: 'Shipping',
};
