import type { ItemOf } from '../../shared/api.ts';

export type Endpoint = ItemOf<'listWebhookEndpoints'>;

/** The query key of the list of endpoints. */
export const endpointsKey = ['endpoints'] as const;
