import type { ItemOf } from '../../shared/api.ts';

export type Endpoint = ItemOf<'listWebhookEndpoints'>;

/** Of the list of endpoints in the cache of replies. */
export const endpointsKey = ['endpoints'] as const;
